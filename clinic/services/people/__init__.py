"""Those who work for a practice: invited, with a role, and handing over what is theirs when they leave."""
