"""Check digits and structure of the numbers that people and their accounts are known by.

Every function takes the bare characters, without spaces or dashes, and answers whether the number
could have been issued.
"""

from __future__ import annotations

import datetime
import re

__all__ = [
    "iban_length",
    "is_card",
    "is_iban",
    "is_national_insurance",
    "is_resident_id",
    "is_social_security",
    "is_tax_id",
    "luhn",
    "mrz_digit",
]

# SWIFT, IBAN Registry, release 101: length of every country's IBAN.
_REGISTRY = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 "
    "DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 "
    "HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 "
    "MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 "
    "RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 "
    "VA22 VG24 XK20 YE30"
)
_IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _REGISTRY.split()}
# GB/T 2260: provinces of China, first two digits of a resident id; 83 is Taiwan residents'.
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# ISO/IEC 7812 issuer ranges: lowest and highest leading digits, lengths of the whole number. The
# 13 digits that Visa once used are left out: they are those of a European article number.
_ISSUERS = (
    ("34", "34", (15,)),  # American Express
    ("37", "37", (15,)),
    ("300", "305", (14, 16)),  # Diners Club
    ("36", "36", (14, 16)),
    ("38", "39", (14, 16)),
    ("3528", "3589", (16, 19)),  # JCB
    ("4", "4", (16, 19)),  # Visa
    ("51", "55", (16,)),  # Mastercard
    ("2221", "2720", (16,)),
    ("2200", "2204", (16, 19)),  # Mir
    ("6011", "6011", (16, 19)),  # Discover
    ("644", "649", (16, 19)),
    ("65", "65", (16, 19)),  # Discover, RuPay
    ("60", "60", (16,)),  # RuPay
    ("62", "62", (16, 17, 18, 19)),  # UnionPay
    ("81", "81", (16, 17, 18, 19)),
    ("5018", "5018", (16, 19)),  # Maestro
    ("5020", "5020", (16, 19)),
    ("5038", "5038", (16, 19)),
    ("6304", "6304", (16, 19)),
    ("6759", "6763", (16, 19)),
)
_NI_NUMBER = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z]\d{6}[A-D]")
# Numbers that were printed in advertisements and never belong to anybody (SSA).
_PRINTED_SSN = frozenset(("078051120", "219099999", "457555462"))


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for i, c in enumerate(reversed(digits)):
        value = int(c) * (1 + i % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """Payment card: issuer prefix, length of that issuer, Luhn digit (ISO/IEC 7812-1)."""
    known = any(
        low <= digits[: len(low)] <= high and len(digits) in lengths
        for low, high, lengths in _ISSUERS
    )
    return known and len(set(digits)) > 1 and luhn(digits)


def is_iban(code: str) -> bool:
    """Bank account: country, length of that country, ISO 7064 mod 97-10 (ISO 13616)."""
    if _IBAN_LENGTHS.get(code[:2]) != len(code) or not "02" <= code[2:4] <= "98":
        return False
    return int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1


def iban_length(country: str) -> int:
    """Characters of an IBAN of the country (two capitals); 0 where it has none."""
    return _IBAN_LENGTHS.get(country, 0)


def is_resident_id(code: str) -> bool:
    """Chinese resident identity number (GB 11643-1999).

    A province, a birth date from 1900 to 2049, and for 18 characters the check character of
    ISO 7064 mod 11-2. The 15 digits of before 1999 have no check digit.
    """
    year, rest = (code[6:10], code[10:14]) if len(code) == 18 else ("19" + code[6:8], code[8:12])
    if not _PROVINCES.match(code) or not 1900 <= int(year) < 2050:
        return False
    try:
        datetime.date(int(year), int(rest[:2]), int(rest[2:]))
    except ValueError:
        return False
    if len(code) == 15:
        return True
    total = sum(int(c) * w for c, w in zip(code, _RESIDENT_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == code[17].upper()


def is_social_security(digits: str) -> bool:
    """US social security number: areas, groups and serials the SSA issues (POMS RM 10201.035)."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    issued = area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"
    return issued and digits not in _PRINTED_SSN


def is_national_insurance(code: str) -> bool:
    """UK national insurance number: prefixes and suffixes HMRC uses (manual NIM39110)."""
    return _NI_NUMBER.fullmatch(code) is not None


def is_tax_id(digits: str) -> bool:
    """German tax identification number (Steuer-IdNr).

    Eleven digits, the last is the check digit of ISO 7064 mod 11-10; among the first ten, one
    digit stands two or three times and all others at most once.
    """
    if len(digits) != 11 or digits[0] == "0":
        return False
    counts = sorted(map(digits[:10].count, set(digits[:10])))
    if counts[-1] not in (2, 3) or counts[-2] != 1:
        return False
    product = 10
    for c in digits[:10]:
        total = (int(c) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(digits[10])


def mrz_digit(field: str) -> str:
    """Check digit of a field of a machine-readable zone (ICAO Doc 9303-3, section 4.9)."""
    values = (0 if c == "<" else int(c, 36) for c in field)
    return str(sum(v * (7, 3, 1)[i % 3] for i, v in enumerate(values)) % 10)
