import numpy as np
import pandas as pd
import pytest

from datakit.measures.modality import modality
from datakit.reports.distributions import grouped, histogram
from datakit.sample import Column

SIZE = Column("n_chars", "int", "characters", "length")


def test_every_numeric_text_column_is_in_one_place():
    columns = modality("text").columns
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(
        {c.name: rng.random(50) for c in columns if c.type in ("int", "float", "bool")}
    )
    shown = [
        name
        for g in grouped(rows, columns)
        for name in (
            *(c["name"] for c in g["charts"]),
            *(r[0] for r in g["rare"]),
            *(n for _, names in g["constant"] for n in names),
        )
    ]
    assert sorted(shown) == sorted(set(rows.columns) - {"contaminated_by"})


def test_a_column_without_a_heading_is_shown_under_other():
    rows = pd.DataFrame({"surprise": np.arange(9.0)})
    (group,) = grouped(rows, [Column("surprise", "float", "", "")])
    assert (group["title"], group["charts"][0]["name"]) == ("Other", "surprise")


def test_constants_and_mostly_zero_columns_are_no_charts():
    columns = [Column(name, "float", "", "") for name in ("a_rate", "b_rate", "c_rate", "d_rate")]
    rows = pd.DataFrame({"a_rate": [0.0] * 20, "b_rate": [0.0] * 19 + [0.5], "d_rate": [0.0] * 20})
    rows["c_rate"] = np.arange(20) / 20
    (group,) = grouped(rows, columns)
    assert group["constant"] == [[0.0, ["a_rate", "d_rate"]]]
    assert group["rare"] == [("b_rate", "", 0.05, 0.5)]
    assert [c["name"] for c in group["charts"]] == ["c_rate"]


def test_a_skewed_length_has_a_logarithmic_axis():
    values = np.exp(np.random.default_rng(0).normal(7, 2, 4_000)).astype(int) + 1
    chart = histogram(pd.DataFrame({"n_chars": values}), SIZE, skewed=True)
    assert chart["log"]
    assert sum(chart["counts"]) == 4_000
    assert np.average(np.arange(40), weights=chart["counts"]) == pytest.approx(19.5, abs=2)
    assert "log" not in histogram(pd.DataFrame({"n_chars": values}), SIZE)


def test_many_zeros_are_told_apart():
    chart = histogram(pd.DataFrame({"n_chars": [0] * 60 + list(range(1, 41))}), SIZE, skewed=True)
    assert chart["zeros"] == pytest.approx(0.6)
    assert sum(chart["counts"]) == 40
    assert histogram(pd.DataFrame({"other": [1]}), SIZE) is None
