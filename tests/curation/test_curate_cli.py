"""The command: what it writes, prints and refuses; it is fast where there is nothing to do."""

import json
import subprocess
import sys

import pytest
from applied import stamps, tree, verify
from conftest import encoded, textured

import datakit as dk
from datakit.cli.main import main
from datakit.curation.plan import load_plan
from datakit.curation.recipe_file import load_recipe

SMALL = "schema: 1\nmodality: image\nclean:\n  # models take this size\n  - resize: {size: 8}\n"


@pytest.fixture
def place(folder, tmp_path, monkeypatch):
    """A folder of images in two classes, the working directory, and a profile of them."""
    monkeypatch.chdir(tmp_path)
    dk.profile("images", "images.profile", encoder="none", workers=0)
    (tmp_path / "small.yaml").write_text(SMALL)
    return tmp_path


def run(capsys, *words):
    """Exit code, standard output, standard error."""
    with pytest.raises(SystemExit) as ended:
        main(["curate", *map(str, words), "--workers", "0"])
    out, err = capsys.readouterr()
    return ended.value.code, out, err


def names(place):
    return {entry.name for entry in place.iterdir()}


def test_the_contract_of_json(place, capsys):
    before = stamps(place / "images")
    code, out, _ = run(capsys, "images.profile", "--json")
    told = json.loads(out)
    assert code == 0
    keys = ["schema", "n_in", "n_out", "edits", "reasons", "out", "plan", "lineage", "scores"]
    assert list(told) == [*keys, "seconds"]
    assert told["schema"] == 1
    assert told["n_in"] == 33
    assert set(told["edits"]) == {"keep", "drop", "change", "repeat"}
    assert sum(told["edits"].values()) == sum(told["reasons"].values()) == 33
    assert told["out"] == "images.curated"
    assert told["plan"] == "images.curated/plan.parquet"
    assert told["lineage"] == "images.curated/lineage.parquet"
    assert set(told["scores"]) == {"before", "after"}
    assert told["scores"]["before"].keys() == told["scores"]["after"].keys() != set()
    curated = dk.Curated(told["out"])
    assert told["n_out"] == len(curated)
    verify(curated, dk.open("images"))
    assert stamps(place / "images") == before
    assert names(place) >= {"images.curated", "images.curated.profile"}
    assert not [name for name in names(place) if name.startswith(".")]


def test_the_proposed_recipe_is_there_with_its_reasons(place, capsys):
    assert run(capsys, "images.profile", "-o", "out")[0] == 0
    text = (place / "out/recipe.yaml").read_text()
    steps = [line for line in text.splitlines() if line.startswith("  - ")]
    lines = text.splitlines()
    assert steps
    for line in steps:
        assert lines[lines.index(line) - 1].startswith("  # ")
    assert load_recipe(place / "out/recipe.yaml").select
    assert "```yaml\n" + text.strip() in (place / "out/README.md").read_text()
    assert (place / "out/report.html").exists()


def test_a_dry_run_writes_the_plan_and_nothing_else(place, capsys):
    before = names(place)
    code, out, _ = run(capsys, "images.profile", "-o", "out", "--dry-run", "--json")
    told = json.loads(out)
    assert code == 0
    assert names(place) - before == {"out.plan.parquet"}
    assert told["out"] is None
    assert told["lineage"] is None
    assert told["reason"]
    assert told["plan"] == "out.plan.parquet"
    assert told["scores"]["after"] == {}
    assert told["n_out"] == load_plan("out.plan.parquet").n_out
    # It can be edited and applied; another dry run does not lose the edits.
    plan = load_plan("out.plan.parquet")
    table = plan.table.copy()
    kept = table.index[table["edit"] == "keep"][0]
    table.loc[kept, ["edit", "reason"]] = ["drop", "I do not like it"]
    import pandas as pd

    frame = pd.read_parquet("out.plan.parquet")
    frame.loc[kept, ["edit", "reason"]] = ["drop", "I do not like it"]
    frame.to_parquet("out.plan.parquet")
    code, _, err = run(capsys, "images.profile", "-o", "out", "--dry-run")
    assert code == 2
    assert "was edited" in err
    code, out, _ = run(capsys, "images", "--plan", "out.plan.parquet", "-o", "out", "--json")
    assert code == 0
    assert json.loads(out)["reasons"]["I do not like it"] == 1
    assert json.loads(out)["n_out"] == told["n_out"] - 1


def test_the_same_command_again_does_nothing(place, capsys, monkeypatch):
    words = ("images.profile", "-o", "out", "--recipe", "small.yaml")
    assert run(capsys, *words)[0] == 0
    before = stamps(place / "out"), stamps(place / "out.profile")
    from datakit.profiles import build

    monkeypatch.setattr(build, "ShardTask", None)  # measuring would fail
    code, out, err = run(capsys, *words, "--json")
    assert code == 0
    assert "out is there already, made by the same plan" in err
    assert json.loads(out)["scores"]["after"]
    assert (stamps(place / "out"), stamps(place / "out.profile")) == before


def test_a_profile_that_does_not_fit_is_made_again(place, capsys):
    words = ("images.profile", "-o", "out", "--recipe", "small.yaml")
    assert run(capsys, *words)[0] == 0
    whole = tree(place / "out")
    (place / "out.profile/scores.json").unlink()
    (place / "out/report.html").unlink()
    assert run(capsys, *words)[0] == 0
    assert tree(place / "out") == whole
    assert dk.load("out.profile").n_samples == len(dk.Curated("out"))


def test_augment_adds_marked_copies(place, capsys):
    recipe = ("--recipe", "small.yaml", "--augment", "3x", "--json")
    code, out, _ = run(capsys, "images.profile", "-o", "out", *recipe)
    told = json.loads(out)
    assert code == 0
    assert told["edits"]["repeat"] == 32
    assert told["n_out"] == 3 * 32
    lineage = dk.Curated("out").lineage
    assert lineage["path"].str.contains("~").sum() == 64
    assert lineage["seed"].notna().sum() == 64


@pytest.mark.parametrize(("kind", "warned"), [("strong", True), ("safe", False)])
def test_an_augmentation_that_leaks_is_warned_of(place, capsys, kind, warned):
    steps = f"augment:\n  copies: 1\n  steps:\n    - preset: {{kind: {kind}}}\n"
    (place / "leaks.yaml").write_text(SMALL + steps)
    code, _, err = run(capsys, "images.profile", "-o", "out", "--recipe", "leaks.yaml", "--dry-run")
    assert code == 0
    assert ("Karras et al. 2020" in err) == warned


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere"], "does not exist"),
        (["images", "--to", "zip"], "give one of folder"),
        (["images", "--to", "csv"], "holds texts"),
        (["images", "-o", "images/sub"], "lies inside the corpus"),
        (["images", "-o", "images/sub", "--dry-run"], "lies inside the corpus"),
        (["images", "-o", "small.yaml"], "exists, and nothing is overwritten"),
        (["images", "-o", "."], "would be replaced"),
        (["images", "--recipe", "none.yaml"], "there is no recipe file"),
        (["images", "--recipe", "minimum"], "did you mean"),
        (["images", "--plan", "p", "--recipe", "r"], "--plan is applied as it is"),
        (["images", "--plan", "p", "--dry-run"], "--plan is applied as it is"),
        (["images", "--plan", "p", "--augment", "2x"], "--plan is applied as it is"),
        (["images", "--plan", "none.parquet"], "there is no plan"),
        (["images", "--plan", "small.yaml"], "is no plan"),
        (["images", "--text-column", "body"], "goes with a table"),
        (["images.profile", "--manifest", "none.csv"], "manifest none.csv cannot be read"),
        (["images", "--augment", "0x"], "give 2x, 3x"),
        (["images", "--augment", "2.5"], "give 2x, 3x"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_measured(place, capsys, words, told):
    before, found = names(place), stamps(place / "images")
    profile = tree(place / "images.profile")
    code, out, err = run(capsys, *words)
    assert code == 2
    assert told in err
    assert out == ""
    assert names(place) == before
    assert stamps(place / "images") == found
    assert tree(place / "images.profile") == profile


def test_a_corpus_is_profiled_first(place, capsys):
    words = ("images", "-o", "sub/out", "--dry-run", "--recipe", "small.yaml")
    assert run(capsys, *words)[0] == 0
    assert (place / "sub/out.plan.parquet").exists()
    plan = load_plan("sub/out.plan.parquet")
    assert plan.profile == "images.profile"
    assert "# models take this size" in plan.recipe


def test_names_are_shown_without_what_terminals_obey(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "in\x1b[31m\nred"
    for i in range(3):
        file = root / f"label\x07\n# {i}" / f"{i}.png"
        file.parent.mkdir(parents=True)
        file.write_bytes(encoded(textured(i, (24, 20))))
    dk.profile(root, "p.profile", encoder="none", workers=0)
    (tmp_path / "small.yaml").write_text(SMALL)
    code, out, err = run(capsys, "p.profile", "-o", "out", "--recipe", "small.yaml")
    assert code == 0
    assert "\x1b[31m" not in out + err
    card = (tmp_path / "out/README.md").read_text()
    assert "\x1b" not in card
    assert "\x07" not in card
    assert "\nred" not in card
    verify(dk.Curated("out"), dk.open(root))


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom datakit.cli.main import main\n"
        "try: main(['curate', '--help'])\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'pyarrow', 'PIL', 'torch', 'yaml'} & set(sys.modules)\n"
        "print('heavy', sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "heavy []" in done.stdout
