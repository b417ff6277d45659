"""A reporting checklist: what the checklists of data documentation ask, and whether the card of this dataset answers.

Asked by Datasheets for Datasets (Gebru et al. 2021, arXiv 1803.09010), Data Statements (Bender and Friedman 2018,
doi 10.1162/tacl_a_00041) and Croissant RAI 1.0; the choice and the wording are ours.
"""

from __future__ import annotations

from typing import NamedTuple

from ...schemas.manifest import Manifest
from ...schemas.report import Report
from .manifest_facts import row_count, teachers_used

SHEETS, STATEMENTS, RAI = "Datasheets", "Data Statements", "Croissant RAI"


class Item(NamedTuple):
    """One question, who asks it, the section that answers it, None where nothing does, and the key that can."""

    question: str
    asked_by: str
    section: str | None
    key: str


def checklist(manifest: Manifest, report: Report) -> list[Item]:
    """Every question."""
    return [*_purpose(manifest), *_making(manifest), *_annotators(manifest, report), *_care(manifest, report)]


def _purpose(manifest: Manifest) -> list[Item]:
    card = manifest.recipe.card
    return [
        _item(
            "For what was the dataset made?",
            f"{SHEETS}, {STATEMENTS}",
            "Dataset creation",
            card.rationale,
            "card.rationale",
        ),
        _item("What is it to be used for?", f"{SHEETS}, {RAI}", "Uses", card.uses, "card.uses"),
        _item("What must it not be used for?", SHEETS, "Uses", card.out_of_scope, "card.out_of_scope"),
        _item("Who made it?", SHEETS, "Authors and contact", card.authors, "card.authors"),
        _item("Whom can one ask?", SHEETS, "Authors and contact", card.contact, "card.contact"),
        _item("How is it cited?", SHEETS, "Citation", card.citation, "card.citation"),
        _item("What does a row stand for, and what do its columns mean?", SHEETS, "Columns", True),
        _item("Under which licence may it be used?", SHEETS, "Licence and sources", True),
    ]


def _making(manifest: Manifest) -> list[Item]:
    card, speakers = manifest.recipe.card, teachers_used(manifest)
    known = speakers and all(facts.get("revision") for facts in speakers.values())
    return [
        _item(
            "Where do the seeds come from?",
            f"{SHEETS}, {STATEMENTS}, {RAI}",
            "Licence and sources",
            card.sources,
            "card.sources",
        ),
        _item("In which languages are the texts?", STATEMENTS, "the head of this card", card.language, "card.language"),
        _item("Which models wrote and judged, in which revision?", RAI, "Dataset creation", known, "teachers"),
        _item("What were they told?", f"{SHEETS}, {RAI}", "Dataset creation", manifest.prompts, "family"),
        _item("What was changed or removed afterwards?", f"{SHEETS}, {RAI}", "Dataset creation", True),
        _item("What is missing, and why?", f"{SHEETS}, {RAI}", "The books", True),
        _item("How can it be made again?", SHEETS, "Dataset creation", True),
    ]


def _annotators(manifest: Manifest, report: Report) -> list[Item]:
    judged, target = row_count(manifest, "annotations"), manifest.recipe.card.target
    attributes = _groups(report, "annotator_coverage", "attribute") - {"kind"}
    several, alpha = _groups(report, "annotations_per_item", "of"), _defined(report, "agreement")
    return [
        _item("Who are the annotators?", f"{STATEMENTS}, {RAI}", "Annotators", judged and attributes, "annotators"),
        _item("Whom should they stand for, and who is missing?", STATEMENTS, "Annotators", target, "card.target"),
        _item("How many judged each item?", RAI, "Statistics", several, "roles"),
        _item("How far do they agree?", f"{SHEETS}, {RAI}", "Statistics", alpha, "annotators"),
    ]


def _care(manifest: Manifest, report: Report) -> list[Item]:
    looked = any(finding.check == "contact_details" for finding in report.findings)
    private = manifest.recipe.card.sensitive or looked
    section = "Personal and sensitive information"
    return [
        _item(
            "Does it hold personal or sensitive information?", f"{SHEETS}, {RAI}", section, private, "card.sensitive"
        ),
        _item("Did the people whom it is about or from agree, and was it reviewed?", SHEETS, "", False),
        _item("Which biases and limitations does it have?", f"{SHEETS}, {RAI}", "Bias, risks and limitations", True),
        _item("Who will keep it up, and how long?", f"{SHEETS}, {RAI}", "", False),
    ]


def _item(question: str, asked_by: str, section: str, answer: object, key: str = "") -> Item:
    return Item(question, asked_by, section if answer else None, key)


def _groups(report: Report, measure: str, group: str) -> set[str]:
    return {figure.group.get(group, "") for figure in report.figures if figure.measure == measure}


def _defined(report: Report, measure: str) -> bool:
    return any(figure.measure == measure and figure.value is not None for figure in report.figures)
