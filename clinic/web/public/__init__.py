"""Pages that need no account: sign-in, mailed links, health."""
