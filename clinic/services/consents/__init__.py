"""Consents of a client, as acts; and the wording that a practice asks for them in."""
