"""Which image augmentations a generative model would learn to draw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from datakit.transforms.albumentations_pipeline import Albumentations, transform_kinds
from datakit.transforms.image_augment import Colour, CropResize, Rotate
from datakit.transforms.image_augment_presets import Preset
from datakit.transforms.image_mix import CutMix, MixUp
from datakit.transforms.transform import Augmenter, Mixer

__all__ = ["leak_warnings"]

MILD_SCALE = 0.8
MILD_DEGREES = 5.0
MILD_COLOUR = 0.1
"""Up to here an augmentation is not warned of: small beside what photos differ in anyway.

The mean luma of 602 photos of ImageNet has a standard deviation of 27 % of their mean; factors in
0.9 to 1.1 widen that by 2.3 %, in 0.95 to 1.05 by 0.5 %. The other two are judged by eye.
"""

SOURCE = (
    "a generative model trained on augmented data draws the augmentation "
    "(Karras et al. 2020, arXiv:2006.06676, section 1); let the trainer augment real and generated "
    "images alike instead"
)

NOISES = ("AdditiveNoise", "GaussNoise", "ISONoise", "MultiplicativeNoise", "SaltAndPepper")

NAMES = {
    **dict.fromkeys(("HorizontalFlip", "TimeReverse", "ToRGB"), ""),
    **dict.fromkeys((*NOISES, "ShotNoise"), "noisy pictures"),
    "Morphological": "pictures with thicker or thinner shapes",
    "RandomGridShuffle": "pictures of shuffled tiles",
    "RandomRotate90": "pictures on their side",
}
"""Transform of Albumentations that is unlike its module -> what a model would learn to draw."""

KINDS = {
    "blur": "blurred pictures",
    "dropout": "pictures with cut-outs",
    "spectrogram": "pictures with cut-outs",
    "geometric.distortion": "distorted pictures",
    "geometric.flip": "pictures upside down or on their side",
    "geometric.pad": "pictures with borders",
    "geometric.rotate": "tilted pictures with filled corners",
    "geometric.transforms": "tilted, shifted or distorted pictures with filled borders",
    "pixel": "pictures with changed colours, light or texture",
}
"""Module of Albumentations, or its beginning -> what a model would learn from it to draw."""


def leak_warnings(augmenters: Iterable[Augmenter | Mixer]) -> list[str]:
    """One line for each augmentation that is known to show in what a model then generates.

    A model learns the distribution that it is trained on, augmentations included, unless they
    leave it (almost) as it was, as mirroring and slight crops of photos do. Adaptive discriminator
    augmentation (Karras et al. 2020) and DiffAugment (Zhao et al. 2020, arXiv:2006.10738) escape
    that by augmenting generated images too, and the former by a probability below about 0.8.
    Augmented data on disk has no such way out.

    Parameters
    ----------
    augmenters
        As a recipe has them; presets and pipelines are looked into.

    Returns
    -------
    warnings
        Each names the augmentation, what would be drawn, and the source. Empty where none leaks.
    """
    found = dict.fromkeys(line for one in augmenters for line in _leaks(one))
    return [f"{line}: {SOURCE}" for line in found]


def _leaks(one: Augmenter | Mixer) -> Iterator[str]:
    if isinstance(one, Preset):
        for step in one.steps:
            yield from (f"{one.name} {one.kind}, {line}" for line in _leaks(step))
    elif isinstance(one, Albumentations):
        for name, module in transform_kinds(one.pipeline).items():
            drawn = _drawn(name, module)
            if drawn:
                yield f"albumentations {name} gives {drawn}"
    else:
        yield from _own(one)


def _own(one: Augmenter | Mixer) -> Iterator[str]:
    if isinstance(one, Rotate) and one.degrees > MILD_DEGREES:
        yield f"rotate by up to {one.degrees:g} degrees gives tilted pictures with mirrored corners"
    elif isinstance(one, CropResize) and one.scale < MILD_SCALE:
        yield f"crop_resize down to {one.scale:g} gives cut-off, softer pictures"
    elif isinstance(one, Colour) and _change(one) > MILD_COLOUR:
        yield f"colour by up to {_change(one):g} gives pictures with other colours or light"
    elif isinstance(one, CutMix):
        yield "cutmix gives pictures with a box of another"
    elif isinstance(one, MixUp):
        yield "mixup gives blends of two pictures"


def _change(colour: Colour) -> float:
    return max(colour.brightness, colour.contrast, colour.saturation)


def _drawn(name: str, module: str) -> str:
    of_module = next((drawn for start, drawn in KINDS.items() if module.startswith(start)), "")
    return NAMES.get(name, of_module)
