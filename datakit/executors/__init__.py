"""Room: executors."""
