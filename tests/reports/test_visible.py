import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from datakit.reports.visible import short_path, visible, with_marks

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
everything = st.text(st.characters(), max_size=80)


@given(everything)
def test_no_control_is_left(text):
    shown = visible(text)
    assert not set(shown) & set(BIDI)
    assert {c for c in shown if unicodedata.category(c) == "Cc"} <= {"\t", "\n"}
    shown.encode("utf-8")


def test_controls_have_pictures_and_names():
    assert visible("a\x00\x1b\x7f\x85\u202e\ufeff\r\n") == "a␀␛␡⟨U+0085⟩⟨RLO⟩⟨BOM⟩\n"
    assert visible("می‌خواهم 👨‍👩‍👧") == "می‌خواهم 👨‍👩‍👧"


@given(everything, st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90)), max_size=6))
def test_pieces_are_the_text_and_marks_are_the_spans(text, spans):
    text = text.replace("\r", "")
    pieces = with_marks(text, spans)
    assert len(pieces) % 2 == 1
    assert "".join(pieces) == visible(text)
    inside = {i for a, b in spans for i in range(max(a, 0), min(b, len(text)))}
    marked = "".join(visible(c) for i, c in enumerate(text) if i in inside)
    assert "".join(pieces[1::2]) == marked


def test_a_long_path_keeps_its_end():
    assert short_path("a/b\n\u202e.txt") == "a/b␊⟨RLO⟩.txt"
    assert short_path("x" * 500 + "/end.txt").endswith("/end.txt")
    assert len(short_path("x" * 500)) == 201
