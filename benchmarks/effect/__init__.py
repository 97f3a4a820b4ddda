"""Studies of the benchmark: what curation does to models, on corpora with known defects."""
