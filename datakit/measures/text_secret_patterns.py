"""What secrets look like: the tokens of services, and values that are too random to be words.

Prefixes, alphabets and lengths are those the services document, as collected by the secret
scanners detect-secrets, gitleaks and GitHub secret scanning.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from itertools import pairwise

__all__ = [
    "MIN_BASE64_ENTROPY",
    "MIN_HEX_ENTROPY",
    "MIN_TOKEN_ENTROPY",
    "NAMED",
    "TOKEN",
    "entropy",
    "is_json_web_token",
    "is_random",
    "is_secret_value",
]

MIN_BASE64_ENTROPY = 4.5
"""Shannon entropy, bits per character, from which a token of letters and digits is random.

The limit of detect-secrets (``Base64HighEntropyString``) and of truffleHog.
"""

MIN_HEX_ENTROPY = 3.0
"""The same for hexadecimal values (``HexHighEntropyString``)."""

MIN_TOKEN_ENTROPY = 2.5
"""Bits per character of a token with a known prefix; below, it is a placeholder (``sk-xxxx``)."""

_MIN_VALUE_ENTROPY = 2.5  # 8 characters of which half repeat once
_MIN_RANDOM, _MAX_RANDOM = 24, 128

_SERVICES = {
    "aws_key": r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",
    "github_token": r"gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{82}",
    "gitlab_token": r"gl(?:pat|dt|rt|ptt|ft|soat|cbt|agent|imt)-[A-Za-z0-9_-]{20,64}",
    "slack_token": r"xox[abeoprs]-(?:[A-Za-z0-9]{1,64}-){1,5}[A-Za-z0-9]{10,80}"
    r"|xapp-\d-[A-Z0-9]{8,16}-\d{8,16}-[a-z0-9]{32,80}",
    "stripe_key": r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,120}|whsec_[A-Za-z0-9+/]{32,64}",
    "google_key": r"AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{20,250}",
    "anthropic_key": r"sk-ant-[a-z]{3,10}\d{2}-[A-Za-z0-9_-]{80,120}",
    "openai_key": r"sk-(?:(?:proj|svcacct|admin|None)-)?[A-Za-z0-9_-]{20,100}T3BlbkFJ"
    r"[A-Za-z0-9_-]{20,100}|sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,200}|sk-[A-Za-z0-9]{32,64}",
    "huggingface_token": r"(?:hf|api_org)_[A-Za-z0-9]{34,40}",
    "npm_token": r"npm_[A-Za-z0-9]{36}",
    "pypi_token": r"pypi-AgE[A-Za-z0-9_-]{50,250}",
    "sendgrid_key": r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
    "shopify_token": r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    "digitalocean_token": r"do[opr]_v1_[a-f0-9]{64}",
    "twilio_key": r"SK[0-9a-f]{32}",
    "telegram_token": r"\d{8,10}:AA[A-Za-z0-9_-]{33}",
    "databricks_token": r"dapi[a-f0-9]{32}(?:-\d)?",
    "groq_key": r"gsk_[A-Za-z0-9]{52}",
    "docker_token": r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,40}",
    "linear_key": r"lin_api_[A-Za-z0-9]{40}",
    "mailgun_key": r"key-[a-f0-9]{32}",
    "age_key": r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}",
    "alibaba_key": r"LTAI[A-Za-z0-9]{12,20}",
    "tencent_key": r"AKID[A-Za-z0-9]{32}",
    "json_web_token": r"(?<![_.-])eyJ[A-Za-z0-9_-]{10,2000}"
    r"\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{0,1000}",
}
TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    + "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _SERVICES.items())
    + r")(?![A-Za-z0-9])"
)
"""Tokens that say by their prefix whose they are; the group that matched names the kind."""

NAMED = re.compile(
    r"(?:(?:(?<![A-Za-z])|(?<=[_-])|(?<=[a-z])(?=[PST]))"
    r"(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|credentials?)"
    r"|(?:api|access|auth|account|encryption|private|secret|shared|service|client|app|signing)"
    r"[_ .-]?(?:key|secret|token)(?:[_ -]?id)?|authorization"
    r"|密码|密碼|口令|密钥|秘钥|令牌)"
    r"[\"'`\])]{0,2}[ \t]{0,4}(?::=|=>|=|:|：|\sis\s|是|为)[ \t]{0,4}(?:bearer[ ]|basic[ ])?$",
    re.IGNORECASE,
)
"""Name of a secret with the sign that gives it a value, at the end of what stands before one."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CONTENT_ID = re.compile(r"Qm[1-9A-HJ-NP-Za-km-z]{44}")  # IPFS: a hash, no secret
_HEX = re.compile(r"(?:0x)?[0-9a-f]+", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"x{4,}|\*{3,}|\.{3}|your|example|sample|dummy|placeholder|changeme|redacted|secret|password"
    r"|token|\bnone\b|\bnull\b|\btrue\b|\bfalse\b|undefined|getenv|environ|process\.|config|self\."
    r"|[(){}<>\[\]]|\$[A-Z{(]|%[sd]|://|[\w.]@[\w-]+\.",
    re.IGNORECASE,
)
# "8-characters", "2019-04-12": words and numbers, not a password.
_WORDS = re.compile(r"(?:[A-Za-z]+|\d{1,4})(?:[-_./:,]+(?:[A-Za-z]+|\d{1,4}))*[-_./:,]*")
_TURN = re.compile(r"(?<=[a-zA-Z])(?=\d)|(?<=\d)(?=[a-zA-Z])|(?<=[a-z])(?=[A-Z])")


def entropy(text: str) -> float:
    """Shannon entropy of the characters, bits per character: -sum p log2 p."""
    n = len(text)
    return -sum(c / n * math.log2(c / n) for c in Counter(text).values())


def is_random(token: str) -> bool:
    """Whether a token without a known prefix is too random for a word, a name or a hash.

    24 to 128 characters with capitals, small letters and digits that change often, at least
    `MIN_BASE64_ENTROPY`. Hexadecimal digests and UUIDs never are: they are everywhere in honest
    text.
    """
    if not _MIN_RANDOM <= len(token) <= _MAX_RANDOM or _UUID.fullmatch(token):
        return False
    if _CONTENT_ID.fullmatch(token):
        return False
    kinds = (str.isupper, str.islower, str.isdigit)
    n_upper, n_lower, n_digits = (sum(map(kind, token)) for kind in kinds)
    if min(n_upper, n_lower) < 3 or n_digits < 2 or _HEX.fullmatch(token):
        return False
    # Words joined in camel case, and file names, keep to one case for longer.
    turns = len(_TURN.findall(token))
    return turns >= len(token) / 6 and entropy(token) >= MIN_BASE64_ENTROPY


def is_secret_value(value: str) -> bool:
    """Whether the value after ``password =`` or ``api_key:`` is a secret and no word or code.

    8 to 200 characters of at least two classes, digits or marks among them, that are no
    placeholder; hexadecimal values need `MIN_HEX_ENTROPY`, all others 2.5 bits per character.
    """
    if not 8 <= len(value) <= 200 or _PLACEHOLDER.search(value) or _WORDS.fullmatch(value):
        return False
    classes = sum(any(map(kind, value)) for kind in (str.isupper, str.islower, str.isdigit)) + any(
        not c.isalnum() for c in value
    )
    if _HEX.fullmatch(value) and len(value) >= 16:
        return entropy(value) >= MIN_HEX_ENTROPY
    n_marks = sum(not c.isalnum() for c in value)
    strong = any(map(str.isdigit, value)) or n_marks >= 2
    strong |= classes >= 3 and any(c in "!@#$%^&*+=?~" for c in value)
    # Letters alone, as random generators make them: the case changes more often than in names.
    changes = sum(a.isupper() != b.isupper() for a, b in pairwise(value))
    strong |= len(value) >= 10 and changes >= 0.4 * len(value)
    return classes >= 2 and strong and entropy(value) >= _MIN_VALUE_ENTROPY


def is_json_web_token(token: str) -> bool:
    """Whether the first part of the token is a JSON header that names an algorithm (RFC 7519)."""
    head = token.split(".", 1)[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, binascii.Error):
        return False
    return isinstance(header, dict) and ("alg" in header or "typ" in header)
