"""Every example and integration runs, with the command of this checkout.

The action runs in shells of its own; what is plain commands and plain Python runs in this process,
where torch and Great Expectations are imported once.
"""

import contextlib
import io
import json
import os
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml
from PIL import Image

import datakit as dk
from datakit import executors

ROOT = Path(__file__).parents[1]


def drawn(seed):
    """A JPEG of 64 random patches with grain: sharp, and like no other."""
    rng = np.random.default_rng(seed)
    patches = Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8))
    pixels = np.asarray(patches.resize((96, 96), Image.BICUBIC), float)
    pixels = np.clip(pixels + rng.normal(0, 6, pixels.shape), 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def project(folder, copies):
    """Fifty-four images in data/images, the first of them copied, and their profile."""
    images = folder / "data" / "images"
    images.mkdir(parents=True)
    for seed in range(54):
        (images / f"{seed:02d}.jpg").write_bytes(drawn(seed))
        if seed < copies:
            (images / f"{seed:02d}-copy.jpg").write_bytes(drawn(seed))
    with contextlib.chdir(folder):
        dk.profile("data/images", "images.profile", workers=0)
    return folder


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch):
    """No CI system, which the commands of this process would see."""
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "CI"))]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return project(tmp_path_factory.mktemp("good"), 0)


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    return project(tmp_path_factory.mktemp("bad"), 9)


def ran(folder, script, **environment):
    """A bash script as CI runs it (-e -o pipefail), with this checkout's datakit and python."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
    path = f"{Path(sys.executable).parent}:{kept['PATH']}"
    own = {"PATH": path, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={**kept, **own, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def called(folder, command):
    """A plain `datakit` or `python FILE` command, in this process and in a folder."""
    from datakit.cli.main import main

    program, *arguments = shlex.split(command)
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", arguments)
        patch.setattr(sys, "path", sys.path.copy())
        patch.setattr(executors, "executor", lambda workers=None: executors.Serial())
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                if program == "datakit":
                    main(arguments)
                else:
                    runpy.run_path(arguments[0], run_name="__main__")
            except SystemExit as stop:
                code = int(stop.code or 0)
    return SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())


def loaded(name):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


# the GitHub Action


def acted(folder, tmp_path, **inputs):
    """Run the action's steps as the runner does: inputs through env, outputs from a file."""
    action = loaded("action.yml")
    given = {name: about.get("default", "") for name, about in action["inputs"].items()} | inputs
    output = tmp_path / "output"
    files = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_WORKSPACE": str(folder),
        "GITHUB_ACTION_PATH": str(ROOT),
        "RUNNER_TEMP": str(tmp_path),
    }
    for step in action["runs"]["steps"]:
        values = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: given[m[1]], value)
            for name, value in step.get("env", {}).items()
        }
        done = ran(folder, step["run"], **files, **values)
        if done.returncode:
            break
    lines = output.read_text().splitlines() if output.exists() else []
    return done, dict(line.split("=", 1) for line in lines)


def test_the_action_puts_no_input_into_a_script():
    action = loaded("action.yml")
    assert action["runs"]["using"] == "composite"
    for step in action["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"
    used = {
        m for v in action["outputs"].values() for m in re.findall(r"outputs\.([\w-]+)", v["value"])
    }
    assert used == set(action["outputs"])


def test_the_action_passes_good_data(good, tmp_path):
    done, outputs = acted(good, tmp_path, source="images.profile", suite="images")
    assert done.returncode == 0, done.stderr
    assert outputs["decision"] == "passed"
    assert outputs["exit-code"] == "0"
    assert json.loads(Path(outputs["json"]).read_text())["decision"] == "passed"
    assert "datakit gate: passed" in (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_the_action_fails_on_copies_with_annotations_and_files(bad, tmp_path):
    done, outputs = acted(bad, tmp_path, source="images.profile", suite="images")
    assert done.returncode == 1, done.stderr
    assert (outputs["decision"], outputs["exit-code"]) == ("failed", "1")
    assert "::error title=datakit%3A exact-duplicate-rate::" in done.stdout
    suite = ElementTree.parse(outputs["junit"]).getroot()
    assert "exact-duplicate-rate" in [
        case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None
    ]
    results = json.loads(Path(outputs["sarif"]).read_text())["runs"][0]["results"]
    places = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in results}
    assert "data/images/00-copy.jpg" in places


@pytest.mark.parametrize("source", ["nowhere", "$(touch run)", "; touch run", "--help", "a b"])
def test_the_action_takes_an_input_for_data(good, tmp_path, source):
    done, outputs = acted(good, tmp_path, source=source)
    assert done.returncode == 2, done.stdout
    assert (outputs["decision"], outputs["exit-code"]) == ("error", "2")
    assert json.loads(Path(outputs["json"]).read_text())["decision"] == "error"
    assert len(list(ElementTree.parse(outputs["junit"]).iter("error"))) == 1
    assert "::error title=datakit gate::" in done.stderr
    assert "datakit gate: error" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert not (good / "run").exists()


# the other integrations


def test_the_pre_commit_hooks_run(tmp_path):
    hooks = {hook["id"]: hook for hook in loaded(".pre-commit-hooks.yaml")}
    check = hooks["datakit-suite-check"]
    suites = sorted((ROOT / "expectations").glob("*.json"))
    assert suites
    assert all(re.search(check["files"], str(file.relative_to(ROOT))) for file in suites)
    names = " ".join(shlex.quote(str(file)) for file in suites)
    assert ran(tmp_path, f"{check['entry']} {names}").returncode == 0
    (tmp_path / "broken.json").write_text('{"name": "broken", "expectations": []}')
    assert ran(tmp_path, f"{check['entry']} broken.json").returncode == 2
    assert hooks["datakit-gate"]["entry"] == "datakit gate"


def test_the_gitlab_job_leaves_a_test_report(bad):
    job = loaded("examples/ci/gitlab-ci.yml")["data-gate"]
    (command,) = job["script"]
    done = called(bad, command)
    assert done.returncode == 1, done.stderr
    root = ElementTree.parse(bad / job["artifacts"]["reports"]["junit"]).getroot()
    assert root.get("failures") == "1"


def test_the_github_workflow_uses_the_action_with_inputs_that_it_has():
    action = loaded("action.yml")
    steps = loaded("examples/ci/github-workflow.yml")["jobs"]["gate"]["steps"]
    step = next(step for step in steps if "datakit" in step.get("uses", ""))
    assert set(step["with"]) <= set(action["inputs"])
    asked = set(re.findall(r"steps\.gate\.outputs\.([\w-]+)", json.dumps(steps)))
    assert asked <= set(action["outputs"])


@pytest.mark.parametrize(
    ("decision", "uploads"), [("passed", True), ("failed", True), ("error", False), ("", False)]
)
def test_the_workflow_uploads_decisions_only(decision, uploads):
    """An empty output is that of a step that ended before it wrote any."""
    steps = loaded("examples/ci/github-workflow.yml")["jobs"]["gate"]["steps"]
    (step,) = (step for step in steps if "upload-sarif" in step.get("uses", ""))
    words = {"always()": "True", "&&": " and ", "||": " or "}
    condition = step["if"].replace("steps.gate.outputs.decision", repr(decision))
    for word, python in words.items():
        condition = condition.replace(word, python)
    assert re.fullmatch(r"[\w\s()='\"]+", condition)
    assert eval(condition, {"__builtins__": {}}) is uploads


def test_what_has_to_be_replaced_is_said():
    for file in ("examples/ci/github-workflow.yml", "docs/gate.md"):
        text = (ROOT / file).read_text(encoding="utf-8")
        assert "OWNER/datakit" in text
        assert re.search(r"[Rr]eplace `?OWNER`?", text)


def test_the_dvc_stages_stop_before_the_training(good, bad):
    stages = loaded("examples/dvc.yaml")["stages"]
    assert list(stages) == ["profile", "gate", "train"]
    assert called(good, stages["profile"]["cmd"]).returncode == 0
    assert called(bad, stages["gate"]["cmd"]).returncode == 1
    (metrics,) = stages["gate"]["metrics"][0]
    assert json.loads((bad / metrics).read_text())["exit_code"] == 1
    assert "gate.json" in stages["train"]["deps"]


# the examples in Python


def test_a_training_on_good_data_begins(good):
    done = called(good, f"python {ROOT}/examples/refuse_to_train.py data/images --epochs 2")
    assert done.returncode == 0, done.stderr
    losses = [float(x) for x in re.findall(r"loss ([\d.]+)", done.stdout)]
    assert len(losses) == 2
    assert losses[1] < losses[0]


def test_a_training_on_bad_data_does_not_begin(bad):
    done = called(bad, f"python {ROOT}/examples/refuse_to_train.py data/images")
    assert done.returncode == 1
    assert "not training: " in done.stderr
    assert "exact-duplicate-rate" in done.stderr
    assert "loss" not in done.stdout


def test_the_expectations_work_in_a_plain_context(good):
    done = called(good, f"python {ROOT}/examples/plain_gx_context.py images.profile")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("passed ") == 4
    assert "passed expect_issue_rate_to_be_at_most {'column': 'is_blurry'" in done.stdout


# the page


def page():
    return (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", page(), re.DOTALL | re.MULTILINE)


def test_the_suite_and_the_waivers_of_the_page_can_be_used(tmp_path):
    from datakit.gates.load import load_suite
    from datakit.gates.waivers import check_waivers, load_waivers

    (suite,) = blocks("json")
    (tmp_path / "flowers.json").write_text(suite, encoding="utf-8")
    rules = load_suite(tmp_path / "flowers.json")
    waivers = next(block for block in blocks("yaml") if "expires" in block)
    (tmp_path / "waivers.yaml").write_text(waivers, encoding="utf-8")
    check_waivers(load_waivers(tmp_path / "waivers.yaml"), rules)


def test_the_page_names_every_format_suite_need_and_expectation():
    import datakit.gates.expectations as dke
    from datakit.gates.formats import FORMATS
    from datakit.gates.suite import NEEDS
    from datakit.gates.suite_names import shipped_suites

    text = page()
    names = [*FORMATS, *NEEDS, *shipped_suites(), *dke.__all__]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_the_commands_of_the_page_have_the_options_that_it_gives_them():
    from datakit.cli.main import parser

    for line in "".join(blocks("sh")).splitlines():
        if line.startswith("datakit "):
            parser().parse_args(shlex.split(line.partition("#")[0])[1:])


def test_the_links_of_the_page_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)", page())
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
