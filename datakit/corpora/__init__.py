"""Room: corpora."""
