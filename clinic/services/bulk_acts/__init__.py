"""One act for many clients: who is meant, what will become of each, doing it, and undoing it as a whole."""
