"""The practice's routines: wording signed off, versions published."""
