"""The custom expectations as anybody uses them: in a context of their own."""

import pandas as pd
import pytest


@pytest.fixture
def validate(dke):
    import great_expectations as gx
    from great_expectations.data_context.data_context.context_factory import project_manager

    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("mine").add_dataframe_asset("table")
    definition = asset.add_batch_definition_whole_dataframe("all")

    def validate(frame, expectation, **options):
        return definition.get_batch({"dataframe": frame}).validate(expectation, **options)

    yield validate
    project_manager.set_project(None)


@pytest.fixture
def dke():
    import datakit.gates.expectations as room

    return room


SAMPLES = pd.DataFrame({"is_blurry": [True, False, False, False], "known": [True, False] * 2})
CORPUS = pd.DataFrame([{"diversity": 0.7, "diversity_low": 0.65, "diversity_high": 0.74}])


@pytest.mark.parametrize(("most", "passes"), [(0.24, False), (0.25, True), (0.3, True)])
def test_issue_rate(validate, dke, most, passes):
    result = validate(SAMPLES, dke.ExpectIssueRateToBeAtMost(column="is_blurry", max_rate=most))
    assert result.success is passes
    assert result.result["unexpected_count"] == 1


def test_issue_rate_counts_values_only_and_needs_some(validate, dke):
    frame = pd.DataFrame({"is_blurry": pd.Series([True, False, None, None], dtype=object)})
    rule = dke.ExpectIssueRateToBeAtMost(column="is_blurry", max_rate=0.5)
    assert validate(frame, rule).success
    assert not validate(frame.iloc[2:].reset_index(drop=True), rule).success


def test_new_near_duplicates(validate, dke):
    rule = dke.ExpectNoNewNearDuplicates(column_A="is_blurry", column_B="known")
    assert validate(SAMPLES, rule).success
    new = SAMPLES.assign(known=False)
    assert not validate(new, rule).success
    assert not validate(new.assign(is_blurry=None), rule).success


@pytest.mark.parametrize(("least", "passes"), [(0.69, True), (0.7, True), (0.71, False)])
def test_score_at_least(validate, dke, least, passes):
    result = validate(CORPUS, dke.ExpectScoreToBeAtLeast(score="diversity", min_value=least))
    assert result.success is passes
    assert result.result["observed_value"] == 0.7
    assert result.result["details"]["low"] == 0.65


@pytest.mark.parametrize(
    ("baseline", "low", "tolerance", "passes"),
    # The bound is the baseline - sqrt(0.04^2 + (baseline - low)^2) - tolerance.
    [(0.75, 0.72, 0, True), (0.751, 0.721, 0, False), (0.751, 0.721, 0.01, True)],
)
def test_score_and_baseline(validate, dke, baseline, low, tolerance, passes):
    rule = dke.ExpectScoreNotToFallBelowBaseline(
        score="diversity", baseline=baseline, baseline_low=low, tolerance=tolerance
    )
    assert validate(CORPUS, rule).success is passes


@pytest.mark.parametrize(("tolerable", "passes"), [(0.74, True), (0.75, False)])
def test_shift(validate, dke, tolerable, passes):
    rule = dke.ExpectShiftNotToBeSignificant(score="diversity", tolerable=tolerable)
    assert validate(CORPUS, rule).success is passes


@pytest.mark.parametrize(
    "frame", [CORPUS.drop(columns="diversity"), pd.concat([CORPUS] * 2), CORPUS * float("nan")]
)
def test_scores_that_are_not_there_are_errors(validate, dke, frame):
    rule = dke.ExpectScoreToBeAtLeast(score="diversity", min_value=0)
    result = validate(frame.reset_index(drop=True), rule)
    assert not result.success
    assert result.exception_info


def test_parameters_and_suites_by_name(validate, dke):
    import great_expectations as gx

    suite = gx.ExpectationSuite(
        name="mine",
        expectations=[
            {
                "type": "expect_score_not_to_fall_below_baseline",
                "kwargs": {
                    "score": "diversity",
                    "baseline": {"$PARAMETER": "baseline_diversity"},
                    "baseline_low": {"$PARAMETER": "baseline_diversity_low"},
                },
            }
        ],
    )
    for baseline, passes in ((0.7, True), (0.9, False)):
        given = {"baseline_diversity": baseline, "baseline_diversity_low": baseline - 0.05}
        assert validate(CORPUS, suite, expectation_parameters=given).success is passes


def test_every_expectation_has_words_for_data_docs(validate, dke):
    import great_expectations as gx
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    suite = gx.ExpectationSuite(
        name="mine",
        expectations=[
            dke.ExpectScoreToBeAtLeast(score="diversity", min_value=0.5),
            dke.ExpectShiftNotToBeSignificant(score="diversity"),
        ],
    )
    whole = validate(CORPUS, suite)
    whole.meta["run_id"] = None
    page = str(ValidationResultsPageRenderer(run_info_at_end=True).render(whole).to_json_dict())
    assert "diversity" in page
