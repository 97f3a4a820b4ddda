"""A page for every issue and every score: what it finds, how, and what to do about it."""
