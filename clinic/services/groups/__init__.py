"""Groups of clients: made, led, filled, and looked at together."""
