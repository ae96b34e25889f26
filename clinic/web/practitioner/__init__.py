"""Pages for the people of a practice."""
