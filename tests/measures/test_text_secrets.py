import base64
import hashlib
import json
import math
import random
import string
import time
import uuid
from itertools import pairwise

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.measures.text_block import TextBlock
from datakit.measures.text_secret_patterns import (
    MIN_BASE64_ENTROPY,
    entropy,
    is_json_web_token,
    is_random,
)
from datakit.measures.text_secrets import SECRET_COLUMNS, find_secrets, secret_spans, secrets

ALNUM = string.ascii_letters + string.digits
URL_SAFE = ALNUM + "-_"
CAPITALS = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"


def found(text):
    return [(text[s.start : s.end], s.kind) for s in find_secrets(text)]


def draw(rng, n, alphabet=ALNUM):
    return "".join(rng.choice(alphabet) for _ in range(n))


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def web_token(rng):
    head = encoded({"alg": "HS256", "typ": "JWT"})
    return f"{head}.{encoded({'sub': draw(rng, 10)})}.{draw(rng, 43, URL_SAFE)}"


def armour(rng, kind):
    lines = "\n".join(draw(rng, 64, ALNUM + "+/") for _ in range(12))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n-----END {kind}PRIVATE KEY-----"


MAKERS = {
    "aws_key": lambda r: "AKIA" + draw(r, 16, string.ascii_uppercase + "234567"),
    "aws_key 2": lambda r: "ASIA" + draw(r, 16, CAPITALS),
    "github_token": lambda r: r.choice(["ghp_", "gho_", "ghs_"]) + draw(r, 36),
    "github_token 2": lambda r: f"github_pat_{draw(r, 22)}_{draw(r, 59)}",
    "slack_token": lambda r: f"xoxb-{draw(r, 12, '123')}-{draw(r, 13, '456')}-{draw(r, 24)}",
    "stripe_key": lambda r: "sk_live_" + draw(r, 24),
    "google_key": lambda r: "AIza" + draw(r, 35, URL_SAFE),
    "openai_key": lambda r: f"sk-{draw(r, 20)}T3BlbkFJ{draw(r, 20)}",
    "openai_key 2": lambda r: "sk-proj-" + draw(r, 120, URL_SAFE) + "x",
    "anthropic_key": lambda r: f"sk-ant-api03-{draw(r, 93, URL_SAFE)}AA",
    "huggingface_token": lambda r: "hf_" + draw(r, 34, string.ascii_letters),
    "npm_token": lambda r: "npm_" + draw(r, 36),
    "pypi_token": lambda r: f"pypi-AgEIcHlwaS5vcmc{draw(r, 150, URL_SAFE)}x",
    "telegram_token": lambda r: f"{draw(r, 10, '123456789')}:AA{draw(r, 32, URL_SAFE)}x",
    "alibaba_key": lambda r: "LTAI5t" + draw(r, 18),
    "tencent_key": lambda r: "AKID" + draw(r, 32),
    "databricks_token": lambda r: "dapi" + draw(r, 32, HEX),
    "json_web_token": web_token,
    "private_key": lambda r: armour(r, r.choice(["", "RSA ", "EC ", "OPENSSH "])),
}
AROUND = [
    "{}",
    "see {} for",
    "密钥{}。",
    "（{}）",
    "KEY={}",
    "x, {}.",
    '"{}"',
    "\n{}\n",
    "用{}登录",
]


@pytest.mark.parametrize("name", MAKERS)
def test_tokens_of_services_are_found_exactly(name):
    rng = random.Random(name)
    right = 0
    for i in range(100):
        value = MAKERS[name](rng)
        text = AROUND[i % len(AROUND)].format(value)
        right += found(text) == [(value, name.split()[0])]
    assert right >= 99


def test_gitlab_tokens_are_found_though_dashes_break_them():
    rng = random.Random(1)
    values = ["glpat-" + draw(rng, 19, URL_SAFE) + "x" for _ in range(300)]
    assert np.mean([found(f"a {v} b") == [(v, "gitlab_token")] for v in values]) >= 0.97


FORMS = """password = "{}"|password: {}|PASSWORD={}|DB_PASSWORD={}|api_key={}|API-KEY: "{}"|pwd={}
"client_secret": "{}",|export TOKEN={}|apiKey: '{}',|密码：{}|密码是{}。|口令:{}|my password is {}
Authorization: Bearer {}|aws_secret_access_key = {}|secret={}&user=1|passwd: `{}`"""


@pytest.mark.parametrize("form", FORMS.replace("\n", "|").split("|"))
def test_named_values_are_found_exactly(form):
    rng = random.Random(form)
    for _ in range(40):
        value = draw(rng, 7) + rng.choice("0123456789") + draw(rng, 6) + "aB3"
        assert found("Use " + form.format(value) + " now") == [(value, "password")]


def test_passwords_in_addresses():
    text = "at https://admin:s3cr3t-Pw@db.example.com/x and postgres://u:p4ss@h:5432/d"
    assert found(text) == [("admin:s3cr3t-Pw", "password"), ("u:p4ss", "password")]
    for harmless in (
        "https://example.com/a:b@c",
        "https://user:password@host/",
        "postgres://${USER}:${PASS}@host",
        "https://anna@example.com",
        "mailto:anna@example.com",
    ):
        assert found(harmless) == []


def test_private_keys_without_an_end_stop_at_their_last_line():
    rng = random.Random(4)
    cut = armour(rng, "RSA ").rsplit("\n", 3)[0]
    assert found(f"{cut}\n\nAnd so on, he said.") == [(cut, "private_key")]
    head = "-----BEGIN PRIVATE KEY-----"
    assert found(f"the line {head} opens it") == [(head, "private_key")]
    assert found(cut.replace("PRIVATE", "PUBLIC")) == []


RNG = random.Random(9)
NOTHING = [
    *(hashlib.new(name, b"x%d" % i).hexdigest() for i in range(20) for name in ("md5", "sha256")),
    *(str(uuid.UUID(int=RNG.getrandbits(128))) for _ in range(20)),
    "data:image/png;base64," + base64.b64encode(RNG.randbytes(60)).decode(),
    "data:image/png;base64," + base64.b64encode(RNG.randbytes(3000)).decode(),
    "\n".join(draw(RNG, 76, ALNUM + "+/") for _ in range(9)) + "\n" + draw(RNG, 40),
    "integrity sha512-" + base64.b64encode(RNG.randbytes(64)).decode(),
    "https://docs.example.com/document/d/1" + draw(RNG, 43) + "/edit",
    "http://a.com/?utm=" + draw(RNG, 40),
    "ipfs QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPBdG",
    "sha 3f786850e387550f",
    "serial 1234567812345678",
    "ISBN 978-0-306-40615-7, EAN 4006381333931, order no. 4829104822, timestamp 1588612345",
    "file IMG_20190412_103255_HDR.jpg, DSC00012345678.NEF",
    "getElementsByTagNameNS2AndMore",
    "org.apache.commons.lang3.builder.ToStringBuilder2",
    "CamelCaseWithNumbers123AndMoreWords456",
    "2019-04-12T10:32:55.123456Z",
    "ISOIEC27001InformationSecurity2013Standard",
    "AKIA" + "A" * 16,
    "AKIAIOSFODNN7EXAMPL",
    "sk-" + "x" * 40,
    "eyJhbGciOiJub25lIn0x.eyJ" + "a" * 20 + ".b",
    "password: required",
    "password = getpass.getpass()",
    "password must be 8-16 characters",
    "password: 8-characters",
    "token: str = None",
    "my password is forgotten",
    "Password: ********",
    'password="changeme1"',
    'api_key = os.environ["API_KEY_1"]',
    "api_key: YOUR_API_KEY_123",
    "primary_key=user_id_12",
    "the secret: 1990-1991",
    "his secret is 20th-century",
    "密码：请输入8位密码",
    "密码是12345678",
    "token=<token123>",
    "MENENIUS:\nWhat's the matter, you dissentious rogues",
]


@pytest.mark.parametrize("text", NOTHING, ids=range(len(NOTHING)))
def test_what_only_looks_like_a_secret_is_left_alone(text):
    for whole in (text, f"see {text} there", f"看{text}。"):
        assert found(whole) == [], whole


def test_random_tokens_without_a_name():
    rng = random.Random(2)
    tokens = [draw(rng, 40) for _ in range(300)]
    assert np.mean([found(f"take {t} with") == [(t, "random")] for t in tokens]) > 0.85
    words = "internationalization counterrevolutionaries Donaudampfschifffahrtsgesellschaft"
    assert not any(map(is_random, words.split()))


@given(st.text(min_size=1, max_size=50))
def test_entropy_against_scipy(text):
    counts = np.unique([ord(c) for c in text], return_counts=True)[1]
    assert math.isclose(
        entropy(text), scipy.stats.entropy(counts, base=2), rel_tol=1e-9, abs_tol=1e-12
    )


def test_the_entropy_limit_is_the_published_one():
    assert MIN_BASE64_ENTROPY == 4.5
    low = "aB3" * 10
    high = "".join(dict.fromkeys("aB3dE5gH7jK9mN2pQ4sT6vW8xZ1cY0"))
    assert entropy(low) < 2 < 4.5 < entropy(high)
    assert not is_random(low)
    assert is_random(high)


def test_web_tokens_need_a_header_that_names_an_algorithm():
    assert is_json_web_token(encoded({"alg": "RS256"}) + ".eyJ.x")
    assert not is_json_web_token(encoded({"a": 1}) + ".eyJ.x")
    assert not is_json_web_token("eyJ!!!.eyJ.x")
    # The example of RFC 7519, section 3.1.
    example = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"
        "Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )
    assert found(f"token {example}.") == [(example, "json_web_token")]


RNG_PIECES = random.Random(7)
PIECES = st.sampled_from(
    [make(RNG_PIECES) for make in MAKERS.values()]
    + ["password", "password=", ": ", "aB3dE5gH7jK9", "://", "u:p4ssw0rd@h", "@", "-----BEGIN "]
    + ["eyJ", ".", "-", "_", " ", "\n", "密码：", "汉", "\0", "\ud800", "é", '"', "=" * 8]
)
DOCUMENTS = st.lists(st.lists(PIECES, max_size=10).map("".join), min_size=1, max_size=5)


@given(DOCUMENTS)
@settings(max_examples=150, deadline=None)
def test_a_document_counts_the_same_in_every_block(texts):
    together = secrets(TextBlock(texts))
    assert list(together) == [column.name for column in SECRET_COLUMNS]
    for i, text in enumerate(texts):
        spans = find_secrets(text)
        assert secret_spans(TextBlock(texts)).get(i, []) == spans
        assert together["n_secrets"][i] == len(spans)
        parts = sum(together[c.name][i] for c in SECRET_COLUMNS[1:])
        assert parts == len(spans)
        assert all(0 <= s.start < s.end <= len(text) for s in spans)
        assert all(a.end <= b.start for a, b in pairwise(spans))


def test_counts_by_group():
    rng = random.Random(11)
    texts = [
        "nothing",
        f"{MAKERS['aws_key'](rng)} {MAKERS['npm_token'](rng)}",
        armour(rng, ""),
        "password: aB3dE5gH7jK9",
        "",
    ]
    columns = secrets(TextBlock(texts))
    assert columns["n_secrets"].tolist() == [0, 2, 1, 1, 0]
    assert columns["n_secrets_token"].tolist() == [0, 2, 0, 0, 0]
    assert columns["n_secrets_private_key"].tolist() == [0, 0, 1, 0, 0]
    assert columns["n_secrets_password"].tolist() == [0, 0, 0, 1, 0]
    assert all(c.dtype == np.int64 for c in columns.values())


REPEATED = "AKIA|AKIA |eyJ|eyJ-|eyJ.|eyJaaaaaaaaaaaa.|sk-|xoxb-|://|://a:b@|a@|password=|ghp_|=|:|-"
REPEATED += (
    '|password= aB3$xx9kk1 |-----BEGIN RSA PRIVATE KEY-----\n|aB3dE5gH7jK9|token "|a1b2c3d4 '
)
HOSTILE = [*REPEATED.split("|"), "aB3dE5gH7jK9" * 6 + "\n", "\ud800", "\0", "密码："]


@pytest.mark.parametrize("unit", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_takes_long(unit):
    text = (unit * 100_000)[:100_000]
    find_secrets(unit * 20)
    start = time.process_time()
    spans = find_secrets(text)
    # A quadratic search of 100,000 characters takes minutes.
    assert time.process_time() - start < 6
    assert all(a.end <= b.start for a, b in pairwise(spans))
