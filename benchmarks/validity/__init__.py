"""The validity study of the scores: planted defects, draws of several sizes, and the page of it."""
