"""Appointments made by hand, and calendars that read them."""
