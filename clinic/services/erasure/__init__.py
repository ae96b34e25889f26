"""Erasure of a person: asked for, called back, done, done again after a restore, and proved by a receipt."""
