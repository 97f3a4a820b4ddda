"""Fit the PCA and the 64-cell codebook that ship with the default encoder.

  python benchmarks/fit_projection.py FOLDER [FOLDER ...]

Run by hand on a general collection of photographs; writes datakit/encoders/efficientnet_lite0.npz.
The shipped file was fitted on 602 ImageNet photographs (two crops each, one mirrored) and the 4,000
CIFAR-10 training images of the development data.
"""

import sys
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from datakit.encoders.efficientnet import EfficientNetLite0
from datakit.measures.image_read import read_image

DIM, CELLS = 128, 64


def views(pixels):
    h, w = pixels.shape[:2]
    yield pixels
    if min(h, w) > 96:
        yield pixels[: h * 3 // 4, : w * 3 // 4]
        yield pixels[h // 4 :, w // 4 :, ...][:, ::-1]


def main():
    encoder = EfficientNetLite0.__new__(EfficientNetLite0)
    encoder._network = None
    batch = []
    for folder in sys.argv[1:]:
        for file in sorted(Path(folder).rglob("*.[jJ][pP]*[gG]")):
            batch += [
                encoder.prepare(np.ascontiguousarray(v))
                for v in views(read_image(file.read_bytes()).pixels)
            ]
    features = encoder.features(batch)
    pca = PCA(DIM, random_state=0).fit(features)
    print("explained", pca.explained_variance_ratio_.sum(), features.shape)
    vectors = pca.transform(features).astype(np.float32)
    cells = KMeans(CELLS, n_init=4, random_state=0).fit(vectors)
    counts = np.bincount(cells.labels_, minlength=CELLS)
    n = counts.sum()
    hill2 = n * (n - 1) / (counts * (counts - 1)).sum()
    print("hill2", hill2)
    np.savez_compressed(
        Path(__file__).parents[1] / "datakit/encoders/efficientnet_lite0.npz",
        mean=pca.mean_.astype(np.float16),
        components=pca.components_.astype(np.float16),
        centroids=cells.cluster_centers_.astype(np.float16),
        hill2=np.float64(hill2),
    )


if __name__ == "__main__":
    main()
