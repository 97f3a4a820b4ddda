"""What the metrics of a benchmark are called, which way is better, and what they say."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["METRICS", "SHORT", "Metric"]


class Metric(NamedTuple):
    """A secondary metric: its name for people, "lower", "higher" or "" (neither), its meaning."""

    title: str
    better: str
    meaning: str


METRICS: dict[str, Metric] = {
    "frechet_distance_classifier": Metric(
        "Frechet distance in a classifier",
        "lower",
        "in the features of a small classifier of the hold-out's labels",
    ),
    "kernel_distance_classifier": Metric(
        "kernel distance in a classifier", "lower", "KID's unbiased estimate in the same features"
    ),
    "kernel_distance": Metric(
        "kernel distance", "lower", "KID's unbiased estimate in the same feature space"
    ),
    "precision": Metric(
        "precision", "higher", "share of generated images that lie among held-out ones"
    ),
    "recall": Metric("recall", "higher", "share of held-out images that lie among generated ones"),
    "density": Metric(
        "density", "", "how many held-out images are about a generated one: 1 is alike"
    ),
    "coverage": Metric(
        "coverage", "higher", "share of held-out images that have a generated one nearby"
    ),
    "spread": Metric("spread", "", "variety over that of the hold-out: 1 is as varied"),
    "class_kl": Metric("class KL", "lower", "how far the shares of the classes are off, in nats"),
    "n_missing_classes": Metric(
        "missing classes", "lower", "with less than a tenth of their share"
    ),
    "kl_reference": Metric("KL of the hold-out", "lower", "grows with what is left out, in nats"),
    "kl_generated": Metric("KL of the samples", "lower", "grows with what is made up, in nats"),
    "memorised_rate": Metric(
        "memorised", "lower", "share of samples that are nearly a training image"
    ),
    "memorised_rate_heldout": Metric(
        "memorised, by chance", "", "the same share of held-out images: what no memory gives"
    ),
    "distinct_4": Metric(
        "distinct 4-grams", "", "different 4-byte pieces over all: near the hold-out's is good"
    ),
    "distinct_4_heldout": Metric("distinct 4-grams, hold-out", "", "the same of held-out text"),
    "distinct_16": Metric("distinct 16-grams", "", "different 16-byte pieces over all: the same"),
    "distinct_16_heldout": Metric("distinct 16-grams, hold-out", "", "the same of held-out text"),
    "repeated_rate": Metric("repeated", "lower", "share of samples, or of text, that comes again"),
    "compression_ratio": Metric(
        "compression ratio", "", "zlib's; much above the hold-out's is monotonous"
    ),
    "compression_ratio_heldout": Metric(
        "compression ratio, hold-out", "", "the same of held-out text"
    ),
    "copied_rate": Metric(
        "copied", "lower", "share of bytes in runs of 50 and more that stand in training texts"
    ),
    "copied_rate_heldout": Metric("copied, hold-out", "", "the same of held-out text"),
    "longest_copied": Metric("longest copied run", "lower", "in bytes"),
}
"""In the order in which they are shown."""

SHORT = {
    "image": ("precision", "recall", "coverage", "memorised_rate", "class_kl"),
    "text": ("distinct_4", "repeated_rate", "copied_rate", "compression_ratio"),
}
"""Those of the terminal's table."""
