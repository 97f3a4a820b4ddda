import math
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.measures import text_language
from datakit.measures.text_block import TextBlock
from datakit.measures.text_language import (
    LANGUAGE_COLUMNS,
    language,
    language_sample,
    languages,
    locate_language,
)

# From the Universal Declaration of Human Rights.
DECLARATION = {
    "en": (
        "No one shall be held in slavery or servitude; slavery and the slave trade shal"
        "l be prohibited in all their forms."
    ),
    "de": (
        "Des weiteren darf kein Unterschied gemacht werden auf Grund der politischen, r"
        "echtlichen oder internationalen Stellung des Landes "
    ),
    "fr": (
        "Nul ne sera tenu en esclavage ni en servitude ; l’esclavage et la traite des e"
        "sclaves sont interdits sous toutes leurs formes."
    ),
    "es": (
        "Además, no se hará distinción alguna fundada en la condición política, jurídic"
        "a o internacional del país o territorio de cuya juri"
    ),
    "it": (
        "Nessun individuo potrà essere tenuto in stato di schiavitù o di servitù; la sc"
        "hiavitù e la tratta degli schiavi saranno proibite s"
    ),
    "pt": (
        "Ninguém será mantido em escravatura ou em servidão; a escravatura e o trato do"
        "s escravos, sob todas as formas, são proibidos."
    ),
    "nl": (
        "Niemand zal in slavernij of horigheid gehouden worden. Slavernij en slavenhand"
        "el in iedere vorm zijn verboden."
    ),
    "sv": (
        "Alla äro lika inför lagen och äro utan åtskillnad berättigade till lika skydd "
        "från lagens sida. Alla äro berättigade till lika sky"
    ),
    "pl": (
        "Nie wolno ponadto czynić żadnej różnicy w zależności od sytuacji politycznej, "
        "prawnej lub międzynarodowej kraju lub obszaru, do kt"
    ),
    "cs": (
        "Nikdo nesmí být držen v otroctví nebo nevolnictví; všechny formy otroctví a ob"
        "chodu s otroky jsou zakázány."
    ),
    "fi": (
        "Kaikki ovat tasavertaisia lain edessä ja oikeutetut erotuksetta yhtäläiseen la"
        "in suojaan. Kaikilla on oikeus tasavertaiseen suojaa"
    ),
    "hu": (
        "Ezenfelül nem lehet semmiféle megkülönböztetést tenni annak az országnak, vagy"
        " területnek politikai, jogi vagy nemzetközi helyzete"
    ),
    "tr": (
        "Hiç kimse kölelik veya kulluk altında bulundurulamaz; kölelik ve köle ticareti"
        " her türlü şekliyle yasaktır."
    ),
    "ru": (
        "Кроме того, не должно проводиться никакого различия на основе политического, п"
        "равового или международного статуса страны или терри"
    ),
    "uk": (
        "Ніхто не повинен бути в рабстві або у підневільному стані; рабство і работоргі"
        "вля забороняються в усіх їх видах."
    ),
    "el": (
        "Κανείς δεν επιτρέπεται να ζει υπό καθεστώς δουλείας, ολικής ή μερικής. Η δουλε"
        "ία και το δουλεμπόριο υπό οποιαδήποτε μορφή απαγορεύ"
    ),
    "ar": (
        "لكل شخص الحق في أن يلجأ إلى المحاكم الوطنية لإنصافه عن أعمال فيها اعتداء على ا"
        "لحقوق الأساسية التي يمنحها له القانون."
    ),
    "ja": (
        "何人も、奴隷にされ、又は苦役に服することはない。奴隷制度及び奴隷売買は、いかな"
        "る形においても禁止する。"
    ),
    "ko": (
        "모든 사람은 의견의 자유와 표현의 자유에 대한 권리를 가진다. 이러한 권리는 간섭"
        "없이 의견을 가질 자유와 국경에 관계없이 어떠"
    ),
    "zh": (
        "人人有资格享有本宣言所载的一切权利和自由,不分种族、肤色、性别、语言、宗教、政"
        "治或其他见解、国籍或社会出身、财产、出生或其他身分等任何区别。"
    ),
    "he": (
        "כל אחד זכאי לתקנה יעילה מטעם בחי הדין הלאומיים המוסמכים נגד מעשים המפירים את ז"
        "כויות היסוד שניתנו לו על פי החוקה והחוקים."
    ),
    "th": "ทุกคนเสมอกันตามกฏหมายและมีสิทธิที่จะได้รับความคุ้มครองของกฏหมายเท่าทีย",
    "vi": (
        "Không ai phải làm nô lệ hay bị cưỡng bức làm việc như nô lệ; mọi hì"
        "nh thức nô lệ và buôn bán nô lệ đều bị ngăn c"
    ),
}

PIECES = st.sampled_from([*DECLARATION.values(), "", " ", "12.5 %", "\ud800", "\0", "HELLO THERE"])


@pytest.fixture(scope="module")
def reference():
    """py3langid itself, with its probabilities of one macrolanguage summed."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def rank(text):
        out = {}
        for code, share in identifier.rank(text):
            code = text_language._CODES.get(code, code)
            out[code] = out.get(code, 0.0) + share
        return out

    return rank


def one(text):
    found = language(TextBlock([text]))
    return found["language"][0], found["language_score"][0]


@pytest.mark.parametrize("code", DECLARATION)
def test_languages_are_told(code):
    found, score = one(DECLARATION[code])
    assert found == code
    assert 0 < score <= 1


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=4).map(" ".join), st.integers(0, 90))
def test_it_is_what_py3langid_says_of_the_same_text(reference, text, begin):
    text = text[begin:]
    code, score = one(text)
    sample = language_sample(text)
    if not sample:
        assert code == ""
        assert math.isnan(score)
        return
    expected = reference(sample)
    assert score == pytest.approx(expected[code], abs=1e-4)
    assert expected[code] == pytest.approx(max(expected.values()), abs=1e-4)


def test_the_walk_is_the_automatons(reference):
    from py3langid.langid import MODEL_DIR, MODEL_FILE
    from py3langid.modelio import load_model

    _, _, _, moves, rows, features = load_model(MODEL_DIR / MODEL_FILE)
    data = " ".join(DECLARATION.values()).encode()
    state, expected = 0, []
    for byte in data:
        state = moves[(rows[state] << 8) + byte]
        expected.append(features[state])
    found = text_language._walk(np.frombuffer(data, np.uint8), text_language._model())
    assert found.tolist() == expected


def test_one_byte_resets_the_automaton():
    model = text_language._model()
    assert len(set(model.next_row.reshape(-1, 256)[:, 0xFF])) == 1
    assert set(model.features.reshape(-1, 256)[:, 0xFF]) == {-1}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=5).map("".join), min_size=1, max_size=8))
def test_a_document_does_not_depend_on_the_others(texts):
    together = language(TextBlock(texts))
    for i, text in enumerate(texts):
        code, score = one(text)
        assert together["language"][i] == code
        assert np.array_equal(together["language_score"][i], score, equal_nan=True)


@pytest.mark.parametrize("text", ["", " \n\t", "1234 5678", "...!?", "\0\0", "\ud800"])
def test_without_letters_there_is_no_language(text):
    code, score = one(text)
    assert code == ""
    assert math.isnan(score)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("東京都は日本の首都です。", "ja"),
        ("人権の無視及び軽侮が、人類の良心を踏みにじった野蛮行為をもたらした", "ja"),
        ("酒店位置不错，早餐很好，服务员也很热情。", "zh"),
        ("鑑於對人類家庭所有成員的固有尊嚴的承認，乃是世界自由的基礎。", "zh"),
    ],
)
def test_kana_make_japanese(text, code):
    assert one(text)[0] == code


def test_codes_are_iso_639_1_where_there_is_one():
    assert {"zh", "ar", "en", "ku"} <= set(languages())
    assert not {"wuu", "yue", "arz", "ary", "sdh", "uzs"} & set(languages())


def test_the_sample_is_small_and_has_the_letters():
    text = "1234 " * 1000 + DECLARATION["en"] * 40 + " 5678" * 1000
    sample = language_sample(text)
    assert len(sample.encode()) <= 241
    assert sum(map(str.isalpha, sample)) > 60
    for code in ("ja", "ru", "th"):
        sample = language_sample(DECLARATION[code] * 50)
        assert len(sample.encode()) <= 241
        assert set(sample) <= set(DECLARATION[code] + " ")
    assert language_sample("\ud800" * 500 + "abc " * 200)


def test_a_huge_line_takes_no_time():
    assert one(DECLARATION["de"].replace(" ", "") * 80_000)[0] == "de"


def test_lines_of_another_language_are_located():
    english = [DECLARATION["en"]] * 3
    text = "\n".join([*english * 2, DECLARATION["ru"], *english, "ok"])
    assert [text[a:b] for a, b in locate_language(text)] == [DECLARATION["ru"]]
    assert locate_language("") == []


def test_columns_are_declared():
    found = language(TextBlock(["a", DECLARATION["fr"]]))
    assert set(found) == {column.name for column in LANGUAGE_COLUMNS}
    decomposed = unicodedata.normalize("NFD", DECLARATION["fr"])
    assert one(decomposed)[0] == "fr"
