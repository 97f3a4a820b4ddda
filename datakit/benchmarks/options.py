"""How a benchmark is run: its options, its corpora, and the one metric that it stands on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from datakit.benchmarks.effect_arm import BITS_PER_BYTE, FRECHET, PrimaryMetric
from datakit.benchmarks.holdout import Held, hold_out
from datakit.corpora.corpus import Corpus
from datakit.errors import InputError
from datakit.profiles.profile import Profile

__all__ = ["LOOKS", "SEEDS", "Options", "Side", "metric_of", "sizes_of"]

SEEDS = {"smoke": 1, "quick": 8, "full": 24}
"""Seeds of each preset; `smoke` shows that everything works, and gives no verdict."""

LOOKS = {"smoke": (), "quick": (), "full": (8, 16)}
"""Seeds of each preset after which the runs may stop before the last; see `look_levels`."""


@dataclass(frozen=True)
class Options:
    """How the benchmark is run.

    Parameters
    ----------
    model, preset
        Names.
    space
        Feature space of images; "" for texts.
    seeds
        Runs per arm, at most.
    seed
        Of the whole.
    size, n_channels
        Of the images; 0 for texts.
    looks
        Seeds, rising and below `seeds`, after which the runs stop where an effect is found by
        then; none for a single look at the end.
    """

    model: str
    preset: str
    space: str
    seeds: int
    seed: int = 0
    size: int = 0
    n_channels: int = 0
    looks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Side:
    """A corpus with its profile."""

    corpus: Corpus
    profile: Profile

    @cached_property
    def split(self) -> Held:
        """What is held out of it where no hold-out is given."""
        return hold_out(self.profile)


def sizes_of(model: str, preset: str, raw: Profile) -> tuple[int, int]:
    """Side in px and channels of the images that a model is trained on.

    28 px where the corpus is of such small ones, else 32; 64 where the preset is "full" and there
    is a GPU. Gray where hardly any image has colour.
    """
    from datakit.benchmarks.training import best_device

    rows = raw.rows[raw.rows["status"] == "ok"]
    if rows.empty:
        raise InputError(f"{raw.location} has no readable image: there is nothing to train on")
    short = float(rows[["width", "height"]].min(axis=1).median())
    gray = float((rows["chroma"] < 3).mean()) > 0.9
    channels = 1 if gray else 3
    if model == "gan" or short <= 28:
        return 28, channels
    large = preset == "full" and best_device().type == "cuda" and short >= 64
    return (64 if large else 32), channels


def metric_of(options: Options) -> PrimaryMetric:
    """The one metric that the verdict stands on, named before the run."""
    if options.model == "lm":
        return BITS_PER_BYTE
    return replace(FRECHET, name=f"Frechet distance ({options.space})")
