"""Notes of visits: written, signed, amended, and read again."""
