"""One file per dimension, and the score type."""
