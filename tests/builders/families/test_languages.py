"""Prompts, examples and patterns of a family for each language of the seeds."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import pluriset
from pluriset.builders.asking.answer_limit import answer_limit
from pluriset.builders.execution.resolve import resolve
from pluriset.builders.families.values import Values
from pluriset.builders.preflight.notices import notices_of
from pluriset.schemas.component import load
from pluriset.schemas.errors import RecipeError
from pluriset.schemas.rows.values import Situation
from pluriset.tests.builders.making import made
from pluriset.tests.servers.scripted_openai import Body, Reply, ScriptedServer, answer

Write = Callable[..., Path]
SPANISH: dict[str, Any] = {
    "list_prompt": "Nombras los valores, derechos y deberes que están en juego en una situación.",
    "list_examples": [
        [
            "Leer el diario de tu hija porque te preocupas por ella",
            {
                "values": [{"text": "Confianza", "explanation": "Si se entera, puede dejar de confiar."}],
                "rights": [{"text": "Derecho a la intimidad", "explanation": "Lo que escribe es suyo."}],
                "duties": [{"text": "Deber de cuidar", "explanation": "Un padre puede ver a tiempo un peligro."}],
            },
        ]
    ],
    "judge_prompt": "Juzgas un valor, un derecho o un deber en una situación.",
    "judge_examples": [["Donar sangre cada mes", "value", "Generosidad", "yes", "supports"]],
    "patterns": {"right": "^Derecho a .+$", "duty": "^Deber de .+$"},
    "wording": {"Situation": "Situación"},
    "answer_tokens": {"judge": 90},
}
HINDI = {"list_prompt": "किसी स्थिति में दाँव पर लगे मूल्यों के नाम बताइए।", "wording": {"Situation": "स्थिति"}}
SEEDS = [
    {"id": "en", "text": "Reading your daughter's diary because you worry about her"},
    {"id": "es", "text": "Mentirle a una amiga sobre el regalo que te ha hecho", "lang": "es-MX"},
    {"id": "hi", "text": "अपनी बेटी की डायरी पढ़ना क्योंकि आप उसकी चिंता करते हैं", "lang": "hi"},
]
IN_SPANISH = {
    "values": [{"text": "Honestidad", "explanation": "Las amigas cuentan con que se les diga la verdad."}],
    "rights": [{"text": "Derecho a la verdad", "explanation": "She has the right to know what you think of it."}],
    "duties": [{"text": "Deber de no herir", "explanation": "Las palabras pueden hacer daño a quien nos quiere."}],
}
IN_ENGLISH = {
    "values": [{"text": "Trust", "explanation": "It may break if she finds out about it."}],
    "rights": [],
    "duties": [],
}
IN_HINDI = {
    "values": [{"text": "विश्वास", "explanation": "यदि उसे पता चला तो उसका भरोसा टूट सकता है।"}],
    "rights": [],
    "duties": [],
}


def respond(body: Body) -> Reply:
    turn = body["messages"][-1]["content"]
    if "valence: " in turn:
        return answer(json.dumps({"relevance": "yes", "valence": "supports"}))
    listed = IN_SPANISH if "Mentirle" in turn else IN_HINDI if "डायरी" in turn else IN_ENGLISH
    return answer(json.dumps({"answer": listed}, ensure_ascii=False))


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


@pytest.fixture
def path(server: ScriptedServer, recipe: Write, tmp_path: Path) -> Path:
    """A recipe over seeds in three languages; the Spanish prompts are in a file."""
    (tmp_path / "mixed.jsonl").write_text("".join(json.dumps(seed) + "\n" for seed in SEEDS))
    (tmp_path / "values.es.yaml").write_text(yaml.safe_dump(SPANISH))
    source = {"path": "mixed.jsonl", "text": "text", "id": "id", "fields": {"language": "lang"}}
    columns = ["considerations.explanation"]
    step = {"keep": "en", "of_seed": "situations.language", "among": ["es", "hi", "fr"], "columns": columns}
    return recipe(
        [],
        source={"file": source},
        teachers={"main": {"openai": {"model": "m", "revision": "1", "base_url": server.url}}},
        family={"values": {"prompts": {"es": "values.es.yaml", "hi": HINDI}}},
        curation=[{"language": step}],
    )


def listing(server: ScriptedServer, text: str) -> Body:
    of_seed = (body for body in server.requests if text in body["messages"][-1]["content"])
    return next(body for body in of_seed if "valence: " not in body["messages"][-1]["content"])


def test_each_seed_is_asked_in_its_language_and_answers_in_another_are_removed(
    path: Path, server: ScriptedServer, tmp_path: Path
) -> None:
    run = pluriset.build(pluriset.recipe(path), tmp_path / "run")
    spanish, english, hindi = (listing(server, text) for text in ("Mentirle", "Reading your d", "डायरी"))
    assert [message["content"] for message in spanish["messages"][:2]] == [
        SPANISH["list_prompt"],
        f"Situación: {SPANISH['list_examples'][0][0]}",
    ]
    assert spanish["messages"][-1]["content"] == "Situación: " + SEEDS[1]["text"]
    assert english["messages"][0]["content"] == Values().list_prompt
    assert english["messages"][-1]["content"] == "Situation: " + SEEDS[0]["text"]
    assert hindi["messages"][-1]["content"] == "स्थिति: " + SEEDS[2]["text"]
    patterns = [json.dumps(body["response_format"]) for body in (spanish, english)]
    assert "^Derecho a .+$" in patterns[0] and "^Right to .+$" in patterns[1]
    limits = {body["max_tokens"] for body in server.requests if "valence: " in body["messages"][-1]["content"]}
    assert limits == {60, 90}, "the Spanish judges have the limit of their language"
    rejects = [reject.model_dump() for reject in run.rejects()]
    (foreign,) = [reject for reject in rejects if reject["step"] == "language" and reject["detail"]]
    assert foreign["reason"] == "not in the declared language" and foreign["detail"].startswith("explanation: en")
    assert {row.situation_id: row.language for row in run.rows("situations")} == {"en": None, "es": "es-MX", "hi": "hi"}


def test_a_run_keeps_its_prompts_and_replays_a_row_in_its_language(
    path: Path, server: ScriptedServer, tmp_path: Path
) -> None:
    run = pluriset.build(pluriset.recipe(path), tmp_path / "run")
    kept = yaml.safe_load((run.folder / "recipe.yaml").read_text())
    assert kept["family"]["values"]["prompts"] == {"es": SPANISH, "hi": HINDI}
    for row in run.rows("considerations"):
        assert not pluriset.replay(run.folder, "considerations", row.consideration_id).differs
    (tmp_path / "values.es.yaml").unlink()
    sent = len(server.requests)
    again = made(pluriset.recipe(run.folder / "recipe.yaml"), run.folder)
    assert again.books.requests.sent == 0 and len(server.requests) == sent


def test_seeds_in_a_language_without_prompts_are_told_before_anything_is_sent(path: Path) -> None:
    recipe = pluriset.recipe(path, family={"values": {"prompts": {"es": SPANISH}}})
    assert notices_of(resolve(recipe)) == [
        "no prompts in hi: seeds in it get the English prompts and patterns; set family.values.prompts.hi"
    ]
    assert notices_of(resolve(pluriset.recipe(path))) == []


def test_a_declared_language_holds_for_seeds_without_one() -> None:
    family = load("pluriset.builders.families", {"values": {"language": "es", "prompts": {"es": SPANISH}}})
    assert family.in_language(None).list_prompt == SPANISH["list_prompt"]
    assert family.in_language("en") is family and family.in_language("fr") is family
    assert Values().in_language("es").list_prompt == Values().list_prompt
    row = Situation(situation_id="1", text="Mentir", source="here", language="es")
    assert family.seed(row).fields["language"] == "es"


@pytest.mark.parametrize(
    "options, problem",
    [
        ({"prompts": {"es": {"list_promt": "Nombra"}}}, "prompts.es.list_promt"),
        ({"prompts": {"es": {"max_per_kind": 0}}}, "prompts.es.max_per_kind"),
        ({"prompts": {"es": {"best_of": {"n": 2}}}}, "prompts.es: changes tables"),
        ({"prompts": {"es": "missing.yaml"}}, "no such file of prompts"),
        ({"answer_tokens": {"writer": 9}}, "no role 'writer'"),
    ],
)
def test_options_of_a_language_are_checked_with_the_recipe(
    options: dict[str, Any], problem: str, recipe: Write
) -> None:
    with pytest.raises(RecipeError, match=problem):
        pluriset.plan(pluriset.recipe(recipe(["Lying"], family={"values": options})))


def test_a_limit_of_tokens_follows_from_the_schema_where_a_family_sets_none() -> None:
    schema = {
        "type": "object",
        "properties": {
            "kind": {"enum": ["yes", "abstain"]},
            "text": {"anyOf": [{"$ref": "#/$defs/T"}, {"type": "null"}]},
        },
        "$defs": {"T": {"type": "string", "maxLength": 100}},
    }
    longest = json.dumps({"kind": "abstain", "text": "x" * 100})
    assert len(longest) / 2 <= answer_limit(schema) <= len(longest) / 2 + 4
    assert answer_limit({"type": "array", "items": {"type": "integer"}, "maxItems": 50}) > answer_limit(
        {"type": "array"}
    )
