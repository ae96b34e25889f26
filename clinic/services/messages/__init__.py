"""What a client and the practice write to each other: one thread a client."""
