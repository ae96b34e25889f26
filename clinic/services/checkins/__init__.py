"""Check-ins: when they are due, planned, opened, answered, and told of."""
