"""One array to JSON text."""
