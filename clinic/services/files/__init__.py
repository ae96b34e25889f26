"""What leaves as paper or as a file: reports, tables, FHIR, a whole record."""
