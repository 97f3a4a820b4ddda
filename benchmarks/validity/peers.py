"""How often other tools' drift detectors fire on pairs of samples; run by their own interpreter.

  python peers.py PAIRS.npz ANSWER.json

PAIRS.npz holds x and y, shape (pairs, n, d). Uses what is installed of alibi-detect and Evidently,
with their defaults unless the name says otherwise; needs nothing of datakit.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Fires = Callable[[Any, Any], bool]


def _alibi() -> dict[str, Fires]:
    try:
        from alibi_detect.cd import ClassifierDrift, KSDrift, MMDDrift
    except ImportError:
        return {}
    from sklearn.linear_model import LogisticRegression

    def fires(make: Callable[[Any], Any]) -> Fires:
        return lambda x, y: bool(make(y).predict(x)["data"]["is_drift"])

    def classifier(y: Any) -> Any:
        model = LogisticRegression(max_iter=500)
        return ClassifierDrift(y, model, backend="sklearn", n_folds=5, seed=0)

    found = {
        "alibi-detect KSDrift": fires(lambda y: KSDrift(y)),
        "alibi-detect ClassifierDrift (logistic, 5 folds)": fires(classifier),
    }
    try:
        import torch

        torch.set_num_threads(1)
        found["alibi-detect MMDDrift (torch)"] = fires(lambda y: MMDDrift(y, backend="pytorch"))
    except ImportError:
        pass
    return found


def _evidently() -> dict[str, Fires]:
    try:
        import pandas as pd
        from evidently.legacy.metrics.data_drift import embedding_drift_methods as methods
    except ImportError:
        return {}

    def fires(method: Any) -> Fires:
        def one(x: Any, y: Any) -> bool:
            np.random.seed(0)  # it draws from the global source
            frames = [pd.DataFrame(side).rename(columns=str) for side in (x, y)]
            return bool(method(*frames)[1])

        return one

    return {
        "Evidently model (default)": fires(methods.model()),
        "Evidently distance": fires(methods.distance()),
        "Evidently ratio": fires(methods.ratio()),
        "Evidently mmd": fires(methods.mmd()),
    }


def main() -> None:
    warnings.filterwarnings("ignore")
    logging.disable()
    pairs, answer = sys.argv[1:]
    with np.load(pairs) as arrays:
        x, y = (arrays[name].astype(np.float32) for name in "xy")
    rates = {
        name: float(np.mean([fires(a, b) for a, b in zip(x, y, strict=True)]))
        for name, fires in (_alibi() | _evidently()).items()
    }
    Path(answer).write_text(json.dumps(rates), "utf-8")


if __name__ == "__main__":
    main()
