"""Terminal and HTML."""
