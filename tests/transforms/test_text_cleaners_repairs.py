"""Planted truth: documents are spoilt in known ways, cleaned, and compared with what they were."""

import random
import re

import numpy as np
import pandas as pd
import pytest

from datakit.measures.text import measure_block
from datakit.measures.text_block import TextBlock
from datakit.profiles.issues import check_thresholds, issue_kind
from datakit.profiles.rules import apply_rules, rule_names
from datakit.transforms import CLEANERS, Content, transform_class

ENGLISH = (
    "The lighthouse at Corran Point had been dark for eleven years when Mara bought it. “Nobody "
    "wants a tower without a lamp,” the clerk said, and stamped the deed twice.\n\nShe spent the "
    "first winter on the stairs. There were two hundred and six of them, and every fourth was "
    "loose; she numbered each in chalk, wrote its fault in a ledger, and mended it in the order "
    "of danger. By March the ledger was full. It’s an odd way to learn a building — from its "
    "wounds upward — yet she could soon tell by sound alone which step a visitor stood on.\n\n"
    "In April a letter came from the harbour board. They had found the old lens in a warehouse, "
    "packed in straw, and would she like it back? She read the page three times before she "
    "answered. Then she climbed to the gallery with a broom, swept out the gulls’ nests, and "
    "opened the shutters on all four sides to let the weather in."
)
CHINESE = (
    "去年秋天我们一家三口去山里住了四天，选的是半山腰的一家老客栈。房间不大，但是收拾得很干净，推开"
    "窗就能看见对面的竹林。老板娘话不多，每天清早都会在院子里煮一锅小米粥，谁起得早谁先喝。\n"
    "第二天下雨，哪里也去不了，孩子就跟着老板学编竹篮，编坏了三个，第四个终于能装东西。我和妻子坐在"
    "廊下看雨，雾从山谷里慢慢升上来，把远处的屋顶一片一片地盖住。\n"
    "退房的时候，老板送了我们一小袋新茶，说是自家种的，卖相不好，味道还行。回家泡了一壶，果然有一股"
    "炒豆子的香气。这样的地方不会上什么排行榜，可是我们已经约好明年再来。"
)


def cp1252(data):
    return "".join(
        chr(b) if b in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([b]).decode("cp1252") for b in data
    )


def page(text):
    body = "".join(f'<p class="c{i}">{x}</p>\n' for i, x in enumerate(re.split(r"\n+", text)))
    return (
        f'<div id="main"><ul><li><a href="/">Home</a></li><li><a href="/x">News</a></li></ul>\n'
        f"{body}<br/><!-- end --><script>var q=q||[];q.push(['_track']);</script></div>"
    )


def noisy(text):
    rng = random.Random(3)
    return "".join(c + rng.choice("\x01\x02\x08\x0b\x1b") * (rng.random() < 0.03) for c in text)


def with_nuls(text):
    return "\0".join(re.findall("(?s).{1,60}", text))


def escaped_page(text):
    return page(text).replace("<", "&lt;").replace(">", "&gt;")


def with_pictures(text):
    return re.sub("([.。])", r"\1[[File:a.jpg]]", text)


def lines_again(text):
    return "\n".join([text, *text.split("\n"), *text.split("\n")])


def rest(text):
    return f"{text} {' '.join(['of the old grey tower by the'] * 12)}"


FOOTER = "Copyright 2019 Example Media Ltd. All rights reserved.\nPrivacy policy | Terms of use"
CHINESE_FOOTER = "版权所有 未经许可不得转载。\n点击此处订阅我们的电子报,获取最新优惠信息。"

# issue, cleaner, how it is planted, and whether the document comes back but for white space.
PLANTS = [
    ("mojibake", "fix_encoding", lambda t: cp1252(t.encode()), True),
    ("mojibake", "fix_encoding", lambda t: t.encode().decode("latin-1"), True),
    ("mojibake", "fix_encoding", lambda t: cp1252(cp1252(t.encode()).encode()), True),
    ("control_characters", "control_characters", noisy, True),
    ("control_characters", "control_characters", with_nuls, True),
    ("markup_residue", "strip_markup", page, True),
    ("markup_residue", "strip_markup", escaped_page, True),
    ("markup_residue", "strip_markup", with_pictures, True),
    ("repetitive", "collapse_repetition", lambda t: "\n\n".join([t] * 3), True),
    ("repetitive", "collapse_repetition", lambda t: t * 3, True),
    ("repetitive", "collapse_repetition", lines_again, True),
]
ENGLISH_PLANTS = [
    ("boilerplate", "drop_boilerplate", lambda t: f"Home\nAbout us\n{t}\n\n{FOOTER}", True),
    ("repetitive", "collapse_repetition", rest, False),
    ("repetitive", "collapse_repetition", lambda t: t + " again" * 60, False),
    ("truncated", "trim_sentences", lambda t: t[:-29], False),
    ("pii", "mask_pii", lambda t: t.replace("clerk", "clerk (212) 555-0123, a@b.org,"), False),
    ("secret", "mask_secrets", lambda t: t.replace("clerk", "AKIAIOSFODNN7EXAMPLF"), False),
]
CHINESE_PLANTS = [
    ("boilerplate", "drop_boilerplate", lambda t: f"首页\n联系我们\n{t}\n{CHINESE_FOOTER}", True),
    ("mojibake", "fix_encoding", lambda t: t.encode("gbk").decode("latin-1"), True),
    ("mojibake", "fix_encoding", lambda t: cp1252(t.encode("gbk")), True),
    ("mojibake", "fix_encoding", lambda t: t.encode("cp950", "ignore").decode("latin-1"), False),
    ("repetitive", "collapse_repetition", lambda t: t + t[10:26] * 20, False),
    (
        "truncated",
        "trim_sentences",
        lambda t: t[:-2] + "的那个小院子里再住上几天看看山里的雪",
        False,
    ),
    ("pii", "mask_pii", lambda t: t.replace("老板", "老板13812345678", 1), False),
    ("secret", "mask_secrets", lambda t: t + "密码：hunter2xQ9!", False),
]
CASES = [(ENGLISH, *plant) for plant in PLANTS + ENGLISH_PLANTS]
CASES += [(CHINESE, *plant) for plant in PLANTS + CHINESE_PLANTS]


def issues(text):
    """Issues that the profile's rules find in one document."""
    kind = issue_kind("text")
    frame = pd.DataFrame(measure_block(TextBlock([text])))
    frame["status"], frame["contamination_rate"] = "ok", np.nan
    found = apply_rules(
        rule_names(kind.rules), frame, kind.derive, check_thresholds("text", {}), kind.family(frame)
    )
    named = {issue for issue, (mask, _, _) in found.items() if mask[0]}
    return named | ({"boilerplate"} if frame["n_boilerplate_lines"][0] else set())


def cleaned(name, text, **parameters):
    return transform_class(CLEANERS["text"][name])(**parameters).clean(Content(text, None, ".txt"))


@pytest.mark.parametrize(("text", "issue", "name", "plant", "lossless"), CASES)
def test_a_planted_issue_is_repaired(text, issue, name, plant, lossless):
    assert not issues(text)
    spoilt = plant(text)
    assert issue in issues(spoilt)
    content, note = cleaned(name, spoilt)
    assert note
    assert issue not in issues(content.value)
    if lossless:
        assert "".join(content.value.split()) == "".join(text.split())
    else:
        assert content.value[:50] == text[:50] or issue == "mojibake"


@pytest.mark.parametrize("encoding", ["gb18030", "cp932"])
def test_lost_bytes_are_marked_and_the_rest_read_again(encoding):
    text = {
        "gb18030": CHINESE[:170],
        "cp932": "これは日本語の文章です。とても面白い映画でした。" * 4,
    }[encoding]
    content, note = cleaned("fix_encoding", text.encode().decode(encoding, "ignore"))
    kept = sum(c in text for c in content.value) / len(text)
    assert kept > 0.75
    assert "UTF-8 that was read as" in note


def test_texts_that_went_wrong_twice_come_back():
    twice = CHINESE.encode().decode("latin-1").encode().decode("latin-1")
    assert cleaned("fix_encoding", twice)[0].value == CHINESE
    mixed = f"{ENGLISH}\n{cp1252('“naïve” – café'.encode())}\n{CHINESE}"
    content, note = cleaned("fix_encoding", mixed)
    assert content.value == f"{ENGLISH}\n“naïve” – café\n{CHINESE}"
    assert note == "UTF-8 that was read as windows-1252 (1 line)"


def test_only_the_encoding_is_repaired():
    text = "“ｗｉｄｅ” ﬁne &amp; “quoted” \x1b[1m，！\r\nÃ©"
    assert cleaned("fix_encoding", text)[0].value == text.replace("Ã©", "é")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (
            "<h1>Title</h1><p>One <b>bold</b> word.</p><p>Two<br>lines.</p>",
            "Title\n\nOne bold word.\n\nTwo\nlines.",
        ),
        ("<html><body><p>one\ntwo</p>\n<pre>a\n  b</pre></body></html>", "one two\n\na\n  b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ("<style>p { color: red }</style>Text &lt;3 &amp;&nbsp;more&#8217;s", "Text <3 & more’s"),
        ("<nav><a>x</a> and more</nav>kept <script>'</ul><p>'</script>too", "kept too"),
        (
            "<ul><li>A whole sentence stands here.</li><li><a>b</a></li></ul>",
            "A whole sentence stands here.\nb",
        ),
        ("see [[Paris|the city]] and [[Rome]]{{cite|x}} '''now'''", "see the city and Rome now"),
        ("[b]bold[/b] [url=http://x.org]link[/url] a[i]", "bold link a[i]"),
        ("He wrote.\ngtag('config', 'UA-1');\nShe read.", "He wrote.\nShe read."),
    ],
)
def test_markup_becomes_text(text, clean):
    assert cleaned("strip_markup", text)[0].value == clean


@pytest.mark.parametrize(
    ("name", "text", "clean"),
    [
        ("whitespace", "a \r\nb\t\r\r\n\n\n\n  c\xa0d\u3000e\u2028f  ", "a\nb\n\n  c d e\nf"),
        ("whitespace", " \n\t\n", ""),
        ("whitespace", "a\n\n\nb\n\n\n", "a\n\nb\n"),
        (
            "control_characters",
            "a\x00b\x0bc.\x0cd\xade\ufefff\u202eg\u200b\x1b[31mh",
            "abc.\ndefgh",
        ),
        ("control_characters", "\u05d0\u200f! \u202e\u05d1", "\u05d0\u200f! \u05d1"),
        ("control_characters", "a\u200db\u200cc می\u200cخ", "abc می\u200cخ"),
        ("normalize", "e\u0301 \u212b", "é Å"),
        (
            "trim_sentences",
            "of the hill. He came home. She left. And th",
            "He came home. She left.",
        ),
        ("trim_sentences", "He met Mr. Fox in town. They said Mr. Sm", "He met Mr. Fox in town."),
        (
            "trim_sentences",
            "Short. But this one goes on and on",
            "Short. But this one goes on and on",
        ),
        ("trim_sentences", "，他来了。我们走吧！大家都很高兴。然后", "我们走吧！大家都很高兴。"),
    ],
)
def test_what_cleaners_do_in_small(name, text, clean):
    assert cleaned(name, text)[0].value == clean


def test_width_is_folded_where_it_fits():
    assert cleaned("normalize", "ＡＢ１，中文！ﾊﾞ", width=True)[0].value == "AB1，中文！バ"
    assert cleaned("normalize", "Ｈｅｌｌｏ！", width=True)[0].value == "Hello!"
    assert cleaned("normalize", "ＡＢ１")[1] == ""


def test_only_the_chosen_kinds_are_masked():
    text = "Write to anna@mail.example.com or call +1 415 555 2671."
    both, note = cleaned("mask_pii", text)
    assert both.value == "Write to <EMAIL> or call <PHONE>."
    assert note == "1 e-mail address, 1 phone number replaced"
    assert cleaned("mask_pii", text, kinds=("phone",))[0].value.endswith("call <PHONE>.")
    keys = "ghp_" + "aB3dE" * 7 + "x and password = hunter2xQ9!"
    assert cleaned("mask_secrets", keys)[0].value == "<GITHUB_TOKEN> and password = <PASSWORD>"
    assert cleaned("mask_secrets", keys, kinds=("token",))[0].value.endswith("hunter2xQ9!")


def test_lines_of_the_corpus_are_dropped_too():
    text = "Daily News\n\nFirst.\n\n  Daily News \n\nSecond.\n"
    content, note = cleaned("drop_boilerplate", text, lines=("Daily News",))
    assert content.value == "First.\n\nSecond.\n"
    assert note == "2 lines of boilerplate dropped"


def test_lines_of_the_corpus_are_known_whatever_their_numbers_and_marks():
    lines = ("12 readers liked the page you see", "最新公告：2013年第3期已经发布", "-*-", "Page 3")
    text = (
        "9,004 Readers liked the page you see!\n第一行。\n最新公告：2020年第118期已经发布。\n"
        " -*- \nPage 4\nWe saw that 9 readers liked the page you see.\n--*--"
    )
    content, _ = cleaned("drop_boilerplate", text, lines=lines)
    left = ["第一行。", "Page 4", "We saw that 9 readers liked the page you see.", "--*--"]
    assert [line for line in content.value.split("\n") if line] == left


def test_later_copies_of_long_passages_go():
    one, two, three = ENGLISH.split("\n\n")
    again = f"{one}\n\n{two}\n\n{one}\n\n{three}"
    content, note = cleaned("collapse_repetition", again)
    assert (content.value, note) == (ENGLISH, "1 repeated passage collapsed")
    sentence = "She read the page three times before she answered."
    said = f"{sentence} {one} {sentence} Then. {sentence}"
    assert cleaned("collapse_repetition", said)[0].value == f"{sentence} {one} Then."


def test_repetitions_that_are_style_stay():
    refrain = "Row, row, row your boat, gently down the stream."
    song = f"{refrain}\n{ENGLISH}\n{refrain}"
    assert cleaned("collapse_repetition", song)[1] == ""
    play = "\n".join(f"ROMEO:\nLine number {np.base_repr(i, 3)} is spoken." for i in range(30))
    assert cleaned("collapse_repetition", play)[1] == ""
