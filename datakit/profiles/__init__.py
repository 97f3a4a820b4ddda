"""Rows and embeddings on disk: build, resume, merge, duplicates, issues."""
