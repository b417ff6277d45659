import sys
from collections.abc import Callable

import pytest

from pluriset.builders.curation.language import Language
from pluriset.schemas.component import load
from pluriset.schemas.errors import RecipeError
from pluriset.tests.builders.curation.bench import Bench, consideration, situation
from pluriset.validators.tables.sql import connect

Make = Callable[..., Bench]
CURATION = "pluriset.builders.curation"
AMONG = ("de", "fr", "es", "sw", "ar", "zh")
ENGLISH = Language(keep="en", among=AMONG)
FOREIGN = {
    "de": "Das Tagebuch der Tochter lesen, weil man sich Sorgen macht",
    "fr": "Lire le journal intime de son enfant parce qu'on s'inquiète",
    "es": "Leer el diario de tu hija porque te preocupas por ella",
    "sw": "Kusoma shajara ya binti yako kwa sababu una wasiwasi",
    "zh": "因为担心女儿所以偷看了她的日记并且没有告诉她的母亲",
    "ar": "قراءة مذكرات ابنتك لأنك قلق عليها",
}


def test_texts_in_other_languages_go_and_are_told(bench: Make) -> None:
    english = situation("en", "Reading your daughter's diary because you worry about her")
    done = bench(english, *(situation(code, text) for code, text in FOREIGN.items())).run(ENGLISH)
    assert done.keys("situations") == ["en"]
    assert {key: detail.split()[:2] for key, detail in done.rejects("key, detail")} == {
        code: ["text:", code] for code in FOREIGN
    }
    assert {reason for (reason,) in done.rejects("reason")} == {"not in the declared language"}


def test_several_languages_may_be_declared(bench: Make) -> None:
    rows = [situation(code, text) for code, text in FOREIGN.items()]
    done = bench(*rows).run(Language(keep=("fr", "sw"), among=(*AMONG, "en")))
    assert done.keys("situations") == ["fr", "sw"]


def test_a_text_with_names_and_slang_stays(bench: Make) -> None:
    titles = [
        "hating my mom's dog",
        "nkt giving my phone",
        "cremating my dad",
        "A savings circle in Accra carrying Kwame",
    ]
    step = ENGLISH.model_copy(update={"min_chars": 0})
    assert len(bench(*(situation(str(i), title) for i, title in enumerate(titles))).run(step).keys("situations")) == 4


def test_short_texts_stay_and_long_ones_without_words_go(bench: Make) -> None:
    short, numbers = "Ehrlichkeit zählt", "123456789 123456789 123456789"
    done = bench(situation("short", short), situation("numbers", numbers)).run(ENGLISH)
    assert done.rejects("key, detail") == [("numbers", "text: no language")]
    everything = ENGLISH.model_copy(update={"min_chars": 0})
    assert bench(situation("short", short)).run(everything).keys("situations") == []


def test_explanations_are_looked_at_too_and_a_row_goes_once(bench: Make) -> None:
    rows = [situation("s"), consideration("ok"), consideration("no", text=FOREIGN["fr"], explanation=FOREIGN["de"])]
    done = bench(*rows).run(ENGLISH)
    assert done.rejects("key") == [("no",)]
    both = ENGLISH.model_copy(update={"columns": ("considerations.text", "considerations.explanation")})
    assert bench(*rows).run(both).rejects("key, split(detail, ' ')[1]") == [("no", "text:")]


def test_nulls_and_numbers_are_no_reason_to_fall_over() -> None:
    with connect() as connection:
        rows = connection.sql("FROM (VALUES (1, NULL, 0), (2, 'Reading a diary in secret', 1)) AS t(id, text, _seq)")
        outcome = Language(keep="en", among=("de",), columns=("t.text", "t.id")).apply({"t": rows}, 0)
        assert outcome.removed["t"].fetchall() == []


def test_every_page_is_looked_at(bench: Make) -> None:
    texts = ["Hi", *["Short"] * 10_000, FOREIGN["de"]]
    done = bench(*(situation(str(i), text) for i, text in enumerate(texts))).run(ENGLISH)
    assert done.rejects("key") == [("10001",)]


@pytest.mark.parametrize(
    ("options", "where", "what"),
    [
        ({"keep": "xx"}, "curation[0].language", "'xx' is not one of the ISO 639-1 codes"),
        ({"keep": "en", "among": ["english"]}, "curation[0].language", "'english' is not one of"),
        ({"keep": "en", "among": "en"}, "curation[0].language", "needs a language besides"),
        ({"keep": []}, "curation[0].language", "has to declare the language"),
        ({}, "curation[0].language", "has to declare the language"),
        ({"keep": "en", "columns": ["text"]}, "curation[0].language.columns[0]", "not in the form"),
        ({"keep": "en", "columns": ["annotations.rationale"]}, "curation[0].language.columns[0]", "several columns"),
    ],
)
def test_wrong_options_are_told_when_the_recipe_is_read(options: dict[str, object], where: str, what: str) -> None:
    with pytest.raises(RecipeError) as error:
        load(CURATION, {"language": options}, "recipe.yaml", "curation[0]")
    assert error.value.where == f"recipe.yaml: {where}"
    assert what in error.value.what


def test_without_the_detector_the_recipe_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from pluriset.builders.curation.language import _known

    _known.cache_clear()
    monkeypatch.setitem(sys.modules, "lingua", None)
    with pytest.raises(RecipeError, match=r"pip install 'pluriset\[language\]'"):
        load(CURATION, {"language": {"keep": "en"}})


@pytest.mark.slow
def test_among_all_languages_english_titles_stay(bench: Make) -> None:
    titles = ["hating my mom's dog", "having an almanac", "making my dad pay tip", "wanting to cut my sister off"]
    rows = [situation(str(i), title) for i, title in enumerate([*titles, *FOREIGN.values()])]
    assert bench(*rows).run(Language(keep="en", min_chars=0)).keys("situations") == ["0", "1", "2", "3"]
