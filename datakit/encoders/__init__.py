"""Samples -> vectors."""

from __future__ import annotations

from datakit.encoders.encoder import Encoder, Unfitted
from datakit.errors import InputError

__all__ = ["Encoder", "Unfitted", "default_encoder", "encoder_of"]

_DEFAULTS = {"image": "efficientnet-lite0", "text": "lsa"}


def default_encoder(modality: str) -> str:
    """Name of the encoder that a modality has without being asked."""
    return _DEFAULTS[modality]


def encoder_of(modality: str, name: str) -> Encoder | Unfitted | None:
    """The encoder of that name.

    Parameters
    ----------
    modality
        What it shall encode.
    name
        For images "efficientnet-lite0" (the default), "pixels" or "hub:MODEL_OR_FOLDER", for
        texts "lsa" (the default) or "hub:MODEL_OR_FOLDER"; "none" for none.

    Raises
    ------
    InputError
        No encoder of that name.
    """
    if name == "none":
        return None
    if name.startswith("hub:") and len(name) > 4:
        if modality == "text":
            from datakit.encoders.hub_text import HubText

            return HubText(name[4:])
        from datakit.encoders.hub import Hub

        return Hub(name[4:])
    if modality == "text" and name == "lsa":
        from datakit.encoders.lsa import Lsa

        return Unfitted("lsa", Lsa.fit, Lsa.load)
    if modality == "image" and name == "efficientnet-lite0":
        from datakit.encoders.efficientnet import EfficientNetLite0

        return EfficientNetLite0()
    if modality == "image" and name == "pixels":
        from datakit.encoders.pixels import Pixels

        return Pixels()
    known = "lsa" if modality == "text" else "efficientnet-lite0, pixels"
    raise InputError(f"no {modality} encoder {name!r}: give {known}, hub:MODEL or none")
