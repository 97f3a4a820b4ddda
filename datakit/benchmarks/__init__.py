"""Does curation help the model? Small generative models on raw against curated data."""
