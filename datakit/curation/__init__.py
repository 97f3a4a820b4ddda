"""From a profile to a better corpus: recipe, plan, curated corpus with lineage."""
