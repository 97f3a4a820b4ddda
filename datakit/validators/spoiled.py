"""Samples whose content is spoiled: to an encoder they look alike, whatever they showed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.validators.share import flagged

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["spoiled"]

_SPOILING = {
    "image": ("blurry", "too_dark", "too_bright", "low_information", "low_contrast", "noisy"),
    "text": ("mojibake", "control_characters", "repetitive", "gibberish", "boilerplate"),
}


def spoiled(profile: Profile) -> npt.NDArray[np.bool_]:
    """Which rows have an issue that hides what the sample shows, shape (n,)."""
    found = np.zeros(profile.n_samples, bool)
    for issue in _SPOILING[profile.modality]:
        found |= flagged(profile, issue)
    return found
