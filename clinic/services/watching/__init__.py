"""Watching the installation itself: is it well, and who is told when it is not."""
