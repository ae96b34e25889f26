"""Pages for those who build Regroove; absent in production."""
