"""What differs between two profiles."""
