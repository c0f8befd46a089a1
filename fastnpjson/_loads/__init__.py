"""One document -> arrays."""
