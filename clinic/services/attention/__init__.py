"""Who needs somebody of the practice, and why."""
