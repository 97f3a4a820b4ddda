"""Great Expectations' own kind of expectations, for what corpora need.

Importing this room imports Great Expectations and registers the classes, so that suites that name
them load in any context::

    import great_expectations as gx
    import datakit.gates.expectations as dke

    rule = dke.ExpectScoreToBeAtLeast(score="diversity", min_value=0.6)
    suite = gx.ExpectationSuite("corpus", [rule])
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Great Expectations imports deprecated modules
    from datakit.gates.expectations.issue_rate import ExpectIssueRateToBeAtMost
    from datakit.gates.expectations.new_near_duplicates import ExpectNoNewNearDuplicates
    from datakit.gates.expectations.score_at_least import ExpectScoreToBeAtLeast
    from datakit.gates.expectations.score_baseline import ExpectScoreNotToFallBelowBaseline
    from datakit.gates.expectations.shift import ExpectShiftNotToBeSignificant

__all__ = [
    "ExpectIssueRateToBeAtMost",
    "ExpectNoNewNearDuplicates",
    "ExpectScoreNotToFallBelowBaseline",
    "ExpectScoreToBeAtLeast",
    "ExpectShiftNotToBeSignificant",
]
