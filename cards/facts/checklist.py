"""A reporting checklist: the questions of documentation standards, and where the card of this dataset answers them.

Questions from Datasheets for Datasets (Gebru et al. 2021, arXiv 1803.09010), Data Statements (Bender and Friedman 2018,
doi 10.1162/tacl_a_00041) and Croissant RAI 1.0; the selection and wording are ours.
"""

from __future__ import annotations

from typing import NamedTuple

from ...schemas.manifest import Manifest
from ...schemas.report import Report
from .manifest_facts import row_count, teachers_used

SHEETS, STATEMENTS, RAI = "Datasheets", "Data Statements", "Croissant RAI"


class Item(NamedTuple):
    """One question, the standards that ask it, the section that answers it if one does, and the recipe key that can."""

    question: str
    asked_by: str
    section: str | None
    key: str


def checklist(manifest: Manifest, report: Report) -> list[Item]:
    """Every question."""
    return [
        *_purpose(manifest),
        *_creation(manifest),
        *_annotators(manifest, report),
        *_responsibility(manifest, report),
    ]


def _purpose(manifest: Manifest) -> list[Item]:
    card, people = manifest.recipe.card, "Authors and contact"
    why = f"{SHEETS}, {STATEMENTS}"
    return [
        _item("Why was the dataset created?", why, "Dataset creation", card.rationale, "card.rationale"),
        _item("What is it meant to be used for?", f"{SHEETS}, {RAI}", "Uses", card.uses, "card.uses"),
        _item("What should it not be used for?", SHEETS, "Uses", card.out_of_scope, "card.out_of_scope"),
        _item("Who created it?", SHEETS, people, card.authors, "card.authors"),
        _item("Who can be contacted?", SHEETS, people, card.contact, "card.contact"),
        _item("How should it be cited?", SHEETS, "Citation", card.citation, "card.citation"),
        _item("What does a row stand for, and what do the columns mean?", SHEETS, "Columns", True),
        _item("Under which licence is it distributed?", SHEETS, "Licence and sources", True),
    ]


def _creation(manifest: Manifest) -> list[Item]:
    card, teachers = manifest.recipe.card, teachers_used(manifest)
    models = [facts for facts in teachers.values() if facts.get("teacher") != "human"]
    revisions = models and all(facts.get("revision") for facts in models)
    everyone, how = f"{SHEETS}, {STATEMENTS}, {RAI}", "Dataset creation"
    return [
        _item("Where do the seeds come from?", everyone, "Licence and sources", card.sources, "card.sources"),
        _item("Which languages are the texts in?", STATEMENTS, "the head of this card", card.language, "card.language"),
        _item("Which models wrote and judged, in which revision?", RAI, how, revisions, "teachers"),
        _item("Which instructions were they given?", f"{SHEETS}, {RAI}", how, manifest.prompts, "family"),
        _item("What was changed or removed afterwards?", f"{SHEETS}, {RAI}", how, True),
        _item("What is missing, and why?", f"{SHEETS}, {RAI}", "Row and request counts", True),
        _item("How can it be reproduced?", SHEETS, how, True),
    ]


def _annotators(manifest: Manifest, report: Report) -> list[Item]:
    has_annotations, target = row_count(manifest, "annotations"), manifest.recipe.target
    attributes = _groups(report, "annotator_coverage", "attribute") - {"kind"}
    per_item = _groups(report, "annotations_per_item", "of")
    agreement = any(f.value is not None for f in report.figures if f.measure == "agreement")
    who = f"{STATEMENTS}, {RAI}"
    return [
        _item("Who are the annotators?", who, "Annotators", has_annotations and attributes, "annotators"),
        _item("Whom should they represent, and who is missing?", STATEMENTS, "Annotators", target, "card.target"),
        _item("How many judged each item?", RAI, "Statistics", per_item, "roles"),
        _item("How much do they agree?", f"{SHEETS}, {RAI}", "Statistics", agreement, "annotators"),
    ]


def _responsibility(manifest: Manifest, report: Report) -> list[Item]:
    searched = any(finding.check == "contact_details" for finding in report.findings)
    section, private = "Personal and sensitive information", manifest.recipe.card.sensitive or searched
    both = f"{SHEETS}, {RAI}"
    return [
        _item("Does it contain personal or sensitive information?", both, section, private, "card.sensitive"),
        _item("Did the people in the data consent, and was it reviewed?", SHEETS, "", False),
        _item("Which biases and limitations does it have?", both, "Bias, risks and limitations", True),
        _item("Who will maintain it, and for how long?", both, "", False),
    ]


def _item(question: str, asked_by: str, section: str, answer: object, key: str = "") -> Item:
    return Item(question, asked_by, section if answer else None, key)


def _groups(report: Report, measure: str, group: str) -> set[str]:
    return {figure.group.get(group, "") for figure in report.figures if figure.measure == measure}
