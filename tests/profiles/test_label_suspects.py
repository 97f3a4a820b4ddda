import numpy as np
import pandas as pd
import pytest

from datakit.profiles.findings import Findings
from datakit.profiles.label_suspects import copy_groups, judge_labels, label_suspects
from datakit.profiles.profile import Embeddings


def corpus(n=600, k=3, distance=4.0, seed=0):
    rng = np.random.default_rng(seed)
    classes = np.arange(n) % k
    vectors = rng.normal(size=(n, 12)) + distance * np.eye(k, 12)[classes]
    ids = np.array([f"{i:04d}" for i in range(n)], dtype=object)
    labels = np.array(["cat", "dog", "frog", "horse"], dtype=object)[classes]
    rows = pd.DataFrame({"sample_id": ids, "path": ids, "label": labels})
    return rows, Embeddings(ids, vectors.astype(np.float16))


def suspects(rows, embeddings, copies=(), limit=0.7):
    found = Findings(rows)
    label_suspects(found, rows, embeddings, copies, limit)
    return found.frame()


def test_flipped_labels_are_found_and_few_others():
    rows, embeddings = corpus()
    flipped = [f"{i:04d}" for i in range(0, 60, 2)]
    chosen = rows["sample_id"].isin(flipped)
    rows.loc[chosen, "label"] = rows.loc[chosen, "label"].map(
        {"cat": "dog", "dog": "frog", "frog": "cat"}
    )
    frame = suspects(rows, embeddings)
    assert len(set(frame["sample_id"]) & set(flipped)) >= 25
    assert len(set(frame["sample_id"]) - set(flipped)) <= 3
    assert (frame["value"] >= 0.7).all()
    assert (frame["threshold"] == 0.7).all()


def test_right_labels_are_left_alone_even_where_classes_overlap():
    assert suspects(*corpus()).empty
    assert len(suspects(*corpus(2000, distance=2.5))) <= 2


def test_nothing_is_said_where_labels_cannot_be_predicted():
    rows, embeddings = corpus(distance=0.3)
    assert suspects(rows, embeddings).empty
    assert (
        "cannot be predicted"
        in judge_labels(rows, embeddings, copy_groups(len(rows), [])).noise.unclear
    )


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (lambda n: [None] * n, "no sample has a label"),
        (lambda n: ["cat"] * n, "1 of 1 classes"),
        (lambda n: [f"c{i // 5}" for i in range(n)], "0 of 120 classes"),
        (lambda n: ["cat", "dog"] * 20 + [None] * (n - 40), "40 embedded samples"),
    ],
)
def test_reasons(labels, reason):
    rows, embeddings = corpus()
    rows["label"] = labels(len(rows))
    assert reason in judge_labels(rows, embeddings, copy_groups(len(rows), []))
    assert suspects(rows, embeddings).empty


def test_no_embeddings():
    rows, _ = corpus()
    assert "no embeddings" in judge_labels(rows, None, copy_groups(len(rows), []))


def test_small_classes_are_left_out():
    rows, embeddings = corpus()
    rows.loc[:8, "label"] = "rare"
    judged = judge_labels(rows, embeddings, copy_groups(len(rows), []))
    assert judged.names == ["cat", "dog", "frog"]
    assert judged.numbers.tolist() == list(range(9, 600))


def test_a_wrong_label_that_was_copied_is_found():
    rows, embeddings = corpus()
    rows.loc[0, "label"] = "dog"
    copies = [0] * 20
    ids = np.array([f"copy{i:02d}" for i in range(20)], dtype=object)
    added = rows.iloc[copies].assign(sample_id=ids, path=ids)
    rows = pd.concat([rows, added], ignore_index=True)
    vectors = np.concatenate([embeddings.vectors, embeddings.vectors[copies]])
    embeddings = Embeddings(np.concatenate([embeddings.sample_ids, ids]), vectors)
    group = [0, *range(600, 620)]
    assert set(suspects(rows, embeddings, [group])["sample_id"]) == {"0000", *ids}


def test_copies_of_copies_are_one_group():
    groups = copy_groups(6, [[0, 1], [3, 4], [4, 1]])
    assert groups[0] == groups[1] == groups[3] == groups[4]
    assert len(set(groups.tolist())) == 3
    assert len(set(copy_groups(4, []).tolist())) == 4
