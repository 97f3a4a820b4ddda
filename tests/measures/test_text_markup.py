import html
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.measures.text_block import TextBlock
from datakit.measures.text_markup import MARKUP_COLUMNS, locate_markup, markup

PAGE = """<!DOCTYPE html>
<html><head><style>.menu { color: red; margin: 0 }</style></head>
<body class="home"><p>A first sentence.<br/>A second&nbsp;one &copy; 2020.</p>
<script type="text/javascript">
  var tracker = tracker || []; if (1 < 2) { tracker.push(['x']); }
</script><!-- end --></body></html>"""


def counts(text):
    return {name: values[0] for name, values in markup(TextBlock([text])).items()}


def test_a_page_is_counted():
    found = counts(PAGE)
    names = "!doctype html head style /style /head body p br/ /p script /script !-- /body /html"
    assert found["n_html_tags"] == len(names.split())
    assert found["n_html_entities"] == 2
    assert found["n_script_lines"] == 2
    text = "A first sentence.A secondone  2020.\n\n\n"
    assert found["markup_rate"] == pytest.approx(1 - len(text) / len(PAGE), abs=2 / len(PAGE))


@pytest.mark.parametrize(
    "text",
    [
        "I <3 you",
        "if a < b and c > d then stop",
        "the <unk> token and List<String> and Map<int, p>",
        "AT&T; Q&A; R&D &c; rock & roll; &; &# 12;",
        "# Heading\n\n*Emphasis*, a [link](http://example.com), `code`.\n\n- a\n- b\n\n> quote",
        "mail me at <john@example.com>",
        "x = 3; and then y = 4.",
        "He said: let it be = that is the question; nothing {more}",
        "prices: $5; $(10); [1] [2] [citation needed]",
        "so it goes;\nand so = on;\nfor ever;",
        "",
        "\0\ud800",
    ],
)
def test_text_is_no_markup(text):
    assert set(counts(text).values()) == {0.0}
    assert locate_markup(text) == []


@pytest.mark.parametrize(
    "line",
    [
        "var _gaq = _gaq || [];",
        "_gaq.push(['_trackPageview']);",
        "function toggle(id) { return 1; }",
        "document.write('<x>');",
        "document.getElementById('a').innerHTML = 'b';",
        "$(document).ready(go);",
        "window.dataLayer = window.dataLayer || [];",
        "body { margin: 0; padding: 0 }",
        ".nav a:hover { color: #fff; }",
        "@media screen and (max-width: 600px) { a { color: red } }",
        "  font-size: 12px;\n}",
        "const n = 5;",
        "setTimeout(function () { go(); }, 100);",
    ],
)
def test_script_lines(line):
    assert counts("Some text before.\n" + line + "\nSome text.")["n_script_lines"] >= 1


def test_wiki_marks():
    found = counts("See [[Paris|the city]] and {{cite web|url=x}} or [b]bold[/b] '''very'''")
    assert found["n_wiki_marks"] == 6


@given(st.sampled_from(sorted(html.entities.html5)))
def test_entities_are_those_of_html(name):
    found = counts("a &" + name + " b")["n_html_entities"]
    assert found == (1 if name.endswith(";") and len(name) > 2 else 0)
    assert counts("&#8217;&#x2019;&#X1F600;")["n_html_entities"] == 3


TEXTS = st.sampled_from(
    [PAGE, "plain", "", "<p>a</p>", "&amp;", "{{a}}", "<script>", "a<b", "\ud800<i>"]
)


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS | st.text(), min_size=1, max_size=6))
def test_a_document_does_not_depend_on_the_others(texts):
    together = markup(TextBlock(texts))
    assert set(together) == {column.name for column in MARKUP_COLUMNS}
    for i, text in enumerate(texts):
        found = counts(text)
        assert {name: values[i] for name, values in together.items()} == found
        spans = locate_markup(text)
        assert found["markup_rate"] == sum(b - a for a, b in spans) / max(len(text), 1)
        assert all(a < b <= c for (a, b), (c, _) in pairwise(spans))


def test_an_unclosed_script_hides_nothing():
    text = "<script>" + "A long text that is none. " * 5
    assert locate_markup(text) == [(0, 8)]


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        "<!--",
        "<script>",
        "&a",
        "[[a ",
        "{{a",
        "a{",
        "function a(",
        "})(",
        "a b {\n",
        "=\n",
        "x: y;",
        "$(",
        "var a",
        '<a b="',
        "\0=",
    ],
)
def test_long_documents_take_linear_time(piece):
    begin = time.process_time()
    markup(TextBlock([piece * (500_000 // len(piece))]))
    assert time.process_time() - begin < 5
