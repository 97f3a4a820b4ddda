import time
from itertools import pairwise

import numpy as np
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.measures.text_block import TextBlock
from datakit.measures.text_pii import (
    PII_COLUMNS,
    PII_KINDS,
    Span,
    find_pii,
    masked,
    pii,
    pii_spans,
)
from datakit.measures.text_pii_phones import MAX_LOOKUPS, Directory, phones
from datakit.measures.text_pii_span import plain, strongest, window_of


def found(text):
    return [(text[s.start : s.end], s.kind) for s in find_pii(text)]


# One of every kind, in words, and with a Chinese character directly on each side.
SAMPLES = [
    ("email", "anna.smith+news@mail.example.co.uk"),
    ("email", "li.wei@qq.com"),
    ("email", "ｌｉ＠ｑｑ．ｃｏｍ"),
    ("email", "j.garcia [at] uni-bonn [dot] de"),
    ("email", "john(at)gmail.com"),
    ("phone", "(212) 555-0123"),
    ("phone", "212-555-0123"),
    ("phone", "212.555.0123"),
    ("phone", "+1 415 555 2671"),
    ("phone", "+44 20 7946 0958"),
    ("phone", "+44 (0)20 7946 0958"),
    ("phone", "+49 30 12345678"),
    ("phone", "+33 1 42 68 53 10"),
    ("phone", "13812345678"),
    ("phone", "138 1234 5678"),
    ("phone", "１３８１２３４５６７８"),
    ("phone", "(+86)13812345678"),
    ("phone", "0086 138 1234 5678"),
    ("phone", "010-12345678"),
    ("phone", "0755-83559989"),
    ("phone", "400-820-6666"),
    ("phone", "020 7946 0958"),
    ("phone", "030/1234567"),
    ("phone", "06 12 34 56 78"),
    ("phone", "612 34 56 78"),
    ("ip", "8.8.4.114"),
    ("ip", "151.101.1.69"),
    ("ip", "2a00:1450:4001:81b::200e"),
    ("ip", "2606:4700:4700:0:0:0:0:1111"),
    ("iban", "DE89370400440532013000"),
    ("iban", "GB29 NWBK 6016 1331 9268 19"),
    ("card", "4111 1111 1111 1111"),
    ("card", "5555-5555-5555-4444"),
    ("card", "378282246310005"),
    ("card", "3782 822463 10005"),
    ("card", "6222021234567890128"),
    ("cn_id", "110101199003077758"),
    ("cn_id", "11010519491231002X"),
    ("ssn", "536-22-1234"),
    ("uk_nino", "AB 12 34 56 C"),
    ("uk_nino", "AB123456C"),
    ("mac", "00:1b:44:11:3a:b7"),
    ("mac", "00-1B-44-11-3A-B7"),
]


@pytest.mark.parametrize(("kind", "value"), SAMPLES)
@pytest.mark.parametrize(
    "around", ["{}", "see {} for it", "联系{}。", "（{}）", "是{}吧", "a, {}, b."]
)
def test_every_kind_is_found_exactly(kind, value, around):
    assert found(around.format(value)) == [(value, kind)]


NOTHING = """
version 1.2.3.4 was released|section 10.4.2.1 of the manual|v8.13.52.104|Chrome/61.0.3163.100
ISBN 978-0-306-40615-7|ISSN 0317-8471|EAN 4006381333931|order no. 4829104822|serial 1234567812345678
timestamp 1588612345|1588612345678|born 12-05-1961 in Leeds|at 10:32:55 on 2019-04-12
the score was 110-102-98-77|pages 100-200-3000|it cost $1,234,567.89|ratio 3.14159265358979
sha 3f786850e387550f|chapter 555-1212 verses|call 911|2001:2002 season|1800 123 lines
population 8336817|3.14159265358979323846264338327950288419|192.168.1.10|10.0.0.7|127.0.0.1:8080
172.16.3.44|169.254.1.77|224.0.0.251|203.0.113.55|198.51.100.77|fe80::1ff:fe23:4567:890a|::1
2001:db8::8a2e:370:7334|fd12:3456:789a:1:2:3:4:5|std::string a::b|订单号 13812345678
编号：13812345678|订单号：4111111111111111|1,234,567,890,123,456|18446744073709551615
1111111111111111|0000 0000 0000 0000|01 02 03 04 05 06 07 08 09 10|1 2 3 4 5 6 7 8 9 10 11 12
550e8400-e29b-41d4-a716-446655440000|12:34:56:78:90:12|1:2:3:4:5:6:7:8|logo@2x.png
git@github.com:a/b.git|a+b@c where @ is matmul|follow @jsmith|@user@mastodon.social|5@3.50
http://x.com/item/13812345678|https://example.com/?id=4111111111111111
https://user:pass@host.com/|DE00 3704 0044 0532 0130 00|GB82 WEST 1234 5698 7654 33|AB123456X
000-12-3456|666-12-3456|900-12-3456|536-00-1234|536-22-0000|078-05-1120|1960-1969 2000-2009
price 200 300 4000|9780306406157|40.712776, -74.005974|110101199002307758|110101199003077759
a-13812345678|0.13812345678|13812345678.50|¥13812345678|4111 1111 1111 1112|01.02.2003 04.05
65929970489|ab:cd:ef:12:34|00:1b:44:11:3a:b7:01:02|1-2-3-4-5-6|(at least) 3|2008/02/29-2008/08/30
""".replace("\n", "|")


@pytest.mark.parametrize("text", [t for t in NOTHING.split("|") if t])
def test_what_only_looks_like_personal_data_is_left_alone(text):
    for whole in (text, f"see {text} there", f"看{text}。"):
        assert found(whole) == [], whole


def test_words_before_a_number_decide_where_its_form_does_not():
    assert found("tel 555-1212") == [("555-1212", "phone")]
    assert found("电话：85181234。") == [("85181234", "phone")]
    assert found("立即拨打4008206666") == [("4008206666", "phone")]
    assert found("SSN 536221234") == [("536221234", "ssn")]
    assert found("Steuer-IdNr. 65929970489") == [("65929970489", "de_tax_id")]
    assert found("身份证130503670401001") == [("130503670401001", "cn_id")]
    assert found("130503670401001") == []
    assert found("server 1.2.3.4") == [("1.2.3.4", "ip")]


def test_numbers_beside_each_other_are_parted():
    assert found("13812345678,13912345678") == [("13812345678", "phone"), ("13912345678", "phone")]
    assert found("in 2009 4111 1111 1111 1111 50") == [("4111 1111 1111 1111", "card")]
    assert found("+1 212 555 0123 300 people") == [("+1 212 555 0123", "phone")]
    assert found("in 1 226.791.1273 x") == [("226.791.1273", "phone")]
    both = "anna@qq.com 13812345678  536-22-1234  8.8.4.114"
    assert [kind for _, kind in found(both)] == ["email", "phone", "ssn", "ip"]


REGIONS = (
    "US CA MX BR AR GB FR DE ES IT PT NL BE CH AT SE NO DK FI PL CZ HU RO GR TR RU UA CN HK TW JP "
    "KR IN AU NZ ZA EG IL SA AE SG TH VN ID MY"
)


@pytest.mark.parametrize("region", REGIONS.split())
def test_example_numbers_of_libphonenumber(region):
    form = phonenumbers.PhoneNumberFormat
    types = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    for number in filter(None, (phonenumbers.example_number_for_type(region, t) for t in types)):
        for written in (form.INTERNATIONAL, form.E164):
            value = phonenumbers.format_number(number, written)
            for around in ("{}", "write to {} now", "电话{}。"):
                assert found(around.format(value)) == [(value, "phone")]


def test_national_numbers_of_libphonenumber_after_a_word():
    form = phonenumbers.PhoneNumberFormat.NATIONAL
    right = total = 0
    for region in REGIONS.split():
        value = phonenumbers.format_number(phonenumbers.example_number(region), form)
        total += 1
        right += found(f"tel. {value}") == [(value, "phone")]
    assert right >= 0.95 * total


def test_lookups_are_limited_and_then_the_form_decides():
    directory = Directory()
    text = "see 13812345678 there"
    assert list(phones(window_of(text, 4, 15), directory))
    assert directory.left == MAX_LOOKUPS - 1
    unknown = "see 010-12345678 there".replace("010-1", "099-0")
    assert not list(phones(window_of(unknown, 4, 16), Directory()))
    assert list(phones(window_of("see 17012345678 x", 4, 15), Directory(0)))


def test_the_longer_and_stronger_finding_wins():
    strength = {"a": 0, "b": 1}
    spans = [Span(0, 9, "a"), Span(5, 7, "b"), Span(8, 20, "a"), Span(10, 12, "a"), Span(5, 7, "b")]
    assert strongest(spans, strength) == [Span(5, 7, "b"), Span(8, 20, "a")]
    assert strongest([Span(0, 3, "a"), Span(2, 9, "a"), Span(8, 11, "a")], strength) == [
        Span(2, 9, "a")
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("abc", "***"),
        ("abcdef", "a****f"),
        ("13812345678", "13*******78"),
        ("x" * 40 + "yz", "xx********yz"),
    ],
)
def test_masked_values_show_four_characters_at_most(value, shown):
    assert masked(value) == shown


@given(st.text(max_size=60))
def test_plain_text_keeps_positions(text):
    assert len(plain(text)) == len(text)


PIECES = st.sampled_from(
    [value for _, value in SAMPLES]
    + ["1.2", "3.4", "8.8.8", "@", "a@", ":", "::", "12:", "-", "--", "+", "(", "[at]", "<<", "DE"]
    + ["GB12", "1", "12345", " ", " ", "\n", "电话", "。", "tel ", "\0", "\ud800", "\u202e", "é"]
)
DOCUMENTS = st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=1, max_size=5)


@given(DOCUMENTS)
@settings(max_examples=150, deadline=None)
def test_a_document_counts_the_same_in_every_block(texts):
    together = pii(TextBlock(texts))
    assert list(together) == [column.name for column in PII_COLUMNS]
    for i, text in enumerate(texts):
        spans = find_pii(text)
        assert pii_spans(TextBlock(texts)).get(i, []) == spans
        assert together["n_pii"][i] == len(spans)
        for kind in PII_KINDS:
            assert together[f"n_pii_{kind}"][i] == sum(s.kind == kind for s in spans)
        assert all(0 <= s.start < s.end <= len(text) for s in spans)
        assert all(a.end <= b.start for a, b in pairwise(spans))


def test_columns_are_whole_numbers_and_documented():
    columns = pii(TextBlock(["", "a", "13812345678"]))
    for column in PII_COLUMNS:
        assert columns[column.name].dtype == np.int64
        assert columns[column.name].shape == (3,)
        assert column.meaning
        assert column.low == 0


REPEATED = "a@|1|.|1.1.1.|1:|ab:1|-|+1 |(|[at]|a [at] b |P<|GB12 |1 |13812345678 |212-555-0123 |"
REPEATED += "+44 20 7946 0958 |4111 1111 1111 1111 |tel 12345678 |a.b@c.com |a@b.b.b.b.b.b|汉1|０"
HOSTILE = [*REPEATED.split("|"), "http://a.b/13812345678", "\ud800", "\0", "a" * 63 + "@"]


@pytest.mark.parametrize("unit", HOSTILE)
def test_no_text_takes_long(unit):
    text = (unit * 100_000)[:100_000]
    find_pii(unit * 20)
    start = time.process_time()
    spans = find_pii(text)
    # A quadratic search of 100,000 characters takes minutes.
    assert time.process_time() - start < 6
    assert all(a.end <= b.start for a, b in pairwise(spans))


def test_prose_holds_no_personal_data():
    prose = (
        "In 1999, 2000 and 2001 some 1,234,567 people (see p. 12-34) paid $12.50 each; at 10:30 "
        "the score was 21-19, 18-21, 21-16. The 2008-2009 season had 1 200 300 visitors."
    )
    assert found(prose) == []
    assert found("2007-5-14入住，300-400元，房间16071107，携程1999-2008，888888888888888888") == []
