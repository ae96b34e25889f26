"""Backups: one encrypted, signed file of everything, made nightly, kept by rule, proven by restoring."""
