"""Keeping the installation itself: heartbeats, tidying up, backups."""
