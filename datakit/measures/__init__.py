"""One sample -> numbers."""
