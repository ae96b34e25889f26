"""Words, colours and shapes for what services return."""
