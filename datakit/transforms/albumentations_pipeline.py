"""Any Albumentations pipeline as an augmenter, as `albumentations.to_dict` writes it.

The library is frozen at 2.0.8; it is imported only where such a pipeline is used.
"""

from __future__ import annotations

import difflib
import inspect
import json
import os
import random
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from datakit.errors import InputError
from datakit.transforms.image_augment_pixels import augmented, upright
from datakit.transforms.transform import Content

__all__ = ["Albumentations", "from_albumentations", "transform_kinds"]

CLASS = "__class_fullname__"

UNTOLD = {
    *("fill", "fill_mask", "interpolation", "mask_interpolation", "random_seed", "seed"),
    *("x_min", "x_max", "y_min", "y_max"),  # of crops after a rotation: -1 where there is none
}
"""Parameters that are left out of notes."""

NOT_PICTURES = {"FromFloat", "Normalize", "ToFloat", "ToTensor3D", "ToTensorV2"}
"""What gives arrays of other values than 0 to 255: for the training loop, not for a corpus."""

ABSTRACT = ("_", "Base", "BasicTransform", "DualTransform", "ImageOnlyTransform", "Transform3D")

BOXES_OR_MASKS = {
    "AtLeastOneBBoxRandomCrop",
    "BBoxSafeRandomCrop",
    "ConstrainedCoarseDropout",
    "CropNonEmptyMaskIfExists",
    "RandomSizedBBoxSafeCrop",
}
"""What needs boxes or masks without saying so in `targets_as_params`."""


@dataclass(frozen=True)
class Albumentations:
    """Any pipeline of Albumentations 2.0.8, in the form that `albumentations.to_dict` returns.

    Transforms see RGB: a gray picture goes through as three equal channels and comes back as
    luma, and alpha goes through as a mask, so that it moves with the picture.

    Parameters
    ----------
    pipeline
        {"transform": {"__class_fullname__": "Compose", "transforms": [...]}}; what is left out
        is filled in with the library's defaults.

    Raises
    ------
    InputError
        An unknown transform or argument; one without a form on paper (Lambda, classes of your
        own); one that needs boxes, masks or other data, or gives something else than a picture.
    """

    name: ClassVar[str] = "albumentations"
    modality: ClassVar[str] = "image"
    pipeline: Mapping[str, Any] = field(hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pipeline", _whole(self.pipeline))

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """As `Augmenter`; the size may change, the mode stays.

        Raises
        ------
        InputError
            A transform cannot be applied to this picture, such as a crop that is larger.
        """
        compose = _compose(json.dumps(self.pipeline, sort_keys=True))
        # One stream for all: `set_random_seed` gives every transform the same numbers, so that
        # two flips of p = 0.5 would always come together.
        compose.set_random_state(rng, random.Random(int(rng.integers(2**63))))
        image = upright(content)
        try:
            picture, applied = _applied(compose, image)
        except Exception as error:
            raise InputError(
                f"albumentations: cannot be applied to an image of {image.width} x {image.height} "
                f"px: {_one_line(error)}"
            ) from error
        note = ", ".join(_told(*one) for one in applied) or "changed by the pipeline"
        return augmented(content, image, picture, note)


def from_albumentations(compose: Any) -> Albumentations:
    """The augmenter that does what an `albumentations.Compose` (or a single transform) does.

    Parameters
    ----------
    compose
        The pipeline; its own seed is not used.

    Raises
    ------
    InputError
        As `Albumentations`.
    """
    library = _library()
    try:
        told = library.to_dict(compose)
    except Exception as error:
        raise InputError(
            f"albumentations: {type(compose).__name__} has no form that a recipe could keep: "
            f"{_one_line(error)}"
        ) from error
    return Albumentations(told)


def transform_kinds(pipeline: Mapping[str, Any]) -> dict[str, str]:
    """Name of each transform of a checked pipeline -> its module, such as "geometric.flip"."""
    known = _registry()
    start = "albumentations.augmentations."
    return {
        node[CLASS]: known[node[CLASS]].__module__.removeprefix(start)
        for node in _nodes(pipeline["transform"])
        if "transforms" not in node
    }


def _library() -> Any:
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it would ask PyPI for its version at import
    import albumentations

    return albumentations


@lru_cache(maxsize=1)
def _registry() -> dict[str, type]:
    """Name -> class of every transform and composition of the library that can be written down."""
    serialization = _library().core.serialization
    serialization.register_additional_transforms()
    return {
        name: kind
        for name, kind in serialization.SERIALIZABLE_REGISTRY.items()
        if "p" in inspect.signature(kind).parameters
        and not name.startswith(ABSTRACT)
        and "." not in name  # a class of the user's
    }


def _whole(pipeline: object) -> dict[str, Any]:
    """The pipeline checked, with every default filled in: equal ones become equal dicts."""
    library = _library()
    if not isinstance(pipeline, Mapping) or not isinstance(pipeline.get("transform"), Mapping):
        raise InputError(
            "albumentations pipeline is not in the form that albumentations.to_dict returns: "
            "give {transform: {__class_fullname__: Compose, transforms: [...]}}"
        )
    built = _build(_checked(pipeline["transform"]), "the pipeline")
    if not isinstance(built, library.Compose):
        built = library.Compose([built])
    if built.processors:
        raise InputError(
            "albumentations pipeline has bbox_params or keypoint_params: leave them out, "
            "samples here are pictures alone"
        )
    return json.loads(json.dumps(library.to_dict(built), default=_plain))


def _checked(node: object) -> dict[str, Any]:
    """One transform or composition, with p filled in, and all that is below it."""
    if not isinstance(node, Mapping) or not isinstance(node.get(CLASS), str):
        raise InputError(
            f"albumentations pipeline holds {str(node)[:60]!r} where a transform belongs: "
            "give {__class_fullname__: HorizontalFlip, p: 0.5}"
        )
    name = node[CLASS]
    if name.startswith("albumentations."):
        name = name.rpartition(".")[2]
    kind = _known(name)
    filled: dict[str, Any] = {"p": inspect.signature(kind).parameters["p"].default}
    filled |= {**node, CLASS: name}
    if "transforms" in filled:
        filled["transforms"] = [_checked(child) for child in filled["transforms"]]
        return filled
    transform = _build(filled, name)
    _check_arguments(filled, transform)
    needs = sorted(transform.targets_as_params)
    if needs or "image" not in transform.targets:
        raise _needs(name, ", ".join(needs) or "volumes")
    return filled


def _needs(name: str, what: str) -> InputError:
    return InputError(f"albumentations {name} needs {what}: samples here are pictures alone")


def _check_arguments(node: dict[str, Any], transform: Any) -> None:
    """The library itself only warns, and also does so of arguments that its `to_dict` writes."""
    known = set(transform.get_transform_init_args_names()) | {"p", CLASS}
    for unknown in sorted(set(node) - known):
        near = difflib.get_close_matches(unknown, known, n=1)
        meant = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(sorted(known))}"
        raise InputError(f"albumentations {node[CLASS]} has no argument {unknown!r}: {meant}")


def _known(name: str) -> type:
    known = _registry()
    if name == "Lambda" or "." in name:
        raise InputError(
            f"albumentations {name} is code of your own, which a recipe cannot keep: "
            "write an augmenter instead"
        )
    if name in NOT_PICTURES:
        raise InputError(
            f"albumentations {name} gives numbers, not a picture: leave it to the training loop"
        )
    if name in BOXES_OR_MASKS:
        raise _needs(name, "boxes or masks")
    if name not in known:
        near = difflib.get_close_matches(name, set(known) - NOT_PICTURES - BOXES_OR_MASKS, n=1)
        meant = f"did you mean {near[0]!r}?" if near else "see albumentations 2.0.8 for its names"
        raise InputError(f"unknown albumentations transform {name!r}: {meant}")
    return known[name]


def _build(node: dict[str, Any], what: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `_check_arguments` knows better
            return _library().from_dict({"transform": node})
    except Exception as error:
        raise InputError(f"albumentations {what}: {_one_line(error)}") from error


@lru_cache(maxsize=16)
def _compose(pipeline: str) -> Any:
    compose = _build(json.loads(pipeline)["transform"], "the pipeline")
    compose.save_applied_params = True
    compose.set_mask_interpolation(1)  # bilinear: the mask is alpha
    return compose


def _applied(
    compose: Any, image: Image.Image
) -> tuple[Image.Image, list[tuple[str, dict[str, Any]]]]:
    mode = image.mode
    arrays = {"image": np.array(image.convert("RGB"))}
    if mode.endswith("A"):
        arrays["mask"] = np.array(image.getchannel("A"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's, of pictures of a few pixels
        result = compose(**arrays)
    pixels = result["image"]
    if pixels.dtype != np.uint8:
        raise InputError(f"it gives {pixels.dtype} values where uint8 is expected")
    picture = Image.fromarray(pixels.squeeze(2) if pixels.shape[2:] == (1,) else pixels)
    picture = picture.convert(mode.removesuffix("A"))
    if "mask" in result:
        picture.putalpha(Image.fromarray(result["mask"]))
    return picture, result["applied_transforms"]


def _told(name: str, parameters: Mapping[str, Any]) -> str:
    """A transform and its first few numbers, for people."""
    scalars = [
        f"{key} {value:.3g}"
        for key, value in parameters.items()
        if isinstance(value, int | float | np.number) and key not in UNTOLD
    ]
    return f"{name} ({', '.join(scalars[:4])})" if scalars else name


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("transforms", ()):
        yield from _nodes(child)


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value.value


def _one_line(error: Exception) -> str:
    """What went wrong, without pydantic's frame."""
    cause: Any = error.__cause__
    if hasattr(cause, "errors"):
        parts = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in cause.errors()]
        return "; ".join(part.removeprefix(": ") for part in parts)
    return " ".join(str(error).split())[:200] or type(error).__name__
