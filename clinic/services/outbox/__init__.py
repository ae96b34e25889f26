"""What is promised to go out by mail, and the check-ins' ledger of it."""
