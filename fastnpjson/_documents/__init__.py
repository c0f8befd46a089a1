"""One document to JSON text."""
