"""Which measured values make an issue of an image: every threshold, in one place, with its source.

"planted" stands for the planted-defect study (benchmarks/planted_images.py, seeds 0 to 2 on
ImageNet photographs): the threshold lies in the gap between the clean photographs and the plants,
or lets about 0.5 % of the clean ones through.
"""

from __future__ import annotations

from dataclasses import replace

from datakit.measures.caption import CAPTION_COLUMNS
from datakit.profiles.rules import Rule
from datakit.profiles.text_rules import TEXT_RULES

__all__ = ["CAPTION_RULES", "IMAGE_RULES", "IMAGE_SETTINGS"]


IMAGE_RULES: tuple[Rule, ...] = (
    Rule("low_information", "gradient", True, 1.5, "planted: blanks <= 0.3, clean >= 2.5"),
    Rule("blurry", "sharpness", True, 0.385, "planted: 0.4 % of clean photographs"),
    Rule("too_dark", "luma_p99", True, 0.42, "planted: an eighth of the light gives <= 0.40"),
    # A white background fades in softly; what is clipped by exposure has hard edges. White strokes
    # on black have them too, but exposure that clips the middle leaves no quarter of it black.
    Rule(
        "too_bright",
        "clipped_rate",
        False,
        0.50,
        "planted: 0.3 % of clean photographs",
        at_least=(("sharpness", 0.62), ("luma_p25", 0.02)),
    ),
    Rule(
        "low_contrast",
        "contrast",
        True,
        0.05,
        "a twentieth of the range; clean CIFAR-10 >= 0.06",
        ("low_information", "too_dark"),
    ),
    Rule("noisy", "noise", False, 13.0, "planted: 0.1 % of clean photographs"),
    Rule("over_compressed", "jpeg_quality", True, 30.0, "blocks are visible below IJG quality 30"),
    Rule("grayscale", "chroma", True, 3.0, "planted: gray <= 0.1, clean >= 5.5"),
    Rule("odd_aspect", "aspect", True, 0.35, "CleanVision's limit: short over long side"),
    Rule(
        "letterboxed",
        "border",
        False,
        0.04,
        "4 % uniform on two opposite sides",
        ("low_information", "too_dark", "too_bright"),
    ),
    Rule(
        "upscaled",
        "effective_resolution",
        True,
        0.50,
        "planted: photographs enlarged 3 times have <= 0.43, 98 % of the clean ones >= 0.63",
        ("blurry", "low_information", "too_dark", "too_bright"),
    ),
    Rule("animated", "n_frames", False, 1.5, "more than one frame"),
    Rule("rotated_by_exif", "exif_orientation", False, 1.5, "EXIF 2.32: 1 is upright"),
)

_NOT_OF_CAPTIONS = ("too_short", "too_long")
_MEASURED = {column.name for column in CAPTION_COLUMNS}

CAPTION_RULES: tuple[Rule, ...] = tuple(
    replace(
        rule,
        column=f"caption_{rule.column}",
        at_least=tuple((f"caption_{column}", least) for column, least in rule.at_least),
    )
    for rule in TEXT_RULES
    if f"caption_{rule.column}" in _MEASURED and rule.issue not in _NOT_OF_CAPTIONS
)
"""What makes an issue of a caption: the rules of texts, as far as a line of text can break them."""

IMAGE_SETTINGS: dict[str, float] = {
    "odd_size": 1.6,
    "odd_mode": 0.10,
    "repeated_caption": 5,
    "far_from_bulk": 8.0,
    "flat": 0.70,
}
"""Dataset-relative thresholds.

odd_size: octaves (log2) between the square root of the area and the corpus median (1.6: three
    times), widened to three interquartile ranges where sizes vary by themselves.
repeated_caption: images, copies left out, that share a caption.
far_from_bulk: usual steps between an image and the bulk of the corpus (an `outlier`); at 8 at most
    0.3 % of clean digits are so and no clean photograph, at 12 photographs among digits join them.
flat: share of even pixels above which an image among photographs is an `outlier`. 1 of 602 ImageNet
    photographs has more and none of 6,000 of CIFAR-10; coloured digits have 0.76 and more.
odd_mode: a mode that fewer than this share of the images has, when another mode has the majority.
"""
