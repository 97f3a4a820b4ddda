"""Encoders from the Hugging Face hub or a local folder, through `transformers`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from datakit.encoders.pixels import as_rgb
from datakit.errors import InputError, MissingExtraError

__all__ = ["Hub"]

_LONG_SIDE = 384


class Hub:
    """A vision model such as ``facebook/dinov2-small`` or ``openai/clip-vit-base-patch32``.

    Parameters
    ----------
    model
        Name on the hub, or a local folder with config.json and weights. Weights are loaded from
        safetensors; a name that is not in the local cache is downloaded, since it was asked for.

    Raises
    ------
    MissingExtraError
        `transformers` is not installed.
    InputError
        The model cannot be loaded, or gives no image features.
    """

    def __init__(self, model: str) -> None:
        self.name = f"hub:{model}"
        self._source = model
        self._model: Any = None
        self._load()
        probe = self.encode([np.zeros((32, 32, 3), np.uint8)])
        self.dim = int(probe.shape[1])

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_model": None, "_processor": None}

    def _load(self) -> None:
        try:
            from transformers import AutoImageProcessor, AutoModel
        except ImportError:
            raise MissingExtraError("transformers", f"encoder {self.name}", "hub") from None
        try:
            self._processor = AutoImageProcessor.from_pretrained(self._source, use_fast=False)
            self._model = AutoModel.from_pretrained(self._source, use_safetensors=True).eval()
        except Exception as error:  # the hub client raises many kinds
            raise InputError(
                f"encoder {self.name} cannot be loaded ({type(error).__name__}: {error}): "
                "give a model on the hub or a folder with config.json and model.safetensors"
            ) from None
        digest = hashlib.sha256()
        for name, tensor in sorted(self._model.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.cpu().contiguous().numpy().tobytes())
        self.digest = digest.hexdigest()[:16]

    def prepare(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Shrink to at most 384 px; the model's own processor does the rest."""
        rgb = as_rgb(pixels)
        ratio = _LONG_SIDE / max(rgb.shape[:2])
        if ratio >= 1:
            return rgb
        size = (max(1, round(rgb.shape[1] * ratio)), max(1, round(rgb.shape[0] * ratio)))
        return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))

    def encode(self, batch: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float32]:
        """Image features: CLIP's projected ones, else the pooled or first token."""
        import torch

        if self._model is None:
            self._load()
        out = []
        with torch.inference_mode():
            for image in batch:
                inputs = self._processor(images=image, return_tensors="pt")
                if hasattr(self._model, "get_image_features"):
                    result = self._model.get_image_features(**inputs)
                else:
                    result = self._model(**inputs)
                if not isinstance(result, torch.Tensor):
                    pooled = getattr(result, "pooler_output", None)
                    result = result.last_hidden_state[:, 0] if pooled is None else pooled
                out.append(result.reshape(-1).float().numpy())
        return np.stack(out)

    @property
    def encode_captions(self) -> Callable[[Sequence[str]], npt.NDArray[np.float32]] | None:
        """Text features in the space of the images, shape (n, dim); None without a text tower."""
        if self._model is None:
            self._load()
        return self._text_features if hasattr(self._model, "get_text_features") else None

    def _text_features(self, captions: Sequence[str]) -> npt.NDArray[np.float32]:
        import torch
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(self._source)
        out = []
        with torch.inference_mode():
            for caption in captions:
                inputs = tokenizer([caption], return_tensors="pt", truncation=True)
                result = self._model.get_text_features(**inputs)
                if not isinstance(result, torch.Tensor):
                    result = result.pooler_output
                out.append(result.reshape(-1).float().numpy())
        return np.stack(out)

    def codebook(self) -> None:
        """No collection stands behind this encoder."""
        return
