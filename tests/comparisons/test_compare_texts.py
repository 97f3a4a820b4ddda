import numpy as np
import pytest

import datakit as dk

NOUNS = {
    "sea": ["boat", "wave", "harbour", "sailor", "anchor", "tide", "fish", "net", "storm"],
    "law": ["court", "judge", "appeal", "statute", "clause", "verdict", "witness", "trial"],
}


def documents(topics, n, seed):
    rng = np.random.default_rng(seed)
    made = []
    for i in range(n):
        words = NOUNS[topics[i % len(topics)]]
        pairs = rng.choice(words, (20, 2))
        text = " ".join(f"the {one} and the {other}" for one, other in pairs)
        made.append((f"{topics[i % len(topics)]}/{seed}-{i:04d}.txt", text + "."))
    return made


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    root = tmp_path_factory.mktemp("texts")
    return dk.profile(documents(("sea", "law"), 600, 1), root / "both", workers=0)


def test_a_corpus_is_embedded_in_the_basis_of_the_profile(both):
    found = dk.compare(documents(("sea", "law"), 300, 2), both, workers=0)
    assert found.embedding.reason == ""
    assert found.embedding.n_b < 400  # the half that the basis was not fitted on
    assert found.embedding.p > 0.01
    lacking = dk.compare(documents(("sea",), 300, 3), both, workers=0)
    assert lacking.embedding.p < 0.01
    assert lacking.shifted
    assert any(s.a_rate < 0.02 < 0.1 < s.b_rate for s in lacking.slices[:3])


def test_profiles_with_bases_of_their_own_are_compared_but_for_embeddings(both, tmp_path):
    other = dk.profile(documents(("law",), 400, 4), tmp_path / "law", workers=0)
    found = dk.compare(other, both)
    assert "basis of its own" in found.embedding.reason
    plain = found.to_json()
    assert plain["embedding"]["mmd2"] is None
    assert plain["embedding"]["reason"]
    assert plain["unlike"] == {"a": None, "b": None, "reason": found.embedding.reason}
    assert found.scores["representativeness"].reason == found.embedding.reason
    assert {s.kind for s in found.slices} <= {"label", "language"}
    assert found.columns


def test_a_basis_that_held_nothing_out_compares_nothing():
    few = documents(("sea", "law"), 100, 5)
    found = dk.compare(few, documents(("sea", "law"), 100, 6), workers=0)
    assert "fitted on all" in found.embedding.reason
