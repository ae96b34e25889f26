"""Sending what was promised: claimed, decided at the last moment, sent once, and what comes back."""
