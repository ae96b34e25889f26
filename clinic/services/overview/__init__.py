"""The figures of a whole practice."""
