"""Changes to samples: cleaners and augmenters, found by the names that recipes use."""

from __future__ import annotations

from importlib import import_module

from datakit.transforms.transform import Augmenter, Cleaner, Content, Mixer, generator

__all__ = [
    "AUGMENTERS",
    "CLEANERS",
    "Augmenter",
    "Cleaner",
    "Content",
    "Mixer",
    "generator",
    "transform_class",
]

CLEANERS: dict[str, dict[str, str]] = {
    "image": {
        "first_frame": "image_first_frame:FirstFrame",
        "orient": "image_orient:Orient",
        "to_srgb": "image_to_srgb:ToSrgb",
        "flatten": "image_flatten:Flatten",
        "unify_mode": "image_unify_mode:UnifyMode",
        "crop_borders": "image_crop_borders:CropBorders",
        "denoise": "image_denoise:Denoise",
        "resize": "image_resize:Resize",
        "strip_metadata": "image_strip_metadata:StripMetadata",
        "encode": "image_encode:Encode",
    },
    "text": {
        "fix_encoding": "text_fix_encoding:FixEncoding",
        "control_characters": "text_control_characters:ControlCharacters",
        "normalize": "text_normalize:Normalize",
        "strip_markup": "text_strip_markup:StripMarkup",
        "drop_boilerplate": "text_drop_boilerplate:DropBoilerplate",
        "collapse_repetition": "text_collapse_repetition:CollapseRepetition",
        "trim_sentences": "text_trim_sentences:TrimSentences",
        "mask_secrets": "text_mask_secrets:MaskSecrets",
        "mask_pii": "text_mask_pii:MaskPII",
        "whitespace": "text_whitespace:Whitespace",
    },
}
"""Modality -> name of a cleaner -> "module:Class" in this room, in an order that suits recipes."""

AUGMENTERS: dict[str, dict[str, str]] = {
    "image": {
        "flip": "image_augment:Flip",
        "crop_resize": "image_augment:CropResize",
        "rotate": "image_augment:Rotate",
        "colour": "image_augment:Colour",
        "preset": "image_augment_presets:Preset",
        "albumentations": "albumentations_pipeline:Albumentations",
        "cutmix": "image_mix:CutMix",
        "mixup": "image_mix:MixUp",
    },
    "text": {
        "random_swap": "text_augment_words:RandomSwap",
        "random_delete": "text_augment_words:RandomDelete",
        "random_insert": "text_augment_words:RandomInsert",
        "synonyms": "text_augment_synonyms:Synonyms",
        "keyboard_noise": "text_augment_noise:KeyboardNoise",
        "ocr_noise": "text_augment_noise:OcrNoise",
        "sentence_shuffle": "text_augment_sentences:SentenceShuffle",
        "homophones": "text_augment_chinese:Homophones",
        "similar_characters": "text_augment_chinese:SimilarCharacters",
        "back_translation": "text_augment_translation:BackTranslation",
    },
}
"""Modality -> name of an augmenter or mixer -> "module:Class" in this room."""


def transform_class(place: str) -> type:
    """The class that an entry of the registries names; its libraries are imported now."""
    module, _, name = place.partition(":")
    found: type = getattr(import_module(f"datakit.transforms.{module}"), name)
    return found
