"""Room: encoders."""
