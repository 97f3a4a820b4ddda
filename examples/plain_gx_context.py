"""datakit's expectations in a Great Expectations context of your own.

    python examples/plain_gx_context.py images.profile

Importing `datakit.gates.expectations` registers them; from then on they are expectations like all
others: in suites, in suite files (as "expect_score_to_be_at_least", ...), in checkpoints.
"""

import sys

import great_expectations as gx
import pandas as pd

import datakit as dk
import datakit.gates.expectations as dke


def tables(profile):
    """A row for each sample with a flag for each issue, and one row of scores."""
    samples = profile.rows.reset_index(drop=True)
    for issue, found in profile.issues.groupby("issue"):
        samples[f"is_{issue}"] = samples["sample_id"].isin(found["sample_id"])
    for issue in ("near_duplicate", "blurry"):
        if f"is_{issue}" not in samples:
            samples[f"is_{issue}"] = False  # looked for, and not found
    scores = {name: score["value"] for name, score in profile.scores.items()}
    return samples, pd.DataFrame([scores])


def validated(context, name, frame, expectations):
    source = context.data_sources.add_or_update_pandas("corpus")
    asset = source.add_dataframe_asset(name)
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    return batch.validate(gx.ExpectationSuite(name=name, expectations=expectations))


def main():
    profile = dk.load(sys.argv[1])
    samples, scores = tables(profile)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    results = [
        validated(
            context,
            "samples",
            samples,
            [
                dke.ExpectIssueRateToBeAtMost(column="is_near_duplicate", max_rate=0.02),
                dke.ExpectIssueRateToBeAtMost(column="is_blurry", max_rate=0.02),
                gx.expectations.ExpectColumnValuesToBeInSet(
                    column="status", value_set=["ok"], mostly=0.999
                ),
            ],
        ),
        validated(
            context,
            "scores",
            scores,
            [dke.ExpectScoreToBeAtLeast(score="usability", min_value=0.9)],
        ),
    ]
    for result in results:
        for one in result.results:
            config = one.expectation_config
            about = {k: v for k, v in config.kwargs.items() if k != "batch_id"}
            print("passed" if one.success else "FAILED", config.type, about)
    sys.exit(not all(result.success for result in results))


if __name__ == "__main__":
    main()
