"""Checks of the arrays that metrics are given."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["as_columns", "as_matrices", "as_matrix", "as_values"]

Matrix = npt.NDArray[np.floating]


def as_matrix(x: npt.ArrayLike, name: str = "x", least: int = 1) -> Matrix:
    """The rows of a sample as finite floats, shape (n, d).

    Parameters
    ----------
    x
        Shape (n, d). float32 and float64 are kept, float16 becomes float32, the rest float64.
    name
        What messages call it.
    least
        Fewest rows.

    Raises
    ------
    ValueError
        For another shape, fewer rows, or a value that is not finite.
    """
    array = np.asarray(x)
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(f"{name} has shape {array.shape}; give one row per sample, shape (n, d)")
    if len(array) < least:
        raise ValueError(f"{name} has {len(array)} rows; at least {least} are needed")
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    elif array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
    bad = ~np.isfinite(array).all(axis=1)
    if bad.any():
        raise ValueError(
            f"{name} has NaN or infinite values in {int(bad.sum())} of {len(array)} rows, the first"
            f" in row {int(bad.argmax())}; drop or fill those rows"
        )
    return array


def as_matrices(x: npt.ArrayLike, y: npt.ArrayLike, least: int = 1) -> tuple[Matrix, Matrix]:
    """Two samples of one width as finite floats, shapes (n, d) and (m, d).

    Parameters
    ----------
    x, y
        Shapes (n, d) and (m, d).
    least
        Fewest rows of each.

    Raises
    ------
    ValueError
        As `as_matrix`, and for different widths.
    """
    a, b = as_matrix(x, "x", least), as_matrix(y, "y", least)
    if a.shape[1] != b.shape[1]:
        raise ValueError(
            f"x has {a.shape[1]} columns and y has {b.shape[1]}; use one encoder for both"
        )
    return a, b


def as_values(x: npt.ArrayLike, name: str = "x", least: int = 1) -> npt.NDArray[np.float64]:
    """One column of finite float64 values, shape (n,).

    Parameters
    ----------
    x
        Shape (n,), numbers or booleans.
    name
        What messages call it.
    least
        Fewest values.

    Raises
    ------
    ValueError
        For another shape, fewer values, or a value that is not finite.
    """
    array = np.asarray(x, np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} has shape {array.shape}; give one column, shape (n,)")
    if len(array) < least:
        raise ValueError(f"{name} has {len(array)} values; at least {least} are needed")
    bad = ~np.isfinite(array)
    if bad.any():
        raise ValueError(
            f"{name} has {int(bad.sum())} NaN or infinite values among {len(array)};"
            " drop them first"
        )
    return array


def as_columns(
    p: npt.ArrayLike, q: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Two histograms over the same categories: finite, not negative, not all zero, shape (k,).

    Parameters
    ----------
    p, q
        Shape (k,): counts or probabilities.

    Raises
    ------
    ValueError
        For different lengths, a negative value, or a sum of 0.
    """
    a, b = as_values(p, "the first histogram"), as_values(q, "the second histogram")
    if len(a) != len(b):
        raise ValueError(
            f"the histograms have {len(a)} and {len(b)} categories; count both over the same ones"
        )
    for name, array in (("first", a), ("second", b)):
        if array.min() < 0 or array.sum() == 0:
            raise ValueError(
                f"the {name} histogram has smallest value {array.min():g} and sum {array.sum():g};"
                " give counts or probabilities of which one at least is above 0"
            )
    return a, b
