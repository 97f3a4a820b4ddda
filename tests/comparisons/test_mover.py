import pytest

from datakit.comparisons.scores import difference
from datakit.metrics.intervals import wilson

# Newcombe 1998, Interval estimation for the difference between independent proportions, table II,
# method 10: what MOVER makes of two Wilson intervals.
NEWCOMBE = [
    ((56, 70), (48, 80), (0.0524, 0.3339)),
    ((9, 10), (3, 10), (0.1705, 0.8090)),
    ((6, 7), (2, 7), (0.0582, 0.8062)),
    ((5, 56), (0, 29), (-0.0381, 0.1926)),
    ((0, 10), (0, 20), (-0.1611, 0.2775)),
    ((10, 10), (0, 10), (0.6075, 1.0000)),
]


@pytest.mark.parametrize(("a", "b", "interval"), NEWCOMBE)
def test_differences_of_rates_are_those_of_newcombe(a, b, interval):
    sides = [(k / n, *wilson(k, n)) for k, n in (a, b)]
    value, *found = difference(*sides)
    assert value == pytest.approx(sides[0][0] - sides[1][0])
    assert found == pytest.approx(interval, abs=6e-5)
    value, low, high = difference(*sides[::-1])
    assert (-high, -low) == pytest.approx(interval, abs=6e-5)
