"""Laws of all text cleaners: idempotent, pure, a note exactly where something changes."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.errors import InputError
from datakit.measures.modality import UndecodableError
from datakit.measures.text_boilerplate import locate_boilerplate
from datakit.measures.text_encoding import NotTextError, decode
from datakit.measures.text_pii import find_pii
from datakit.measures.text_secrets import find_secrets
from datakit.transforms import CLEANERS, Cleaner, Content, transform_class
from datakit.transforms.text_content import decoded_text, finished, text_content

MORE = {
    "normalize, width": ("normalize", {"width": True}),
    "mask_pii, phones": ("mask_pii", {"kinds": ("phone",)}),
    "mask_secrets, tokens": ("mask_secrets", {"kinds": ("token",)}),
    "drop_boilerplate, lines": ("drop_boilerplate", {"lines": ("x", "Home", "a b", "。")}),
}
NAMES = {name: (name, {}) for name in CLEANERS["text"]} | MORE


def cleaner(name):
    name, parameters = NAMES[name]
    return transform_class(CLEANERS["text"][name])(**parameters)


# Pieces that text cleaners act on, so that a few drawn together make a document of trouble.
PIECES = st.sampled_from(
    [
        *"<>&;[]{}'=-/\\|@:.,!?\"()#%$ \t\n\r\0\x0b\x0c\x1b\x85\xa0\xad",
        *"\u200b\u200c\u200d\u200e\u202e\u2028\u2029\u2066\u3000\ufeff\ufffd\ufffe\U000e0041",
        *"aAzZ09éÃâ€™œ©Åﾊﾞ１Ａ，。！」中文联通한ابषि\u0301🏴👩👍🏽\ufe0f",
        *("<b>", "</p>", "<br/>", "<ul><li><a>", "</a></ul>", "<script>", "</script>", "<!--"),
        *("-->", "&amp;", "&lt;", "&gt;", "&nbsp;", "&#0;", "&copy;", "[[", "]]", "{{", "}}"),
        *("'''", "[b]", "[/b]", "[img]", "[/img]", "gtag(", "\n\n", "\r\n", "\x1b[0m", "== H =="),
        *("Home\n", "Contact\n", "About us\n", "Copyright 2019 Ltd\n", "版权所有\n", "ha ha ha "),
        *("donâ€™t", "ä½\xa0å¥½", "杩欏\ue18d閰掑簵", "Õâ¼Ò¾Æµê", "See you. ", "end", "他说。"),
        *("anna@mail.example.com", "13812345678", "+1 415 555 2671", "8.8.4.114", "john(at)x.de"),
        *("DE89370400440532013000", "4111 1111 1111 1111", "AKIAIOSFODNN7EXAMPLF", "password = "),
        *(
            "电话：63368171 ",
            "00:1b:44:11:3a:b7",
            "2a00:1450:4001:81b::200e",
            "AB 12 34 56 C",
            "8.8",
        ),
        *(
            "About us | Contact us | Site map | Careers\n",
            "sk_live_" + "4eC39HqLyj" * 2,
            "API key: ",
        ),
        *("hunter2xQ9!", "ghp_" + "aB3" * 12, "://u:", "<EMAIL>", "<SECRET>", "的电话是"),
    ]
)
NASTY = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(), max_size=40),
    st.lists(PIECES, max_size=24).map("".join),
    st.tuples(st.lists(PIECES, max_size=6).map("".join), st.integers(2, 12)).map(
        lambda pair: pair[0] * pair[1]
    ),
)


@pytest.mark.parametrize("name", NAMES)
@given(text=NASTY)
@settings(max_examples=120, deadline=None)
def test_laws(name, text):
    clean = cleaner(name).clean
    given_ = Content(text, None, ".txt")
    before = copy.deepcopy(given_)
    once, note = clean(given_)
    assert given_ == before
    assert (note == "") == (once is given_) == (once.value == text)
    assert once.suffix == ".txt"
    assert note == "" or once.data is None
    assert clean(copy.deepcopy(given_)) == (once, note)
    assert clean(once) == (once, "")


@pytest.mark.parametrize("name", NAMES)
@given(text=NASTY)
@settings(max_examples=60, deadline=None)
def test_the_cleaned_text_is_clean_when_it_is_read_again(name, text):
    clean = cleaner(name).clean
    data = finished(clean(Content(text, None, ".txt"))[0]).data
    try:
        again = decode(data)
    except NotTextError:
        return
    # NUL and escape characters can make plain UTF-8 look like another encoding.
    if again.encoding == "utf-8":
        first = Content(again.text, data, ".txt")
        if again.text == clean(Content(text, None, ".txt"))[0].value:
            assert clean(first) == (first, "")


def test_every_cleaner_is_one():
    for name, place in CLEANERS["text"].items():
        found = transform_class(place)()
        assert isinstance(found, Cleaner)
        assert (found.name, found.modality) == (name, "text")


CLEAN = [
    "",
    "It was a dark night.\n\nThe rain fell in torrents — except at times, when it was checked.\n",
    "“Don’t,” she said. “It’s 5 < 6 and 7 > 6; the naïve café’s façade cost £5…”\n",
    "这家酒店的位置很好，离地铁站只有五分钟。房间干净，服务员也很热情！下次还会再来住。",
    "これは日本語の文章です。とても面白い映画でした。",
    "이것은 한국어 문장입니다. 정말 재미있는 영화였습니다.",
    "Привет, как дела? Это простой текст — без ошибок.",
    "می‌خواهم به خانه بروم. هذا نص عربي بسيط.",
    "नमस्ते, क्ष और क्‍ष अलग हैं।",
    "ภาษา\u200bไทย\u200bเขียน\u200bติดกัน.",
    "A family 👨‍👩‍👧 and a flag 🏴󠁧󠁢󠁳󠁣󠁴󠁿 went home ❤️.",
    "if (a < b && c > d) { x[[1]] = a[i]; List<String> y; }  // <unk> [[ -f x ]] {{ name }}.",
    "Romeo, Romeo! Wherefore art thou Romeo?\n\nROMEO:\nAy me.\n\nROMEO:\nAnd again, ay me.",
    "Very, very, very good, really: if (a <b && c> d) we go.",
    "Version 1.2.3.4, section 10.4.2.1, ISBN 978-0-306-40615-7, localhost 127.0.0.1:8080.",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", CLEAN)
def test_clean_text_stays_as_it_is(name, text):
    content = text_content(text.encode(), ".txt")
    if content.value == text:
        assert cleaner(name).clean(content) == (content, "")
        assert content.data == text.encode()


@given(text=NASTY)
@settings(max_examples=300, deadline=None)
def test_cheap_tests_miss_nothing(text):
    content = Content(text, None, "")
    assert cleaner("mask_pii").clean(content)[1] or not find_pii(text)
    assert cleaner("mask_secrets").clean(content)[1] or not find_secrets(text)
    assert cleaner("drop_boilerplate").clean(content)[1] or not locate_boilerplate(text)


@pytest.mark.parametrize(
    ("data", "text", "kept", "note"),
    [
        (b"plain\n", "plain\n", True, ""),
        ("中文。".encode(), "中文。", True, ""),
        (b"\xef\xbb\xbfplain", "plain", False, "byte order mark removed"),
        ("ein Wort".encode("utf-16"), "ein Wort", False, "decoded from utf-16-le"),
        (
            ("这家酒店的位置很好。" * 9).encode("gb18030"),
            "这家酒店的位置很好。" * 9,
            False,
            "gb18030",
        ),
        ("naïve café, déjà vu".encode("cp1252"), "naïve café, déjà vu", False, "cp1252"),
    ],
)
def test_bytes_stay_only_where_they_are_plain_utf8(data, text, kept, note):
    content, said = decoded_text(data, ".txt")
    assert content == text_content(data, ".txt") == Content(text, data if kept else None, ".txt")
    assert note in said
    assert (said == "") == kept
    assert finished(content).data == text.encode()
    assert (finished(content) is content) == kept


def test_what_utf8_cannot_hold_is_replaced():
    assert finished(Content("\ufeffa\ud800b", None, ".txt")).data == "a\ufffdb".encode()
    with pytest.raises(UndecodableError):
        text_content(bytes(range(256)) * 9, ".txt")


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("normalize", {"width": "yes"}),
        ("mask_pii", {"kinds": ("emails",)}),
        ("mask_pii", {"kinds": ()}),
        ("mask_secrets", {"kinds": "token"}),
        ("drop_boilerplate", {"lines": "Home"}),
    ],
)
def test_bad_parameters_are_named(name, parameters):
    with pytest.raises(InputError, match=name):
        transform_class(CLEANERS["text"][name])(**parameters)
