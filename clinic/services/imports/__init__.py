"""A list of clients out of another system: uploaded, matched, looked at, added and undone as a whole."""
