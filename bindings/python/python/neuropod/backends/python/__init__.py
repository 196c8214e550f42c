"""Models of Python."""
