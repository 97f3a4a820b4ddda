"""The augmenters that are used where a recipe names none."""

from __future__ import annotations

from datakit.transforms.transform import Augmenter

__all__ = ["default_augmenters"]


def default_augmenters(modality: str) -> tuple[Augmenter, ...]:
    """The safe preset for images; a few words swapped and deleted for texts.

    Parameters
    ----------
    modality
        "image" or "text".

    Notes
    -----
    Wei & Zou 2019 (EDA, section 4.2) recommend a rate of 0.05 where there are 2,000 texts or more.
    """
    if modality == "image":
        from datakit.transforms.image_augment_presets import Preset

        return (Preset(),)
    from datakit.transforms.text_augment_words import RandomDelete, RandomSwap

    return (RandomSwap(0.05), RandomDelete(0.05))
