"""Rules over a profile, run by Great Expectations, and the decision they lead to."""
