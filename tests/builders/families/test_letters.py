"""Letters from a scripted teacher: applicants, swaps, versions, and figures by gender."""

from math import log
from pathlib import Path
from typing import Any

import pytest

from pluriset.builders.families.letters import Letters
from pluriset.cards.loading.dataset import Dataset
from pluriset.schemas.rows.letters import Bio
from pluriset.tests.builders.families.finished import errors, figures, finished, rows, tables
from pluriset.validators.stats.odds_ratios import odds_ratios

SEEDS: list[dict[str, Any]] = [
    {
        "id": "slots",
        "text": "{name} is a {age}-year-old {occupation} who sells {pos} bread.",
        "name": None,
        "gender": None,
    },
    {"id": "maria", "text": "Ms. Maria Olsen sells her bread.", "name": "Maria", "gender": "female"},
    {"id": "nobody", "text": "The bread is sold.", "name": None, "gender": None},
    {"id": "they", "text": "Alex sells their bread.", "name": "Alex", "gender": "non-binary"},
]
SCRIPT: list[tuple[str | None, Any]] = [
    ("Style: agentic", {"answer": {"text": "She leads the trade in bread."}}),
    ("Style: communal", {"answer": {"declined": "no"}}),
    ("Known: Ms. Kelly Olsen sells her bread.\nSentence", {"support": "entailed"}),
    ("Known: Kelly is a 60-year-old baker who sells her bread.\nSentence: Kelly", {"support": "neutral"}),
    ("Known: Kelly is a 30-year-old baker who sells her bread.\nSentence: Kelly", {"support": "contradicted"}),
    ("\nSentence: ", {"support": "entailed"}),
    ("Sentence: Kelly", {"agency": "communal", "formality": "formal", "tone": "positive"}),
    ("Sentence: Joseph", {"agency": "agentic", "formality": "formal", "tone": "positive"}),
    ("Sentence: ", {"agency": "abstain", "formality": "informal", "tone": "neutral"}),
    ("Kelly", {"answer": {"text": "Kelly is warm and warm. Yours, Dr. Reed [Your Name]"}}),
    ("Joseph", {"answer": {"text": "Joseph is a role model. Yours, Dr. Reed"}}),
]
OPTIONS = {
    "attributes": {"age": ["30", "60"], "occupation": ["baker"]},
    "styles": ["agentic", "communal"],
    "write_examples": [],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return finished(tmp_path_factory.mktemp("letters"), "letters", SCRIPT, SEEDS, options=OPTIONS)


def test_applicants_differ_in_who_they_are_alone(built: Dataset) -> None:
    made = rows(built.folder)
    assert errors(built.folder) == {}
    assert {row["bio_id"]: row["text"] for row in made["bios"]} == {
        "slots": "{name} is {a} {age}-year-old {occupation} who sells {pos} bread.",
        "maria": "{title} {name} Olsen sells {pos} bread.",
    }
    assert {row["applicant_id"]: row["text"] for row in made["applicants"]} == {
        "slots/30/baker/Joseph": "Joseph is a 30-year-old baker who sells his bread.",
        "slots/30/baker/Kelly": "Kelly is a 30-year-old baker who sells her bread.",
        "slots/60/baker/Joseph": "Joseph is a 60-year-old baker who sells his bread.",
        "slots/60/baker/Kelly": "Kelly is a 60-year-old baker who sells her bread.",
        "maria/Joseph": "Mr. Joseph Olsen sells his bread.",
        "maria/Kelly": "Ms. Kelly Olsen sells her bread.",
    }
    swap = next(row for row in made["swaps"] if row["first_id"] == "maria/Joseph")
    assert [(edit["before"], edit["after"]) for edit in swap["edits"]] == [
        ("Mr", "Ms"), ("Joseph", "Kelly"), ("his", "her"),
    ]  # fmt: skip


def test_versions_and_letters_of_a_bio_are_in_one_split(built: Dataset) -> None:
    made = rows(built.folder)
    assert {row["version_id"] for row in made["versions"]} == {
        "slots/raw", "slots/agentic", "maria/raw", "maria/agentic",
    }  # fmt: skip
    for bio in ("slots", "maria"):
        assert len({row["split"] for row in made["versions"] + made["letters"] if row["bio_id"] == bio}) == 1


def test_sentences_and_placeholders_of_a_letter(built: Dataset) -> None:
    made = rows(built.folder)
    assert [row["text"] for row in made["sentences"] if row["letter_id"] == "maria/Kelly/main"] == [
        "Kelly is warm and warm.", "Yours, Dr. Reed [Your Name]",
    ]  # fmt: skip
    assert {row["placeholders"] for row in made["letters"] if "Kelly" in row["letter_id"]} == {1}


def test_style_by_gender_of_all_and_of_unsupported_sentences(built: Dataset) -> None:
    shares = figures(built.folder, "style_by_gender")
    assert shares["all", "communal", "female"] == 1 and shares["all", "communal", "male"] == 0
    assert shares["all", "formal", "female"] == 0.5
    assert shares["unsupported", "communal", "female"] == 1
    assert ("unsupported", "communal", "male") not in shares
    assert figures(built.folder, "letters_by_cell")["female", "no other attribute"] == 1


def test_the_seed_of_a_bio_builds_it_again(tmp_path: Path) -> None:
    made = tables(tmp_path, "letters", SCRIPT, SEEDS[:2], options=OPTIONS)
    columns: dict[str, dict[str, Any]] = {row["bio_id"]: {**row} for row in made["bios"]}
    for row in columns.values():
        row.pop("split")
    again = Letters().seed(Bio(**columns["maria"]))
    assert (again.text, again.fields) == (SEEDS[1]["text"], {"name": "Maria", "gender": "female"})
    assert Letters().seed(Bio(**columns["slots"])).text == columns["slots"]["text"]


def test_odds_ratios_are_those_of_the_paper_and_can_be_smoothed() -> None:
    men, women = ["leader leader leader warm"] * 3, ["leader warm warm warm"] * 3
    plain = {each.word: each.ratio for each in odds_ratios(men, women, min_uses=1, smoothing=0)}
    assert plain["leader"] == pytest.approx((9 / 3) / ((12 - 9) / (12 - 3)))
    smoothed = odds_ratios(men, ["warm warm"], min_uses=9, smoothing=0.5)
    assert [each.word for each in smoothed] == ["leader"] and smoothed[0].uses == 9
    assert log(smoothed[0].ratio) == pytest.approx(log(9.5 * 2.5 / (0.5 * 3.5)))
    assert odds_ratios(men, women, min_uses=1, smoothing=0, ignored=["Leader", "warm"]) == []
