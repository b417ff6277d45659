from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pluriset.cards.formats.croissant import croissant
from pluriset.schemas.manifest import Manifest
from pluriset.schemas.recipe import Recipe
from pluriset.schemas.report import Figure, Finding
from pluriset.schemas.row import columns
from pluriset.schemas.rows.values import TABLES
from pluriset.tests.cards.conftest import report_of

Make = Callable[..., Path]
HOSTILE = '"}], "@id": "x" </script> {{ 7 }} \u202e\x1b[0m'


def field(document: dict[str, Any], place: str) -> dict[str, Any]:
    sets = {one["@id"]: one for one in document["recordSet"]}
    return next(one for one in sets[place.partition("/")[0]]["field"] if one["@id"] == place)


@pytest.mark.filterwarnings("ignore")
def test_mlcroissant_validates_it_and_loads_every_table(finished: Make) -> None:
    import mlcroissant

    opened = mlcroissant.Dataset(finished(shards=2, card=True) / "croissant.json")
    assert not opened.metadata.ctx.issues.errors
    rows = {name: list(opened.records(name)) for name in ("splits", *TABLES)}
    assert {name: len(rows[name]) for name in TABLES} == {
        "situations": 3, "considerations": 3, "annotators": 2, "annotations": 6, "aggregates": 3, "aspects": 2,
    }  # fmt: skip
    label = rows["annotations"][0]
    assert (label["annotations/label"], label["annotations/split"]) == (b"supports", b"test")
    assert label["annotations/options"] == [b"supports", b"opposes", b"either", b"abstain"]
    shares = rows["aggregates"][0]["aggregates/distribution"]
    assert [share["aggregates/distribution/share"] for share in shares] == [0.5, 0.5]
    assert [row["splits/name"] for row in rows["splits"]] == ["test", "train"]


def test_fields_match_the_row_types(make_manifest: Callable[..., Manifest]) -> None:
    document = croissant(make_manifest(), report_of())
    for record_set in document["recordSet"][1:]:
        known = columns(TABLES[record_set["@id"]])
        assert [one["name"] for one in record_set["field"]] == ["split", *(column.name for column in known)]
    assert field(document, "considerations/situation_id")["references"] == {"field": {"@id": "situations/situation_id"}}


def test_each_label_is_attributed_to_its_annotator(make_manifest: Callable[..., Manifest]) -> None:
    document = croissant(make_manifest(), report_of())
    label = field(document, "annotations/label")
    assert label["dataType"] == ["sc:Text", "cr:Label"]
    assert label["annotation"]["equivalentProperty"] == "prov:wasAttributedTo"
    assert [part["source"]["extract"]["column"] for part in label["annotation"]["subField"]] == ["annotator_id"]
    assert document["prov:wasAttributedTo"][0]["prov:label"] == "main: big-one, revision abc123"
    assert document["prov:wasDerivedFrom"][0]["prov:label"] == "Jokes"


def test_responsible_ai_properties_come_from_the_report(
    make_manifest: Callable[..., Manifest], recipe: Callable[..., Recipe]
) -> None:
    figures = [
        Figure(measure="annotator_coverage", group={"attribute": "country", "value": "Kenya"}, value=0.25, n=8),
        Figure(measure="annotations_per_item", group={"aspect": "valence", "of": "mean"}, value=2.5, n=40),
        Figure(measure="agreement", group={"aspect": "valence"}, value=0.4, low=0.3, high=0.5, n=40),
    ]
    private = Finding(check="contact_details", severity="warning", rule="T", table="t", count=2, of=9, examples=[])
    wanted = {"target": {"country": {"Kenya": 0.5}, "religion": {"none": 0.2}}}
    document = croissant(make_manifest(recipe=recipe(card=wanted)), report_of(figures=figures, findings=[private]))
    assert document["rai:annotatorDemographics"] == ["country: Kenya, 25.0% of 8 annotators"]
    assert document["rai:annotationsPerItem"] == "valence: 2.5 on average, 40 items"
    assert document["rai:dataAnnotationAnalysis"] == [
        "Krippendorff's alpha of valence: 0.40, 95% interval 0.30 to 0.50, 40 items."
    ]
    assert "Too few annotators have country Kenya: 25.0% of 8; the target is 50%." in document["rai:dataBiases"]
    assert "No annotator declares religion; the target is 20% with none." in document["rai:dataBiases"]
    assert document["rai:personalSensitiveInformation"] == [
        "Texts with an e-mail address, or a phone or account number, matched by pattern: 2."
    ]


def test_unknown_properties_are_omitted(make_manifest: Callable[..., Manifest], recipe: Callable[..., Recipe]) -> None:
    document = croissant(make_manifest(recipe=recipe(card={})), report_of(figures=[], findings=[]))
    absent = {"creator", "citeAs", "inLanguage", "prov:wasDerivedFrom", "rai:annotatorDemographics", "rai:dataUseCases"}
    assert absent.isdisjoint(document)


def test_hostile_text_stays_text(finished: Make, recipe: Callable[..., Recipe]) -> None:
    words = dict.fromkeys(("description", "citation", "sensitive", "uses"), HOSTILE)
    sources = [{"name": HOSTILE, "license": HOSTILE, "url": HOSTILE}]
    folder = finished(card=True, recipe=recipe(card={**words, "sources": sources, "authors": [HOSTILE]}))
    document = json.loads((folder / "croissant.json").read_text())
    assert document["description"] == document["citeAs"] == document["creator"][0]["name"] == HOSTILE
