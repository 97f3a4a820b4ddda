import random
import re
import string

import stdnum.cn.ric
import stdnum.de.idnr
import stdnum.exceptions
import stdnum.iban
import stdnum.luhn
import stdnum.us.ssn
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import numdb

from datakit.measures.text_pii import find_pii
from datakit.measures.text_pii_checks import (
    iban_length,
    is_card,
    is_iban,
    is_resident_id,
    is_social_security,
    is_tax_id,
    luhn,
    mrz_digit,
)


def found(text):
    return [(text[s.start : s.end], s.kind) for s in find_pii(text)]


def test_ibans_of_every_country_against_python_stdnum():
    rng = random.Random(0)
    alphabet = {"n": string.digits, "a": string.ascii_uppercase, "c": string.ascii_uppercase}
    countries = re.findall(r"\b[A-Z]{2}\b", " ".join(map(str, numdb.get("iban").prefixes)))
    assert len(countries) > 80
    for country in countries:
        structure = numdb.get("iban").info(country)[0][1]["bban"]
        parts = re.findall(r"(\d+)!([nac])", structure)
        body = "".join(rng.choice(alphabet[c]) for n, c in parts for _ in range(int(n)))
        rest = "".join(str(int(c, 36)) for c in body + country + "00")
        code = f"{country}{98 - int(rest) % 97:02d}{body}"
        assert stdnum.iban.is_valid(code, check_country=False)
        assert iban_length(country) == len(code)
        assert is_iban(code)
        spaced = " ".join(code[i : i + 4] for i in range(0, len(code), 4))
        assert found(f"账号{code}。") == [(code, "iban")]
        assert found(f"to {spaced}, please") == [(spaced, "iban")]
        wrong = code[:-1] + str((int(code[-1], 36) + 1) % 10)
        assert is_iban(wrong) == stdnum.iban.is_valid(wrong, check_country=False)


@given(st.text("0123456789", min_size=1, max_size=20))
def test_luhn_against_python_stdnum(digits):
    assert luhn(digits) == stdnum.luhn.is_valid(digits)


@given(st.text("0123456789", min_size=11, max_size=11))
@settings(max_examples=300)
def test_tax_id_against_python_stdnum(digits):
    assert is_tax_id(digits) == stdnum.de.idnr.is_valid(digits)
    assert is_social_security(digits[:9]) == stdnum.us.ssn.is_valid(digits[:9])


def test_tax_id_accepts_the_right_check_digit_only():
    valid = [d for d in "0123456789" if is_tax_id("6592997048" + d)]
    assert valid == [d for d in "0123456789" if stdnum.de.idnr.is_valid("6592997048" + d)] == ["9"]


def test_resident_ids_against_python_stdnum():
    rng = random.Random(3)
    for place in ("110101", "310104", "510107", "650102"):
        for _ in range(60):
            year, month, day = rng.randint(1950, 2005), rng.randint(1, 14), rng.randint(1, 31)
            body = f"{place}{year}{month:02d}{day:02d}{rng.randrange(1000):03d}"
            valid = [c for c in "0123456789X" if is_resident_id(body + c)]
            try:
                stdnum.cn.ric.get_birth_date(body)
            except stdnum.exceptions.ValidationError:
                assert valid == []
            else:
                assert valid == [stdnum.cn.ric.calc_check_digit(body + "0")]
                assert found(f"证号{body}{valid[0]}。") == [(body + valid[0], "cn_id")]


def test_cards_need_the_prefix_the_length_and_the_digit_of_an_issuer():
    # Test numbers that the payment services publish.
    published = (
        "4111111111111111 4012888888881881 5555555555554444 2223003122003222 378282246310005 "
        "371449635398431 6011111111111117 3056930009020004 30569309025904 3566002020360505"
    )
    for number in published.split():
        assert is_card(number)
        assert not is_card(number[:-1] + str((int(number[-1]) + 1) % 10))
        assert not is_card("9" + number[1:])


def test_machine_readable_zone_of_a_passport():
    # The specimen of ICAO Doc 9303-4, appendix B.
    zone = (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
    )
    assert mrz_digit("L898902C3") == "6"
    assert found(f"scan:\n{zone}\nend") == [(zone, "passport")]
    assert found(zone.replace("7408122", "7408132")) == []
