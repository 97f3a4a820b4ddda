"""Room: validators."""
