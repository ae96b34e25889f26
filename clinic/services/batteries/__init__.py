"""Tests and batteries that are offered: the shipped ones and the practice's own."""
