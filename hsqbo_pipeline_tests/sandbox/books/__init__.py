"""Books read and loaded."""
