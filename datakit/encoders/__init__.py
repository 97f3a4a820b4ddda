"""Samples -> vectors."""

from __future__ import annotations

from datakit.encoders.encoder import Encoder
from datakit.errors import InputError

__all__ = ["Encoder", "image_encoder"]


def image_encoder(name: str) -> Encoder | None:
    """The image encoder of that name.

    Parameters
    ----------
    name
        "efficientnet-lite0" (the default), "pixels", "hub:MODEL_OR_FOLDER", or "none".

    Raises
    ------
    InputError
        No encoder of that name.
    """
    if name == "none":
        return None
    if name == "efficientnet-lite0":
        from datakit.encoders.efficientnet import EfficientNetLite0

        return EfficientNetLite0()
    if name == "pixels":
        from datakit.encoders.pixels import Pixels

        return Pixels()
    if name.startswith("hub:") and len(name) > 4:
        from datakit.encoders.hub import Hub

        return Hub(name[4:])
    raise InputError(f"no encoder {name!r}: give efficientnet-lite0, pixels, hub:MODEL or none")
