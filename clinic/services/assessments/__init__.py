"""Assessments: drafted field by field, signed, amended, compared and re-tested."""
