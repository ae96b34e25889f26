"""How requests reach the app: gunicorn with a worker of our own (ADR 28)."""
