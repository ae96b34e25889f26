"""Documents of a client: kept, shared, removed and put back for a day."""
