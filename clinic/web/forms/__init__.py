"""Forms turn strings into domain values and stop there."""
