"""What the proposed recipe does to documents with frames and markup, and what is judged again."""

import random

import pytest
from applied import curated_of

import datakit as dk
from datakit.curation.recheck import remaining
from datakit.curation.recipe import Recipe, Step
from datakit.curation.recipe_file import parse_recipe
from datakit.sample import Sample
from datakit.transforms.text_drop_boilerplate import DropBoilerplate
from datakit.transforms.text_strip_markup import StripMarkup

NOUNS = ("river", "garden", "teacher", "window", "village", "kitchen", "letter", "mountain")
MORE = ("bottle", "engine", "farmer", "island", "candle", "bridge", "market", "doctor", "horse")
VERBS = ("follows", "paints", "remembers", "carries", "opens", "watches", "leaves", "repairs")
HEAD = "Seen by {} readers of the village gazette"
FOOT = "The village gazette is printed on Thursdays."


FORMS = (
    "A {} {v} some {} while my {} {w} our {}.",
    "When that {} {v} the {}, every {} near this {} {w} it.",
    "No {} or {} ever {v} his {}, yet one {} {w} them.",
    "Behind her {} and their {} somebody {v} what a {} beside an old {} {w}.",
)


def sentence(rng):
    first, second = rng.sample(VERBS, 2)
    return rng.choice(FORMS).format(*rng.sample(NOUNS + MORE, 4), v=first, w=second)


def story(rng, n=16):
    return "\n".join(sentence(rng) for _ in range(n))


def texts(curated):
    parent = {row.sample_id: row.parents[0] for row in curated.lineage.itertuples()}
    return {parent[sample.sample_id]: curated.read(sample).decode() for sample in curated}


def reasons(curated):
    table = curated.plan.table
    return dict(zip(table["sample_id"], table["reason"], strict=True))


@pytest.fixture(scope="module")
def gazette(tmp_path_factory):
    """90 stories: 30 have a line of the gazette before or behind them, one has nothing else."""
    rng = random.Random(0)
    before = {f"{i:02d}.txt": story(rng) for i in range(90)}
    after = dict(before)
    for i in range(25):
        after[f"{i:02d}.txt"] = f"{HEAD.format(i + 2)}\n{before[f'{i:02d}.txt']}"
    for i in range(20, 45):
        after[f"{i:02d}.txt"] += f"\n{FOOT}"
    after["90.txt"] = f"{FOOT}\n{HEAD.format(7)}"
    out = tmp_path_factory.mktemp("gazette")
    corpus = list(after.items())
    profile = dk.profile(corpus, out / "p.profile", workers=0, encoder="none")
    return before, profile, corpus, out


def test_the_recipe_names_the_lines_that_the_corpus_shares(gazette):
    before, profile, corpus, out = gazette
    flagged = profile.rows["sample_id"].iloc[profile.rows_with["boilerplate"]]
    assert sorted(flagged) == [f"{i:02d}.txt" for i in (*range(45), 90)]
    plan = dk.plan(profile)
    (step,) = parse_recipe(plan.recipe, "plan").clean
    assert sorted(line.split()[0] for line in step.transform.lines) == ["Seen", "The"]
    assert "so do the 2 below" in plan.recipe
    assert FOOT.rstrip(".") in plan.recipe  # as a person reads it
    curated = dk.curate(plan, out / "curated", corpus=dk.open(corpus), measure=False, workers=0)
    assert texts(curated) == before
    assert reasons(curated)["90.txt"] == "nothing is left after cleaning"


def test_lines_that_most_documents_have_are_left_and_the_recipe_says_so(tmp_path):
    rng = random.Random(1)
    corpus = [(f"{i}.txt", f"Below is an instruction to follow.\n{story(rng)}") for i in range(45)]
    corpus += [(f"{i}.txt", story(rng)) for i in range(45, 80)]
    recipe = parse_recipe(
        dk.plan(dk.profile(corpus, tmp_path / "p", workers=0, encoder="none")).recipe, "plan"
    )
    assert not recipe.clean
    assert any("1 line that more than half of the documents have" in note for note in recipe.notes)
    assert any("Below is an instruction to follow" in note for note in recipe.notes)


def test_a_line_with_personal_data_is_not_named(tmp_path):
    rng = random.Random(5)
    told = "Stories of the village go to anna.smith@mail.example.com"
    corpus = [(f"{i}.txt", f"{story(rng)}\n{told}") for i in range(25)]
    corpus += [(f"{i}.txt", story(rng)) for i in range(25, 80)]
    profile = dk.profile(corpus, tmp_path / "p", workers=0, encoder="none")
    assert len(profile.rows_with["boilerplate"]) == 25
    steps = {
        one.transform.name: one.transform for one in parse_recipe(dk.plan(profile).recipe, "").clean
    }
    assert steps["drop_boilerplate"].lines == ()


def left(text, issues, lines=()):
    data = text.encode()
    sample = Sample("a.txt", "a.txt", n_bytes=len(data))
    return remaining("text", [sample], lambda _: data, lambda _: None, [issues], {}, lines)[0]


def test_what_is_left_is_judged_with_the_lines_of_the_corpus():
    rng = random.Random(2)
    text = f"{story(rng)}\nSeen by 99 readers of the village gazette!\n"
    assert left(text, ("boilerplate",)) == ""
    assert left(text, ("boilerplate",), [HEAD.format(2), FOOT]) == "boilerplate"
    assert left(text, ("boilerplate",), [FOOT]) == ""
    assert left(text, ("pii",), [HEAD.format(2)]) == ""


LETTERS = "abcdefghijklmnopqrstuvwxyz"


def noise(rng):
    words = ("".join(rng.choices(LETTERS, k=rng.randint(2, 9))) for _ in range(150))
    return " ".join(words)


def test_gibberish_under_markup_is_found_when_the_markup_is_gone(tmp_path):
    rng = random.Random(3)
    told = [story(rng, 8).replace("\n", "<br />&nbsp;&nbsp;&quot;") for _ in range(2)]
    corpus = [("sound.txt", told[0]), ("noise.txt", "<p>" * 4 + noise(rng) + "</p>" * 4)]
    corpus += [(f"{i}.txt", story(rng, 8)) for i in range(8)]
    profile = dk.profile(corpus, tmp_path / "p", workers=0, encoder="none")
    assert "gibberish" not in profile.rows_with
    assert len(profile.rows_with["markup_residue"]) == 2
    curated = dk.curate(
        dk.plan(profile), tmp_path / "c", corpus=dk.open(corpus), measure=False, workers=0
    )
    assert reasons(curated)["noise.txt"] == "gibberish remains after cleaning"
    assert "<" not in texts(curated)["sound.txt"]
    # Nobody asked for it where markup was no issue.
    assert left(noise(rng), ("pii",)) == ""


MENU = "Home | About us | Contact | Privacy policy | Terms of use | Log in"
REST = "He left the house early."


@pytest.mark.parametrize(
    ("text", "otherwise", "dropped"),
    [
        (f"{MENU}\n{REST}\n{MENU}", "drop", True),
        (f"{MENU}\n{REST}\n{MENU}", "keep", False),
        (f"{MENU}\n{REST} {REST} {REST}\n{MENU}", "drop", False),  # 15 words are left
        ("Log in\nShe saw the film twice this week.", "drop", False),  # it was short before
        ("Home | About us | Contact\nYes.", "drop", False),
        (f"首页 | 关于我们 | 联系我们 | 隐私政策 | 服务条款\n房间不错\n{MENU}", "drop", True),
        ("首页 | 登录\n房间很好早餐不错前台服务也热情\n返回顶部", "drop", False),
    ],
)
def test_documents_of_which_a_few_words_are_left_are_dropped(tmp_path, text, otherwise, dropped):
    corpus = dk.open([("a.txt", text), ("b.txt", story(random.Random(4)))])
    step = Step(DropBoilerplate(), only=("boilerplate",), otherwise=otherwise)
    curated = curated_of(corpus, tmp_path / "out", Recipe("text", clean=(step,)))
    assert ("a.txt" not in texts(curated)) is dropped
    assert (reasons(curated)["a.txt"] == "too_short after cleaning") is dropped


def test_the_threshold_of_too_short_is_that_of_the_profile(tmp_path):
    corpus = [(f"{i}.txt", story(random.Random(i))) for i in range(5)]
    corpus += [("a.txt", f"{MENU}\n{REST}\n{MENU}"), ("short.txt", "Yes.")]
    for limit, dropped in ((5, False), (6, True)):
        place = tmp_path / f"{limit}.profile"
        profile = dk.profile(
            corpus, place, workers=0, encoder="none", thresholds={"too_short": limit}
        )
        curated = dk.curate(
            dk.plan(profile),
            tmp_path / str(limit),
            corpus=dk.open(corpus),
            measure=False,
            workers=0,
        )
        assert ("a.txt" not in texts(curated)) is dropped


def test_cleaners_of_all_documents_drop_no_short_ones(tmp_path):
    corpus = dk.open([("a.txt", "<p class='x y z'>" * 4 + "A short title" + "</p>" * 4)])
    recipe = Recipe("text", clean=(Step(StripMarkup()),))
    assert "short title" in texts(curated_of(corpus, tmp_path / "out", recipe))["a.txt"]
