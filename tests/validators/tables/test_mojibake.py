import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluriset.validators.tables.mojibake import ENCODINGS, SUSPICIOUS, fix_encoding, is_mojibake, register_fix_encoding

SENTENCES = {
    "da": "Å være ærlig – det er på høje tid",
    "cs": "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "de": "„Größe“ ist für Übermütige schön",
    "el": "Καλημέρα κόσμε, «ναι» και όχι…",
    "en": "It’s a naïve “café” – £5, 20 °C, 3×4, ½ © ™",
    "es": "¿Qué? ¡Mañana, corazón!",
    "fr": "Déjà l’été : où vas-tu, mon cœur ? « À Noël ! »",
    "he": "שלום עולם",
    "hi": "नमस्ते दुनिया",
    "ja": "「日本語」は、難しい。",
    "pl": "Zażółć gęślą jaźń, źdźbło",
    "pt": "São “MAÇÃ” e «IRMÃ» — pão, coração, à mão",
    "ro": "Țara și știința, în mâine",
    "ru": "Привет, «мир» — это хорошо…",
    "tr": "İstanbul’da ışık ağaç Şeker",
    "uk": "Сіль, «їжа», ґанок; Європа",
    "vi": "Tiếng Việt, đường phở",
    "emoji": "👍🏽 ❤️ → 😀",
    "code": "ﬁne ＷＩＤＥ &eacute; \u200b\u00a0\ufeff \ue000 �",
}
sentences = st.sampled_from([*SENTENCES.values()])
texts = st.one_of(st.lists(sentences, min_size=1, max_size=4).map(" ".join), st.text(max_size=20))


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    register_fix_encoding(connection)
    return connection


@pytest.mark.parametrize(
    ("garbled", "sound"),
    [
        ("itâ€™s cafÃ© Ã", "it’s café Ã"),
        ("voilÃ ", "voilà "),
        ("voilÃ\xa0, dÃ©jÃ  vu", "voilà, déjà vu"),
        ("Ã¢â‚¬â„¢ cafÃƒÂ©", "’ café"),
        ("â€œquotedâ€\x9d", "“quoted”"),
        ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет"),
        ("‚Äôtwas", "’twas"),
        ("ðŸ˜€ &amp; ﬁne “quotes”", "😀 &amp; ﬁne “quotes”"),
    ],
)
def test_mojibake_is_fixed_however_often_it_was_garbled(
    connection: duckdb.DuckDBPyConnection, garbled: str, sound: str
) -> None:
    assert fix_encoding(garbled) == sound
    assert connection.execute(f"SELECT {is_mojibake('$1')}, {is_mojibake('$2')}", [garbled, sound]).fetchall() == [
        (True, False)
    ]


@given(st.lists(sentences, min_size=1, max_size=4).map(" ".join))
def test_sound_text_stays_as_it_is(text: str) -> None:
    assert fix_encoding(text) == text


@given(texts)
def test_fixing_twice_is_fixing_once(text: str) -> None:
    assert fix_encoding(fix_encoding(text)) == fix_encoding(text)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_python_sees_every_text_that_has_to_be_fixed(connection: duckdb.DuckDBPyConnection, encoding: str) -> None:
    garbled = [sentence.encode().decode(encoding, "ignore") for sentence in SENTENCES.values()]
    changed = [text for text in garbled if fix_encoding(text) != text]
    assert changed
    for text in changed:
        assert connection.execute("SELECT regexp_matches($1, $2)", [text, SUSPICIOUS]).fetchall() == [(True,)], text
