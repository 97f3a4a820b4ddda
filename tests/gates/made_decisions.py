"""Decisions for the tests of formats: one of every outcome, and any number of anything."""

from datakit.gates.decision import Decision, Verdict

__all__ = ["decision", "mixed", "verdict"]


def verdict(rule="near-duplicates", outcome="failed", severity="critical", **other):
    fields = {
        "type": "expect_issue_rate_to_be_at_most",
        "table": "samples",
        "dimension": "diversity",
        "observed": 0.0612,
        "bound": 0.01,
        "n_judged": 1000,
        "n_unexpected": 61,
        "why": "repeats are memorised",
        "fix": "drop them",
        "line": 14,
    }
    return Verdict(rule=rule, outcome=outcome, severity=severity, **(fields | other))


def decision(*verdicts, **other):
    fields = {
        "suite": "images",
        "suite_path": "expectations/images.json",
        "profile": "photos.profile",
        "corpus": "photos",
        "n_samples": 1000,
        "date": "2026-11-26",
        "verdicts": verdicts,
    }
    return Decision(**(fields | other))


def mixed(**other):
    """One passed, two failed, one warning, one notice, two unjudged, one waived."""
    names = tuple(f"cat/{i:03d}.jpg" for i in range(61))
    fine = {"observed": 0.0, "bound": 0.001, "n_unexpected": 0, "samples": (), "line": 3}
    rules = (
        verdict("readable", "passed", **fine),
        verdict("near-duplicates", samples=names, baseline=0.004, line=14),
        verdict("blurry", "failed", "warning", observed=0.05, bound=0.02, samples=names[:50]),
        verdict("min-side", type="expect_column_values_to_be_between", samples=names[:12], line=30),
        verdict("diversity", "error", observed=None, reason="no column diversity", line=40),
        verdict("sharpness", "error", "info", observed=None, reason="no column sharpness"),
        verdict("contrast", "failed", "info", observed=0.41, bound=0.45, n_unexpected=0),
        verdict("split-leak", "waived", samples=names[:2], reason="known until 2027-01-01"),
    )
    return decision(*rules, notes=("the waiver of blurry expired on 2026-11-01",), **other)
