"""Mail: addresses, words, bytes, the conversation with a server, and the journal of it."""
