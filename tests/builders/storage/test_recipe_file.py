from pathlib import Path

import pytest

from pluriset.builders.execution.resolve import resolve
from pluriset.builders.storage import recipe_file
from pluriset.schemas.errors import PlurisetError, RecipeError
from pluriset.schemas.recipe import Recipe

GOOD = """
name: test
license: cc-by-4.0
source: sample
teachers: {main: {scripted: {path: answers.jsonl}}}
family: values
"""


def read(tmp_path: Path, text: str) -> Recipe:
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    return recipe_file.read(path)


def test_paths_start_at_the_recipe_and_survive_a_move(tmp_path: Path) -> None:
    recipe = read(tmp_path, GOOD)
    assert recipe.teachers["main"] == {"scripted": {"path": str(tmp_path / "answers.jsonl")}}
    from pluriset.builders.storage.run_folder import portable

    run = tmp_path / "runs" / "test"
    moved = recipe_file.dump(portable(recipe, run))
    assert "../../answers.jsonl" in moved and str(tmp_path) not in moved
    again = recipe_file.parse(moved.encode(), "recipe.yaml", run)
    assert again.model_dump(exclude={"teachers"}) == recipe.model_dump(exclude={"teachers"})


@pytest.mark.parametrize("name", recipe_file.shipped_names())
def test_a_shipped_recipe_is_whole(name: str) -> None:
    recipe = recipe_file.shipped(name, {})
    assert (
        recipe.family_name == name
        and recipe_file.parse(recipe_file.dump(recipe).encode(), recipe.file, Path()) == recipe
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("licence: mit", ["licence", "unknown key"]),
        ("n: many", ["n", "integer", "many"]),
        ("n: 0", ["n", "greater than 0"]),
        ("license: mit-ish", ["license", "mit-ish"]),
        ("license: other", ["card.license_name"]),
        ("card: {language: [en, qq]}", ["card.language", "qq"]),
        ("roles: {judge: nobody}", ["roles.judge", "nobody"]),
        ("roles: {judge: mian}", ["roles.judge", "there is main; did you mean 'main'?"]),
        ("prices: {other: {input: 1, output: 1}}", ["prices.other", "main"]),
        ("annotators: {panel: [{teacher: ghost}]}", ["annotators.panel", "ghost"]),
        ("annotators: {panel: [{teacher: main, persona: {shoe_size: '42'}}]}", ["persona.shoe_size", "unknown key"]),
        ("name: Not A Name", ["name", "Not A Name"]),
        ("teachers: {}", ["teachers"]),
    ],
)
def test_one_clear_error_for_a_wrong_recipe(tmp_path: Path, line: str, words: list[str]) -> None:
    key = line.partition(":")[0]
    kept = [old for old in GOOD.strip().splitlines() if not old.startswith(f"{key}:")]
    with pytest.raises(RecipeError) as error:
        read(tmp_path, "\n".join([*kept, line]))
    assert all(word in str(error.value) for word in ["recipe.yaml", *words]), str(error.value)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("curation: [{split: {tset: 0.1}}]", ["curation[0].split.tset", "unknown key"]),
        ("curation: [{kaleido_filter: {relevance: {value: high}}}]", ["curation[0].kaleido_filter.relevance"]),
        ("curation: [{exact_duplicates: {table: situatons}}]", ["curation[0].exact_duplicates", "situatons"]),
        ("curation: [{exact_duplicates: {table: annotations}}]", ["exact_duplicates.table", "several columns"]),
        ("curation: [{exact_duplicates: {within: [_seq]}}]", ["_seq", "a column of situations", "text"]),
        ("curation: [{coarsen: {groups: {shoe size: {}}}}]", ["curation[0].coarsen", "shoe size", "annotators"]),
        ("curation: [{split: {by: topic}}]", ["curation[0].split", "topic", "a column of situations"]),
        ("curation: [nonsense]", ["curation[0]", "nonsense", "exact_duplicates"]),
        ("curation: ['../../etc/passwd']", ["curation[0]", "no curation step of this name"]),
        ("family: {values: {max_per_kind: 0}}", ["family.values.max_per_kind"]),
        ("roles: {sing: main}", ["recipe.yaml: roles.sing", "one of write, judge"]),
        ("curation: [{mask: {keep: 1}}]", ["curation[0].mask.keep: unknown key", "expected: no key at all"]),
        ("source: {file: {text: t}}", ["source.file.path", "required"]),
        ("teachers: {main: {openai: {}}}", ["teachers.main.openai.model", "required"]),
    ],
)
def test_every_option_is_checked_before_any_ask(tmp_path: Path, line: str, words: list[str]) -> None:
    key = line.partition(":")[0]
    kept = [old for old in GOOD.strip().splitlines() if not old.startswith(f"{key}:")]
    (tmp_path / "answers.jsonl").write_text('{"answer": "x"}\n')
    with pytest.raises(PlurisetError) as error:
        resolve(read(tmp_path, "\n".join([*kept, line])))
    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a\n- b", ["not keys and values"]),
        ("name: [", ["not a YAML file", "line"]),
        ("a: &x [*x]", ["an alias inside of what it stands for", "line 1"]),
        ("a: &x [1]\nb: [" + "*x," * 101 + "]", ["too many aliases", "line 2", "yaml_aliases=200"]),
        ("a: " + "[" * 101, ["nested too deeply", "line 1", "yaml_depth"]),
        ("a: !!int\nb: 1", ["not a YAML file", "line 1"]),
        ("name: a\nname: b", ["duplicate key", "line 2"]),
        ("!!python/object/apply:os.system ['true']", ["not a YAML file"]),
        ("\x00", ["not a YAML file"]),
        ('name: a\nn: ["\\ud83d\\ude00"]', ["surrogate", "line 2"]),
    ],
)
def test_hostile_yaml_is_not_read(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(RecipeError) as error:
        read(tmp_path, text)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_missing_or_endless_recipe_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no such recipe"):
        recipe_file.read(tmp_path / "none.yaml")
    with pytest.raises(RecipeError, match="too large"):
        read(tmp_path, "x" * 1_000_001)


def test_two_annotators_of_a_panel_must_differ(tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl").write_text('{"answer": "x"}\n')
    twice = GOOD + "annotators: {panel: [{teacher: main}, {teacher: main}]}\nroles: {judge: panel, write: main}\n"
    with pytest.raises(RecipeError, match="the same"):
        resolve(read(tmp_path, twice))
    panel = GOOD + "annotators: {panel: [{teacher: main}, {teacher: main, persona: {country: Kenya}}]}\n"
    with pytest.raises(RecipeError, match="not a panel"):
        resolve(read(tmp_path, panel + "roles: {write: panel}\n"))
    crew = resolve(read(tmp_path, panel + "roles: {judge: panel}\n"))
    plain, persona = crew.annotators()
    assert (plain.annotator_id, plain.kind) == ("main", "model")
    assert persona.annotator_id.startswith("main~") and (persona.kind, persona.country) == ("persona", "Kenya")


def test_what_is_no_text_is_no_recipe(tmp_path: Path) -> None:
    def answer(request: object) -> str:
        return "x"

    held = read(tmp_path, GOOD).model_copy(update={"teachers": {"main": {"scripted": {"answer": answer}}}})
    with pytest.raises(RecipeError, match="as text"):
        recipe_file.dump(held)
