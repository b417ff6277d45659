from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from huggingface_hub.repocard import metadata_load
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pydantic_core import to_json

from pluriset.cards.facts.refusals import refusals
from pluriset.cards.loading.dataset import load
from pluriset.cards.readme import render as rendering
from pluriset.cards.readme.front_matter import front_matter_problems
from pluriset.cards.readme.metadata import metadata
from pluriset.cards.readme.render import render, write
from pluriset.schemas.errors import DataError, RecipeError
from pluriset.schemas.manifest import File, Manifest, Requests
from pluriset.schemas.option_docs import paths
from pluriset.schemas.projections import arrow_schema
from pluriset.schemas.recipe import Recipe
from pluriset.schemas.report import Figure, Finding, Report
from pluriset.schemas.row import Row
from pluriset.schemas.rows.reject import Reject
from pluriset.schemas.rows.values import TABLES, Situation
from pluriset.schemas.yaml_text import dump_yaml
from pluriset.tests.cards.conftest import recipe_of

Make = Callable[..., Path]
Card = Callable[..., str]

HOSTILE = (
    "<script>alert(1)</script> | *a* `b` ``` ~~~~ [c](javascript:d) ![e](http://f/g.png) $h$ &amp;\n"
    "# heading\n---\n- item\n| x | y |\n| - | - |\n\u202etxt\x1b[0m {{ 7*7 }} {% raw %} &anchor [*anchor] "
    "!!python/object:os.system"
)
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def parts(card: str) -> tuple[str, str]:
    found = re.match(r"\A---\n(.*?)\n---\n(.*)\Z", card, re.DOTALL)
    assert found
    return found[1], found[2]


def flat(card: str) -> list[Any]:
    tokens = READER.parse(parts(card)[1])
    return [*tokens, *(child for token in tokens for child in token.children or [])]


def links(card: str) -> set[str]:
    return {token.attrs["href"] for token in flat(card) if token.type == "link_open"}


def headings(card: str) -> list[str]:
    tokens = READER.parse(parts(card)[1])
    return [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]


def test_the_hub_reads_the_front_matter(finished: Make) -> None:
    front = metadata_load(finished(card=True) / "README.md")
    assert front is not None
    assert front_matter_problems(front) == []
    assert front["license"] == "cc-by-4.0"
    assert front["language"] == ["en"]
    assert front["annotations_creators"] == ["machine-generated"]
    assert front["size_categories"] == ["n<1K"]
    assert [c["config_name"] for c in front["configs"] if c.get("default")] == ["situations"]
    assert [c["config_name"] for c in front["configs"]] == list(TABLES)


def test_datasets_opens_every_config_and_split(finished: Make, tmp_path: Path) -> None:
    opens = (
        "import sys, json, datasets\n"
        "names = datasets.get_dataset_config_names(sys.argv[1])\n"
        "parts = {name: datasets.load_dataset(sys.argv[1], name).items() for name in names}\n"
        "found = {name: {s: [p.num_rows, p.column_names] for s, p in part} for name, part in parts.items()}\n"
        "print(json.dumps([datasets.get_dataset_default_config_name(sys.argv[1]), found]))\n"
    )
    folder = finished(shards=2, card=True)
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub")}
    done = subprocess.run(
        [sys.executable, "-c", opens, str(folder)], env=environment, capture_output=True, text=True, check=True
    )
    default, found = yaml.safe_load(done.stdout)
    assert default == "situations"
    expected = {name: {"train": 2, "test": 1} for name in TABLES} | {
        "annotators": {"train": 2},
        "aspects": {"train": 2},
    }
    expected["annotations"] = {"train": 4, "test": 2}
    assert {name: {split: rows for split, (rows, _) in splits.items()} for name, splits in found.items()} == expected
    assert set(found["considerations"]["train"][1]) == set(TABLES["considerations"].model_fields)


def test_tables_and_splits_without_rows_are_not_configs(make_card: Card, tables: dict[str, Any]) -> None:
    tables["aggregates"] = {"train": []}
    tables["annotations"]["test"] = []
    card = make_card(tables=tables)
    configs = {c["config_name"]: c["data_files"] for c in yaml.safe_load(parts(card)[0])["configs"]}
    assert "aggregates" not in configs
    assert [file["split"] for file in configs["annotations"]] == ["train"]
    assert "Splits without rows are not in the configs" in card
    assert "Splits without rows" not in make_card()


def test_the_card_shows_what_the_manifest_and_the_report_say(make_card: Card) -> None:
    card = make_card()
    for fact in (
        "# Small values",
        "pluriset build recipe.yaml",
        "| `main` | openai | big-one | abc123 | temperature: 0.6 |",
        "| judge |  | `main` | country: Kenya |",
        "4 read, 3 built, 1 rejected",
        "10 in all, 4 cached, 5 sent, 1 failed",
        "| `considerations` | 5 | 3 | kaleido\\_filter: 2 |",
        "| below threshold | 2 |",
        "| judge | `main` | 6 | 1,200 | 60 | 0.0012 |",
        "| `kind` | one of `value`, `right`, `duty` |  | Value, right or duty. |",
        "| valence | -0.04 | -0.15 to 0.12 | 80 |",
        "| tone | undefined |  | 0 |",
        "| warning | 3 of 3 situations have a missing kind | `situations` |",
        "| language\\_share | no detector is installed |",
        "| Jokes | `cc0-1.0` | <https://example.org/a_b> |",
    ):
        assert fact in card


def test_the_card_shows_ten_rows_escaped_and_shortened(finished: Make) -> None:
    hostile = "<script>alert(1)</script> | [a](https://example.org)\n# b " + "long " * 90
    situations = [Situation(situation_id=f"s{i}", text=hostile, source="b") for i in range(12)]
    empty: dict[str, dict[str, list[Row]]] = {name: {"train": []} for name in TABLES}
    folder = finished(empty | {"situations": {"train": situations[:4], "test": situations[4:]}}, card=True)
    shown = [line for line in (folder / "README.md").read_text().splitlines() if line.startswith("| s")]
    rows = [line for line in shown if re.match(r"\| s\d+ \|", line)]
    assert [row.split(" | ")[0].strip("| ") for row in rows] == [f"s{i}" for i in range(10)]
    assert [row.split(" | ")[-1].strip(" |") for row in rows] == ["train"] * 4 + ["test"] * 6
    assert all("<script" not in row and "\\|" in row and "…" in row and len(row) < 200 for row in rows)


def test_the_examples_in_the_card_run(finished: Make) -> None:
    folder = finished(card=True)
    blocks = [token.content for token in READER.parse((folder / "README.md").read_text()) if token.info == "python"]
    assert len(blocks) == 3
    for block in blocks:
        if "load_dataset" not in block:
            exec(re.sub(r"(hf://datasets/)?org/name", str(folder), block), {})


def test_papers_and_tasks_are_in_the_front_matter(make_manifest: Callable[..., Manifest]) -> None:
    sources = [
        {"name": "a", "license": "mit", "url": "https://arxiv.org/abs/2008.09094v2"},
        {"name": "b", "license": "mit", "citation": "arXiv preprint arXiv:2309.00779; doi 10.48550/arXiv.2402.05070"},
        {"name": "c", "license": "mit", "url": "https://example.org/2008.12345"},
    ]
    questions = File(path="benchmark/valence/test-00000-of-00001.parquet", sha256="", bytes=1, rows=3)
    front = metadata(make_manifest(recipe=recipe_of(card={"sources": sources}), files=[questions]))
    papers = [tag for tag in front["tags"] if tag.startswith("arxiv:")]
    assert papers == ["arxiv:2008.09094", "arxiv:2309.00779", "arxiv:2402.05070"]
    assert front["task_ids"] == ["multi-class-classification"] and front_matter_problems(front) == []
    assert "task_ids" not in metadata(make_manifest())


def test_refusals_are_counted_by_annotator(finished: Make) -> None:
    folder = finished()
    lost = {"level": "ask", "table": "annotations", "step": "ask", "reason": "refused"}
    rejects = [
        *(Reject(**lost, key=to_json(["considerations", item, "elder"]).decode()) for item in ("c1", "c2")),
        Reject(**lost | {"reason": "not JSON"}, key=to_json(["considerations", "c1", "main"]).decode()),
        Reject(**lost | {"level": "seed", "table": "situations", "reason": "declined"}, key="s9"),
    ]
    rows = pa.Table.from_pylist([reject.model_dump() for reject in rejects], schema=arrow_schema(Reject))
    assert refusals(folder) == []
    pq.write_table(rows, folder / "rejects.parquet")
    write(folder, load(folder).manifest, load(folder).report)
    card = (folder / "README.md").read_text()
    assert "by annotator; the texts are in `en`" in card
    assert "| elder | country: Kenya | refused | 2 |\n| the writer |  | declined | 1 |\n\n" in card


def test_plots_are_shown_with_their_alternative_text(make_card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    (image,) = [token for token in flat(make_card(plots=["agreement"])) if token.type == "image"]
    assert image.attrs["src"] == "plots/agreement.png" and image.content == "A plot of agreement."
    monkeypatch.setattr(rendering, "can_draw", lambda: False)
    assert "pip install 'pluriset[cards]'" in make_card(plots=["agreement"])
    assert "pip install" not in make_card(plots=[])


def test_a_notice_is_a_warning(make_card: Card) -> None:
    teachers = {
        "main": {"teacher": "embedded", "model": "m", "revision": "r", "options": {}, "notice": "not to publish"}
    }
    assert "> ⚠️ **Warning.** not to publish (teacher `main`)" in make_card(teachers=teachers)
    assert "Warning" not in make_card()


def test_sections_without_facts_are_left_out(make_card: Card, recipe: Callable[..., Any]) -> None:
    card = make_card(
        recipe=recipe(curation=[], card={"language": ["en"]}),
        prompts={},
        report={"figures": [], "skipped": {}, "findings": []},
    )
    assert {"Citation", "Authors and contact", "Statistics", "Uses", "Annotators"}.isdisjoint(headings(card))
    for absent in ("Curation", "Prompts and other options", "Skipped:"):
        assert absent not in card
    cited = make_card(recipe=recipe(card={"citation": "@misc{a,\n}", "contact": "a@b.example"}))
    assert {"Citation", "Authors and contact"} <= set(headings(cited))
    assert "```bibtex\n@misc{a,\n}\n```" in cited


def test_limitations_come_from_this_run(make_card: Card, recipe: Callable[..., Any]) -> None:
    card = make_card()
    for limitation in (
        "no annotator is a person",
        "1 annotator is a persona",
        "Every panel is the same model (big-one)",
        "Agreement between annotators is low on valence (alpha -0.04, 95% interval -0.15 to 0.12; ",
        "Agreement between annotators on tone is undefined",
        "up to 12.5% of judgements (annotator elder)",
        "1 of 4 seeds were rejected",
        "1 request of the last build failed",
        "3 of 3 situations have a missing kind (table `situations`).",
    ):
        assert limitation in card
    assert "breaks a promise" not in card
    assert "not declared." not in card


def test_the_prevalence_paradox_is_named_where_one_label_dominates(make_card: Card) -> None:
    def card(raw: float, common: float) -> str:
        shares = {"no": common, "yes": 0.9 - common, "abstain": 0.1}
        figures = [
            Figure(measure="agreement", group={"aspect": "harm"}, value=-0.05, n=20),
            Figure(measure="raw_agreement", group={"aspect": "harm"}, value=raw, n=20),
            *(
                Figure(measure="label_shares", group={"aspect": "harm", "label": k}, value=v, n=40)
                for k, v in shares.items()
            ),
        ]
        return make_card(report={"figures": figures})

    paradox = card(raw=0.9, common=0.855)
    assert "alpha -0.05; raw agreement 90%) although" in paradox and "prevalence paradox: 95% of" in paradox
    assert "| aspect | value | raw agreement | n |" in paradox and "| harm | -0.05 | 0.9 | 20 |" in paradox
    for other in (card(raw=0.5, common=0.855), card(raw=0.9, common=0.5)):
        assert "prevalence paradox" not in other and "; raw agreement " in other


def test_limitations_that_do_not_apply_are_omitted(make_card: Card, recipe: Callable[..., Any]) -> None:
    alone = make_card(
        recipe=recipe(annotators={}, roles={"write": "main", "judge": "main"}, card={}),
        report={"figures": [], "findings": []},
    )
    assert "One annotator answered for each role" in alone
    assert "The languages of the texts are not declared." in alone
    assert "The origin and licence of the seeds" in alone
    for untrue in ("persona:", "same model", "is low", "Abstentions", "Does not hold"):
        assert untrue not in alone


def test_a_script_is_not_called_a_model(make_card: Card) -> None:
    teachers: dict[str, Any] = {"main": {"teacher": "scripted", "model": "scripted", "revision": None, "options": {}}}
    card = make_card(teachers=teachers)
    front = yaml.safe_load(parts(card)[0])
    assert front["annotations_creators"] == ["other"]
    assert "synthetic" not in front["tags"]
    assert "come from a script" in card
    assert "Models wrote" not in card


def test_failed_errors_are_a_limitation(make_card: Card) -> None:
    broken = Finding(check="a", severity="error", rule="b `c_d`.", table="situations", count=1, of=3, examples=[])
    card = make_card(report={"findings": [broken]})
    assert "b `c_d`." in card
    assert "1 check of severity error failed" in card


def test_sources_on_the_hub_are_in_the_front_matter(make_card: Card, recipe: Callable[..., Any]) -> None:
    sources = [
        {"name": "A", "license": "mit", "url": "https://huggingface.co/datasets/owner/name"},
        {"name": "B", "license": "mit", "url": "https://example.org"},
    ]
    front = yaml.safe_load(parts(make_card(recipe=recipe(card={"sources": sources})))[0])
    assert front["source_datasets"] == ["owner/name"]
    assert "language" not in front


def test_a_custom_licence(make_card: Card, recipe: Callable[..., Any]) -> None:
    own = recipe(license="other", card={"license_name": "mine", "license_link": "https://example.org/mine"})
    card = make_card(recipe=own)
    assert "Licence: `other`, mine, <https://example.org/mine>" in card
    assert yaml.safe_load(parts(card)[0])["license_name"] == "mine"


def test_the_sections_of_the_hub_template_come_from_the_recipe(make_card: Card, recipe: Callable[..., Any]) -> None:
    words = {"rationale": "Why.", "uses": "For this.", "out_of_scope": "Not that.", "authors": ["A. B.", "C"]}
    card = make_card(recipe=recipe(card=words))
    wanted = ["Uses", "Direct use", "Out-of-scope use", "Dataset structure", "Dataset creation", "Curation rationale"]
    assert [heading for heading in headings(card) if heading in wanted] == wanted
    assert "- A. B.\n- C\n" in card


def test_annotators_and_underrepresented_groups_are_shown(make_card: Card, recipe: Callable[..., Any]) -> None:
    shares = {"Kenya": 0.25, "not declared": 0.75}
    figures = [
        Figure(measure="annotator_coverage", group={"attribute": "country", "value": value}, value=share, n=8)
        for value, share in shares.items()
    ]
    wanted = {"target": {"country": {"Kenya": 0.25, "Peru": 0.5}, "age_band": {"old": 0.1}}}
    card = make_card(recipe=recipe(card=wanted), report={"figures": figures})
    for row in (
        "| country | Kenya | 25.0% of 8 |",
        "| country | Kenya | 25% | 25.0% of 8 | no |",
        "| country | Peru | 50% | 0.0% of 8 | yes |",
        "| age band | old | 10% | not declared | yes |",
    ):
        assert row in card
    assert "Too few annotators have country Peru: 0.0% of 8; the target is 50%." in card


def test_the_checklist_shows_unanswered_questions(make_card: Card, recipe: Callable[..., Any]) -> None:
    bare, told = make_card(), make_card(recipe=recipe(card={"uses": "For this.", "language": ["en"]}))
    assert "| What is it meant to be used for? | Datasheets, Croissant RAI | not answered (`card.uses`) |" in bare
    assert "| What is it meant to be used for? | Datasheets, Croissant RAI | Uses |" in told
    assert re.search(r"\d+ of \d+\nanswered", bare)
    sections = {row.rpartition("| ")[2] for row in re.findall(r"^\| .*\? \| .* \| (.*) \|$", told, re.MULTILINE)}
    keys = {key for section in sections for key in re.findall(r"not answered \(`(.*)`\)", section)}
    assert {"card.rationale", "card.authors", "card.target"} <= keys <= {*paths(Recipe)}
    assert {s for s in sections if "not answered" not in s} - {"the head of this card"} <= set(headings(told))


def test_a_licence_override_is_shown_with_its_conflicts(make_card: Card, recipe: Callable[..., Any]) -> None:
    sources = [{"name": "S", "license": "cc-by-nc-4.0"}]
    card = make_card(
        recipe=recipe(card={"sources": sources, "terms": {"main": "mit"}, "license_override": "S has agreed."})
    )
    assert "The most permissive licence that fits is cc-by-nc-4.0. Overridden: S has agreed." in card
    assert "source S is under cc-by-nc-4.0, which does not allow commercial use; cc-by-4.0 does." in card
    assert "overridden" not in make_card()
    assert "Conflicts of licences" not in make_card()


def test_a_card_that_the_hub_would_reject_is_an_error(make_card: Card, recipe: Callable[..., Any]) -> None:
    unread = recipe().card.model_copy(update={"language": ["xx"]})  # a recipe that is read does not get so far
    with pytest.raises(RecipeError, match="the Hub would not accept this card") as caught:
        make_card(recipe=recipe().model_copy(update={"card": unread}))
    assert "language: not on the Hub's list: 'xx'" in str(caught.value)


def test_an_unknown_family_cannot_be_rendered(make_card: Card) -> None:
    with pytest.raises(DataError, match="unknown family"):
        make_card(family="nothing")


def test_hostile_text_is_shown_literally(make_card: Card, recipe: Callable[..., Any]) -> None:
    panel = [{"teacher": "main", "persona": {"country": HOSTILE, "description": HOSTILE}}]
    words = dict.fromkeys(("pretty_name", "description", "citation", "contact", "sensitive"), HOSTILE) | {
        "authors": [HOSTILE],
        "sources": [dict.fromkeys(("name", "license", "url", "citation"), HOSTILE)],
    }
    said = dict.fromkeys(("teacher", "model", "revision", "notice"), HOSTILE) | {"options": {"a": HOSTILE}}
    finding = Finding(check=HOSTILE, severity="info", rule=HOSTILE, table=HOSTILE, count=1, of=3, examples=[])
    card = make_card(
        recipe=recipe(card=words, annotators={"panel": panel}, source={"file": {"path": HOSTILE}}),
        teachers={"main": said},
        prompts={"prompt": HOSTILE, HOSTILE: HOSTILE, "examples": [HOSTILE], "small": {"a": HOSTILE}},
        versions={HOSTILE: HOSTILE},
        report={"findings": [finding, finding.model_copy(update={"count": 0})], "skipped": {HOSTILE: HOSTILE}},
    )
    tokens = flat(card)
    html = {token.content.strip() for token in tokens if token.type in ("html_block", "html_inline")}
    assert all(re.fullmatch(r"</details>|<details><summary>[^<>\n]*</summary>", block) for block in html)
    assert {token.attrs["src"] for token in tokens if token.type == "image"} == {"plots/agreement.png"}
    assert links(card) - links(make_card()) == {"http://f/g.png"}
    assert {token.type for token in tokens}.isdisjoint({"em_open", "s_open", "hr"})
    assert headings(card)[1:] == [*headings(make_card())[1:], "Citation", "Authors and contact"]
    assert yaml.safe_load(parts(card)[0])["pretty_name"] == HOSTILE
    assert "{{ 7*7 }}" in card.replace("\\*", "*")


@settings(max_examples=30)
@given(st.text(st.sampled_from("-:\n #&*!|>'\"%@`{}[],?a0\t~") | st.characters(), min_size=1, max_size=40))
def test_the_front_matter_can_hold_any_name(name: str) -> None:
    front = dump_yaml({"pretty_name": name})
    card = f"---\n{front}---\n\n# a\n"
    assert yaml.safe_load(parts(card)[0]) == {"pretty_name": name}


def test_rendering_is_deterministic(make_card: Card) -> None:
    assert make_card() == make_card()


def test_unknown_metadata_is_omitted(make_manifest: Callable[..., Manifest]) -> None:
    manifest = make_manifest()
    nobody = manifest.books.model_copy(
        update={"spending": [], "requests": Requests(total=0, cached=0, sent=0, failed=0)}
    )
    front = metadata(manifest.model_copy(update={"books": nobody}))
    assert "annotations_creators" not in front
    assert front["language_creators"] == ["found"]
    assert "source_datasets" not in front
    assert render(manifest, Report(dataset="a", rows={}, findings=[], skipped={}, figures=[]), [])


def test_labels_of_a_model_are_machine_generated_even_without_annotations(
    make_manifest: Callable[..., Manifest], tables: dict[str, Any]
) -> None:
    labelled = metadata(make_manifest(tables | {"annotations": {"train": []}, "aggregates": {"train": []}}))
    assert labelled["annotations_creators"] == ["machine-generated"]  # considerations have a kind
    empty: dict[str, Any] = {name: {"train": []} for name in ("annotations", "aggregates", "considerations")}
    assert metadata(make_manifest(tables | empty))["annotations_creators"] == ["no-annotation"]
