"""Bytes of a sample -> content that transforms take, and back."""

from __future__ import annotations

from datakit.transforms.transform import Content

__all__ = ["decoded", "finished"]


def decoded(modality: str, data: bytes, suffix: str) -> Content:
    """The content of a sample.

    Parameters
    ----------
    modality
        "image" or "text".
    data
        All its bytes.
    suffix
        Of its file, lower case, with the dot; "" where it has none.

    Raises
    ------
    UndecodableError
        The bytes are not a whole sample.
    """
    if modality == "image":
        from datakit.transforms.image_content import image_content

        return image_content(data, suffix)
    from datakit.transforms.text_content import text_content

    return text_content(data, suffix)


def finished(modality: str, content: Content) -> Content:
    """The content with its bytes: as they were, or encoded without loss."""
    if modality == "image":
        from datakit.transforms.image_content import finished as finish_image

        return finish_image(content)
    from datakit.transforms.text_content import finished as finish_text

    return finish_text(content)
