"""Questionnaires: asked, answered, scored, and what changed."""
