"""Warnings of augmentations that a generative model would draw."""

import pytest

from datakit.transforms.albumentations_pipeline import Albumentations
from datakit.transforms.image_augment import Colour, CropResize, Flip, Rotate
from datakit.transforms.image_augment_leaks import leak_warnings
from datakit.transforms.image_augment_presets import Preset
from datakit.transforms.image_mix import CutMix, MixUp


def pipeline(*names, **arguments):
    steps = [{"__class_fullname__": name, "p": 0.5, **arguments} for name in names]
    choice = {"__class_fullname__": "OneOf", "transforms": steps, "p": 0.5}
    return Albumentations({"transform": {"__class_fullname__": "Compose", "transforms": [choice]}})


@pytest.mark.parametrize(
    "augmenter",
    [
        *(Flip(), CropResize(), Rotate(), Colour(), Preset("safe"), Preset("digits")),
        pipeline("HorizontalFlip", "NoOp"),
        pipeline("RandomCrop", height=8, width=8),
    ],
)
def test_what_is_mild_is_not_warned_of(augmenter):
    assert leak_warnings([augmenter]) == []


@pytest.mark.parametrize(
    ("augmenter", "drawn"),
    [
        (Rotate(15), "rotate by up to 15 degrees gives tilted pictures with mirrored corners"),
        (CropResize(0.5), "crop_resize down to 0.5"),
        (Colour(saturation=0.5), "colour by up to 0.5"),
        (CutMix(), "cutmix gives"),
        (MixUp(), "mixup gives"),
        (pipeline("VerticalFlip"), "albumentations VerticalFlip gives pictures upside down"),
        (pipeline("RandomRotate90"), "RandomRotate90 gives pictures on their side"),
        (pipeline("Rotate"), "Rotate gives tilted pictures with filled corners"),
        (pipeline("Affine"), "Affine gives tilted, shifted"),
        (pipeline("CoarseDropout"), "CoarseDropout gives pictures with cut-outs"),
        (pipeline("GaussNoise"), "GaussNoise gives noisy pictures"),
        (pipeline("ColorJitter"), "ColorJitter gives pictures with changed colours"),
        (pipeline("MotionBlur"), "MotionBlur gives blurred pictures"),
        (pipeline("ElasticTransform"), "ElasticTransform gives distorted pictures"),
    ],
)
def test_what_leaks_is_named_with_its_source(augmenter, drawn):
    (line,) = leak_warnings([augmenter])
    assert drawn in line
    assert "arXiv:2006.06676" in line
    assert "\n" not in line


def test_each_step_of_a_preset_and_of_a_pipeline_once():
    lines = leak_warnings([Preset("strong"), pipeline("Blur", "D4", "NoOp"), Preset("strong")])
    assert len(lines) == 5
    assert all(line.startswith("preset strong, ") for line in lines[:3])
