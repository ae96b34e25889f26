"""Records for tests, as small as the constraints allow."""
