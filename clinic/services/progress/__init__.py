"""What came of a client's program: seen by the client, and reported."""
