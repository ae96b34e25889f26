"""Who signs in: passwords, sessions, and the accounts of staff."""
