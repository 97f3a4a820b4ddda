"""What a relative path says about a sample: its split and its class."""

from __future__ import annotations

import re

__all__ = ["label_and_split", "normal_split", "printable", "split_of_file"]

_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}
_NO_CLASS = frozenset(
    {"images", "image", "img", "imgs", "data", "photos", "pictures", "jpegimages"}
)


def normal_split(name: str | None) -> str | None:
    """train, val or test for their usual spellings, other names as they are."""
    return None if name is None else _SPLITS.get(name.lower(), name)


def label_and_split(path: str) -> tuple[str | None, str | None]:
    """Label and split of a relative path.

    The split is a folder called train, val, test (or a usual spelling of them) at any depth. The
    label is the folder that holds the file, unless that is the root, a split, or a folder that
    only says that images are in it (images, img, data, ...).

    Examples
    --------
    >>> label_and_split("train/cat/1.jpg")
    ('cat', 'train')
    >>> label_and_split("images/1.jpg")
    (None, None)
    """
    folders = path.split("/")[:-1]
    split = next((_SPLITS[f.lower()] for f in folders if f.lower() in _SPLITS), None)
    if not folders or folders[-1].lower() in _SPLITS or folders[-1].lower() in _NO_CLASS:
        return None, split
    return folders[-1], split


def split_of_file(path: str) -> str | None:
    """Split of a file of many samples: of its folders, or the first word of its name.

    Examples
    --------
    >>> split_of_file("en/validation-00000-of-00002.parquet")
    'val'
    """
    word = re.split("[^A-Za-z]", path.rpartition("/")[2])[0]
    return label_and_split(path)[1] or _SPLITS.get(word.lower())


def printable(raw: bytes) -> str:
    r"""A file name as valid text: undecodable bytes as ``\\xNN``, and so a backslash doubled."""
    return raw.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
