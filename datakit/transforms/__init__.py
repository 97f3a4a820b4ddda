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
    "image": {},
    "text": {},
}
"""Modality -> name of a cleaner -> "module:Class" in this room, in the order that suits a recipe."""

AUGMENTERS: dict[str, dict[str, str]] = {
    "image": {},
    "text": {},
}
"""Modality -> name of an augmenter or mixer -> "module:Class" in this room."""


def transform_class(place: str) -> type:
    """The class that an entry of the registries names; its libraries are imported now."""
    module, _, name = place.partition(":")
    found: type = getattr(import_module(f"datakit.transforms.{module}"), name)
    return found
