"""The practice's clients: their records, the list of them, what is known of one, and their invitations."""
