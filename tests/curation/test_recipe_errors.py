"""What is no recipe: refused in one line that names the place and what to do."""

from itertools import pairwise

import pytest

from datakit.curation.recipe_file import load_recipe, parse_recipe
from datakit.curation.yaml_places import YamlPlaceError, parse_yaml
from datakit.errors import InputError

HEAD = "modality: image\n"
WRONG = {
    "": (1, "the file is empty"),
    "# only a comment\n": (1, "the file is empty"),
    "--- \n": (2, "the file is empty"),
    "just words": (1, "a recipe is a mapping with the keys schema, modality"),
    "- a\n- b": (1, "a recipe is a mapping"),
    "seed: 1": (1, "'modality' is missing"),
    "modality: images": (1, "modality is 'images': give image or text"),
    "modality: [image]": (1, "give image or text"),
    HEAD + "schema: 2": (2, "this datakit reads 1: update datakit"),
    HEAD + "seed: -1": (2, "seed is -1: give a whole number from 0"),
    HEAD + "seed: 1.5": (2, "seed is 1.5"),
    HEAD + "selct: []": (2, "unknown key 'selct': did you mean 'select'?"),
    HEAD + "select: drop": (2, "'select' is a list"),
    HEAD + "select:\n  - dorp: {}": (3, "unknown selection 'dorp': did you mean 'drop'?"),
    HEAD + "select:\n  - zzz": (3, "there are drop, keep, separate_splits"),
    HEAD + "select:\n  - 5": (3, "a step is a name"),
    HEAD + "select:\n  - drop: {}\n    keep: {}": (3, "a step is a name"),
    HEAD + "select:\n  - drop: blurry": (3, "the parameters of 'drop' are a mapping"),
    HEAD + "select:\n  - drop:\n      issues: blurry": (4, "give a list of texts, in brackets"),
    HEAD + "select:\n  - drop:\n      issues:\n        - blurry\n        - blury": (
        6,
        "unknown issue 'blury': did you mean 'blurry'?",
    ),
    HEAD + "select:\n  - drop: {issues: [boilerplate]}": (3, "is an issue of texts"),
    HEAD + "select:\n  - drop:\n      issues: [noisy]\n      wher: a": (
        5,
        "unknown parameter 'wher' of drop: did you mean 'where'?",
    ),
    HEAD + "select:\n  - drop:\n      where: width <": (4, "not an expression"),
    HEAD + "select:\n  - drop:\n      where: widht < 5": (4, "did you mean 'width'?"),
    HEAD + "select:\n  - limit: {}": (3, "limit needs the parameter 'n': give a whole number"),
    HEAD + "select:\n  - limit: {n: ten}": (3, "limit n is 'ten': give a whole number"),
    HEAD + "select:\n  - limit: {n: true}": (3, "limit n is true: give a whole number"),
    HEAD + "select:\n  - limit:\n      n: 5\n      fill: yes": (5, "'yes': give true or false"),
    HEAD + "clean:\n  - flip": (3, "'flip' is no cleaner: put it under augment"),
    HEAD + "clean:\n  - resise: {size: 5}": (3, "unknown cleaner 'resise': did you mean 'resize'?"),
    HEAD + "clean:\n  - resize: {size: big}": (3, "resize size is 'big'"),
    HEAD + "clean:\n  - resize:\n      size: 0": (4, "resize size is 0: give 1 to 16384 px"),
    HEAD + "clean:\n  - resize": (3, "resize needs the parameter 'size'"),
    HEAD + "clean:\n  - fix_encoding": (3, "'fix_encoding' is for modality text"),
    HEAD + "clean:\n  - orient: {only: blurry}": (3, "write [blurry]"),
    HEAD + "clean:\n  - orient:\n      only: [letterbox]": (4, "did you mean 'letterboxed'?"),
    HEAD + "clean:\n  - orient: {otherwise: stop}": (3, "give one of drop, keep"),
    HEAD + "augment: 3": (2, "augment is a mapping with the keys copies, steps"),
    HEAD + "augment:\n  steps: [flip]": (2, "'copies' is missing"),
    HEAD + "augment:\n  copies: -1\n  steps: [flip]": (3, "copies is -1"),
    HEAD + "augment:\n  copies: 1": (2, "augment has no steps"),
    HEAD + "augment:\n  copies: 1\n  steps:\n    - orient": (5, "put it under clean"),
    HEAD + "augment:\n  copies: 1\n  steps:\n    - filp": (5, "did you mean 'flip'?"),
    HEAD + "seed: 1\nmodality: text": (3, "given twice (first on line 1)"),
    HEAD + "select:\n\t- drop": (3, "a tab indents the line"),
    HEAD + "select:\n  - drop: {where: 'a}": (3, "not valid YAML"),
    HEAD + "seed: 1: 2": (2, "not valid YAML"),
    HEAD + "---\nmodality: text": (2, "a second document begins"),
    HEAD + "seed: &a 1": (2, "anchors and aliases are not read"),
    HEAD + "seed: *a": (2, "anchors and aliases are not read"),
    HEAD + "seed: !!python/object/apply:os.getcwd []": (2, "the tag"),
    HEAD + "? [a]\n: 1": (2, "a key is a list or a mapping"),
    HEAD + "seed: \x07": (2, "cannot be in YAML"),
    HEAD + "a: " + "[" * 5000: (2, "nested too deeply"),
    HEAD + "#" * 250_001: (1, "characters"),
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: repr(text)[:60])
def test_what_is_no_recipe_is_refused_in_one_line_with_its_place(text):
    line, told = WRONG[text]
    with pytest.raises(InputError) as caught:
        parse_recipe(text, "my.yaml")
    message = str(caught.value)
    assert message.startswith(f"my.yaml line {line}: ")
    assert told in message
    assert "\n" not in message
    assert len(message) < 400


def test_a_billion_laughs_are_not_read(tmp_path):
    lines = ["a: &a [x, x]"] + [f"{n}: &{n} [*{o}, *{o}]" for o, n in pairwise("abcdefghi")]
    with pytest.raises(YamlPlaceError, match="anchors"):
        parse_yaml("\n".join(lines))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"modality: image\nseed: \xff", "line 2: not UTF-8"),
        (b"x" * 10_000_000, "larger than 250,000 bytes"),
        (b"", "line 1: the file is empty"),
    ],
)
def test_files_that_cannot_be_recipes_are_refused_by_name(tmp_path, data, told):
    file = tmp_path / "some.yaml"
    file.write_bytes(data)
    with pytest.raises(InputError) as caught:
        load_recipe(file)
    assert str(file) in str(caught.value)
    assert told in str(caught.value)
