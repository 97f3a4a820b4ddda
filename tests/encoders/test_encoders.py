import pickle

import numpy as np
import pytest
import torch
from conftest import textured

from datakit.encoders import efficientnet, encoder_of
from datakit.errors import InputError, MissingExtraError


def pictures(n):
    return [np.asarray(textured(i, (120, 90))) for i in range(n)]


@pytest.mark.filterwarnings("ignore")
def test_the_network_is_the_published_one():
    published = pytest.importorskip("efficientnet_lite_pytorch")
    reference = published.EfficientNet.from_name("efficientnet-lite0").eval()
    reference.load_state_dict(efficientnet.load_weights())
    ours = efficientnet.network(efficientnet.load_weights())
    x = torch.randn(4, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = reference.extract_features(x).mean((2, 3))
        torch.testing.assert_close(ours(x), expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", ["efficientnet-lite0", "pixels"])
def test_a_vector_does_not_depend_on_its_batch(name):
    encoder = pickle.loads(pickle.dumps(encoder_of("image", name)))
    prepared = [encoder.prepare(p) for p in [*pictures(40), pictures(1)[0][..., 0]]]
    together = encoder.encode(prepared)
    assert together.shape == (41, encoder.dim)
    assert together.dtype == np.float32
    turned = encoder.encode(prepared[::-1])[::-1]
    np.testing.assert_array_equal(together, turned)
    np.testing.assert_array_equal(together[7:8], encoder.encode(prepared[7:8]))


def test_alike_pictures_are_near_and_unlike_ones_far():
    encoder = encoder_of("image", "efficientnet-lite0")
    from sklearn.datasets import load_sample_images

    a, b = load_sample_images().images
    half = np.ascontiguousarray(a[::2, ::2])
    vectors = encoder.encode([encoder.prepare(p) for p in (a, half, b)])
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > unit[0] @ unit[2] + 0.1


def test_changed_weights_are_refused(monkeypatch):
    monkeypatch.setattr(efficientnet, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(InputError, match="SHA-256"):
        efficientnet.load_weights()


def test_names():
    assert encoder_of("image", "none") is None
    with pytest.raises(InputError, match="no image encoder 'x'"):
        encoder_of("image", "x")


def test_the_hub_needs_its_extra():
    try:
        import transformers  # noqa: F401
    except ImportError:
        with pytest.raises(MissingExtraError, match=r"datakit\[hub\]"):
            encoder_of("image", "hub:facebook/dinov2-small")
    else:
        with pytest.raises(InputError, match="cannot be loaded"):
            encoder_of("image", "hub:/no/such/folder")
