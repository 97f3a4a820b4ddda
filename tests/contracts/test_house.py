"""Rules of the house that a reader relies on."""

import ast
from pathlib import Path

import pytest

import datakit

FILES = sorted(Path(datakit.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_files_and_functions_stay_small(file):
    text = file.read_text()
    assert text.count("\n") <= 300, f"{file} passed 300 lines: are these two ideas?"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert node.end_lineno - node.lineno < 75, f"{file}: {node.name}"
            assert node.args.kwarg is None, f"{file}: {node.name} takes **kwargs"


def test_the_public_names_are_there_and_sorted():
    assert datakit.__all__ == sorted(datakit.__all__)
    for name in datakit.__all__:
        assert getattr(datakit, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = datakit.nonsense


def test_the_generated_pages_are_those_that_are_generated():
    import importlib.util

    docs = Path(__file__).parents[2] / "docs"
    spec = importlib.util.spec_from_file_location("generate", docs / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert (docs / "columns.md").read_text(encoding="utf-8") == generate.columns()
    assert (docs / "issues.md").read_text(encoding="utf-8") == generate.issues()
    assert (docs / "explanations.md").read_text(encoding="utf-8") == generate.explanations()
    assert (docs / "recipe.md").read_text(encoding="utf-8") == generate.recipe()
