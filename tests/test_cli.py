import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click import Option
from click.testing import CliRunner, Result
from pluriset.cli import main

from tests.builders import conftest

recipe = conftest.recipe
Write = Callable[..., Path]


def said(*arguments: object) -> Result:
    """A command in this process, as it would talk to a terminal; whatever is no error of ours is raised."""
    return CliRunner(catch_exceptions=False).invoke(main, [str(a) for a in arguments], color=True)


def started(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "pluriset.cli", *map(str, arguments)], capture_output=True, text=True)


def refused(result: Result, *words: str) -> None:
    """One error that says what and where, then got, expected and hint where there are any; nothing on stdout."""
    error = re.sub("\x1b\\[[0-9;]*m", "", result.stderr)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    head, *facts = error.splitlines()
    assert head.startswith("error: ") and all(fact.startswith("  ") for fact in facts), error
    assert all(word in error for word in words), error


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run. Not to be changed."""
    folder = tmp_path_factory.mktemp("built")
    path = conftest.written(folder, ["Lying to a friend", "\x1b]0;x\x07\x9b2J Reading a diary"])
    assert said("build", path, "--out", folder / "run").exit_code == 0
    return folder / "run"


@pytest.fixture
def finished(built: Path, tmp_path: Path) -> Path:
    """A copy of the run that may be changed."""
    return shutil.copytree(built, tmp_path / "run")


def own(path: str, text: str) -> dict[str, Any]:
    return {"source": {"file": {"path": path, "text": text}}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"licence": "mit"}, ["mine.yaml: licence: unknown key", "got: mit", "hint: did you mean 'license'?"]),
        ({"card": {"purpose": "x"}}, ["mine.yaml: card.purpose: unknown key", "uses", "hint: `pluriset list recipe`"]),
        (
            {"family": {"values": {"best_of": {"n": 2, "scorer": "ratings"}}}},
            ["mine.yaml: family.values.best_of.scorer: no scorer of this name", "hint: did you mean 'rating'?"],
        ),
        (
            {"family": {"values": {"best_of": {"n": 2, "scorer": {"distinct": {"m": 2}}}}}},
            [
                "mine.yaml: family.values.best_of.scorer.distinct.m: unknown key",
                "`pluriset list scorers distinct`",
            ],
        ),
        ({"family": {"values": {"most_per_knd": 2}}}, ["hint: did you mean 'most_per_kind'?"]),
        (
            {"curation": ["exact_duplicate"]},
            ["curation[0]: no curation step", "did you mean 'exact_duplicates'?"],
        ),
        ({"n": "many"}, ["mine.yaml: n: ", "got: many"]),
        ({"license": None}, ["mine.yaml: license: required, but missing"]),
        ({"family": {"values": {"most_per_kind": "x"}}}, ["mine.yaml: family.values.most_per_kind: ", "got: x"]),
        ({"curation": [{"split": {"test": 1.2}}]}, ["mine.yaml: curation[0].split.test: ", "got: 1.2"]),
        (
            {"curation": ["nonsense"]},
            ["mine.yaml: curation[0]: ", "got: nonsense", "expected: one of ", "exact_duplicates"],
        ),
        (own("none.jsonl", "situation"), ["none.jsonl: there is no such file", "expected: "]),
        (
            own("seeds.jsonl", "sitation"),
            ["no column 'sitation'", "got: the columns", "hint: did you mean 'situation'?"],
        ),
    ],
)
def test_a_wrong_recipe_is_one_clear_error_and_writes_nothing(
    recipe: Write, tmp_path: Path, changes: dict[str, Any], words: list[str]
) -> None:
    path = recipe(["Lying"], **changes).rename(tmp_path / "mine.yaml")
    refused(said("build", path, "--out", tmp_path / "run"), *words)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["seeds.jsonl: the file is empty"]),
        (
            b'{"situation": "caf\xe9"}\n',
            ["not UTF-8", "seeds.jsonl: line 1, byte offset 18", "got: byte 0xe9", "iconv"],
        ),
    ],
)
def test_a_source_that_cannot_be_read_is_told(recipe: Write, tmp_path: Path, content: bytes, words: list[str]) -> None:
    path = recipe(["Lying"])
    (tmp_path / "seeds.jsonl").write_bytes(content)
    refused(said("build", path, "--out", tmp_path / "run"), *words)
    assert not (tmp_path / "run").exists() and (tmp_path / "seeds.jsonl").read_bytes() == content


def test_the_real_command_ends_a_bad_input_with_2_and_no_traceback(recipe: Write, tmp_path: Path) -> None:
    result = started("build", "valuse", "--out", tmp_path / "run", "--json")
    assert result.returncode == 2 and "Traceback" not in result.stderr
    assert result.stderr.startswith("error: no such recipe\n  got: valuse\n  expected: a YAML file, or ")
    told = json.loads(result.stdout)
    assert (told["error"], told["what"], told["got"]) == ("RecipeError", "no such recipe", "valuse")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "missing"),
    [(["--text", "situation"], "--license ID"), (["--license", "cc0-1.0"], "--text COLUMN")],
)
def test_a_source_of_ones_own_needs_a_licence_and_a_column(tmp_path: Path, options: list[str], missing: str) -> None:
    (tmp_path / "mine.jsonl").write_text('{"situation": "Lying"}\n')
    refused(
        said("build", "values", "--source", tmp_path / "mine.jsonl", *options, "--out", tmp_path / "run"),
        "--source",
        f"expected: {missing}",
    )
    assert not (tmp_path / "run").exists()


def test_a_budget_that_is_spent_names_the_recipe_that_was_given(recipe: Write, tmp_path: Path) -> None:
    prices = {"main": {"input": 1, "output": 1}}
    path = recipe(["Lying"], budget={"usd": 1e-9}, prices=prices).rename(tmp_path / "mine.yaml")
    stopped = said("build", path, "--out", tmp_path / "run")
    assert stopped.exit_code == 4 and "mine.yaml: budget: the budget is spent" in stopped.stderr


def test_what_is_missing_is_shown_like_a_table(recipe: Write, tmp_path: Path) -> None:
    assert said("build", recipe(["Lying", "Lying."]), "--out", tmp_path / "run").exit_code == 0
    [reject] = [
        row
        for row in json.loads(said("show", tmp_path / "run", "rejects", "--json").stdout)
        if row["table"] == "situations"
    ]
    assert (reject["step"], reject["reason"]) == ("exact_duplicates", "same text as an earlier row")


def test_personas_have_a_legend_and_annotators_begin_with_their_id(recipe: Write, tmp_path: Path) -> None:
    persona = {"country": "Kenya", "age_band": "25-34"}
    panel = {"panel": [{"teacher": "main"}, {"teacher": "main", "persona": persona, "id": "nurse"}]}
    path = recipe(["Lying"], annotators=panel, roles={"write": "main", "judge": "panel"}, curation=[])
    assert said("build", path, "--out", tmp_path / "run").exit_code == 0
    shown = said("show", tmp_path / "run").stdout.splitlines()
    assert shown[-1] == "nurse: country Kenya, age band 25-34" and not any(line.startswith("main: ") for line in shown)
    rows = json.loads(said("show", tmp_path / "run", "annotators", "--json").stdout)
    assert next(iter(rows[0])) == "annotator_id" and rows[1]["country"] == "Kenya"


def test_batch_files_are_either_only_written_or_also_sent(recipe: Write, tmp_path: Path) -> None:
    for flags in (["--batch", "--submit"], ["--submit", "--batch"]):
        refused(said("build", recipe(["Lying"]), "--out", tmp_path / "run", *flags), "--batch, --submit: either")
    assert not (tmp_path / "run").exists()


def test_a_column_without_a_source_is_told(recipe: Write, tmp_path: Path) -> None:
    refused(
        said("build", recipe(["Lying"]), "--text", "situation", "--out", tmp_path / "run"),
        "--text",
        "expected: --source FILE",
    )


def test_a_folder_of_another_run_is_left_as_it_is(recipe: Write, finished: Path) -> None:
    def state() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in finished.rglob("*") if path.is_file() and path.name != ".lock"}

    before = state()
    refused(
        said("build", recipe(["Lying"], name="other"), "--out", finished),
        "another run",
        "got: other (values)",
        "expected: test (values)",
        "hint: ",
    )
    manifest = before[finished / "recipe.yaml"].decode()
    (finished / "recipe.yaml").write_text(re.sub("(?m)^family: .*$", "family: dilemmas", manifest))
    refused(
        said("build", recipe(["Lying"]), "--out", finished), "expected: test (dilemmas)", "got: test (values)", "hint: "
    )
    (finished / "recipe.yaml").write_text(manifest)
    assert state() == before


@pytest.mark.parametrize(
    "command", [["show"], ["validate"], ["card"], ["export", "--as", "valueprism", "--out", "out"]]
)
@pytest.mark.parametrize("there", [True, False])
def test_a_folder_that_is_no_run_is_told_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], there: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    if there:
        (tmp_path / "thesis").mkdir()
        (tmp_path / "thesis" / "notes.txt").write_text("years of work")
    result = said(command[0], "thesis", *command[1:])
    refused(result, "thesis")
    assert [path.name for path in tmp_path.rglob("*")] == (["thesis", "notes.txt"] if there else [])


def test_a_broken_line_is_a_reject_with_its_number(recipe: Write, tmp_path: Path) -> None:
    path, seeds = recipe(["Lying", "Stealing"]), tmp_path / "seeds.jsonl"
    first, second = seeds.read_text().splitlines()
    seeds.write_text(f'{first}\n{{"situation": "Hel\n{second}\n')
    result = said("build", path, "--out", tmp_path / "run", "--json")
    assert result.exit_code == 0, result.output
    books = json.loads(result.stdout)["books"]
    assert books["seeds"] == {"read": 3, "built": 2, "rejected": 1}
    assert books["rejects"] == {"line is not JSON": 1} and books["asks"]["asked"] == books["asks"]["paid"] == 8
    [lost] = pq.read_table(tmp_path / "run" / "rejects.parquet").to_pylist()
    assert (lost["level"], lost["key"], lost["step"]) == ("seed", "seeds.jsonl:2", "source")


def test_json_is_one_document(recipe: Write, tmp_path: Path) -> None:
    path, run = recipe(["Lying", "Stealing"]), tmp_path / "run"
    plan = said("plan", path, "--out", run, "--json")
    preview = said("preview", path, "--out", run, "-n", 1, "--json")
    build = said("build", path, "--out", run, "--json")
    show, rows = said("show", run, "--json"), said("show", run, "considerations", "-n", 2, "--json")
    validate, listed = said("validate", run, "--json"), said("list", "--json")
    assert json.loads(plan.stdout)["asks"] == {"least": 2, "most": 20} and not json.loads(plan.stdout)["answered"]
    assert [row["text"] for row in json.loads(preview.stdout)["rows"]] == ["Lying"]
    assert json.loads(build.stdout)["books"]["asks"] == {"asked": 8, "replayed": 4, "paid": 4, "failed": 0}
    assert [len(row["considerations"]) for row in json.loads(show.stdout)] == [3, 3]
    assert len(json.loads(rows.stdout)) == 2
    assert json.loads(validate.stdout)["rows"]["considerations"] == 6
    assert {"teachers", "families", "curation"} <= {row["kind"] for row in json.loads(listed.stdout)}
    assert {r.exit_code for r in (plan, preview, build, show, rows, validate, listed)} == {0}


def test_validate_ends_with_1_where_a_shard_was_tampered_with(finished: Path) -> None:
    assert said("validate", finished).exit_code == 0
    [shard] = (finished / "data" / "considerations").iterdir()
    table = pq.read_table(shard)
    at = table.schema.get_field_index("explanation")
    texts = [" ", *table["explanation"].to_pylist()[1:]]
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(texts, pa.string())), shard)
    result, document = said("validate", finished), said("validate", finished, "--json")
    assert (result.exit_code, document.exit_code) == (1, 1) and "explanation" in result.stdout
    assert {f["check"] for f in json.loads(document.stdout)["findings"] if f["severity"] == "error" and f["count"]} == {
        "manifest.shards",
        "blank_text",
        "considerations.explanation.pattern",
    }


@pytest.mark.parametrize("table", ["situations", "more"])
def test_a_shard_that_the_manifest_does_not_name_is_told(finished: Path, table: str) -> None:
    [shard] = (finished / "data" / "situations").iterdir()
    more = finished / "data" / table / "other-00000-of-00001.parquet"
    more.parent.mkdir(exist_ok=True)
    shutil.copy(shard, more)
    told = json.loads(said("validate", finished, "--json").stdout)["findings"]
    [found] = [f for f in told if f["check"] == "manifest.shards" and f["count"]]
    assert (found["table"], found["severity"]) == (table, "error")
    assert found["examples"] == [{"file": f"data/{table}/{more.name}", "problem": "not in the manifest"}]


@pytest.mark.parametrize("place", ["theirs", "theirs/r.csv", "org/name"])
def test_a_report_is_saved_into_a_run_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/r.csv").write_text("text\none\n")
    refused(
        said("validate", place, "--save"), f"--save: only a run has a place for its report\n  got: {place}", "--out"
    )
    assert [path.name for path in tmp_path.rglob("*.*")] == ["r.csv"]


def test_show_finds_rows_and_sends_no_control_characters(finished: Path) -> None:
    rows = json.loads(said("show", finished, "situations", "--json").stdout)
    assert [row["text"] for row in rows] == ["Lying to a friend", "\x1b]0;x\x07\x9b2J Reading a diary"]
    one = said("show", finished, "--id", rows[0]["situation_id"])
    assert "Lying to a friend" in one.stdout and "Honesty" in one.stdout and "main: supports" in one.stdout
    assert "Reading" not in one.stdout
    table, nested = said("show", finished, "situations"), said("show", finished)
    for text in (table.stdout, nested.stdout):
        assert "Reading a diary" in text and all(c.isprintable() or c == "\n" for c in text), ascii(text)
    refused(said("show", finished, "--id", "none"), "no such row", "got: none", "hint: ")
    refused(said("show", finished, "situation"), "no such table", "got: situation", "situations")


def test_a_reject_that_holds_control_characters_is_shown_not_sent(recipe: Write, tmp_path: Path) -> None:
    path = recipe(["Lying"], {"match": "Situation: L", "answer": "\x1b]0;x\x07 \x9b no", "finish": "refusal"})
    result = said("preview", path, "--out", tmp_path / "run")
    assert "refused" in result.stderr and all(c.isprintable() or c == "\n" for c in result.stderr), ascii(result.stderr)


def test_export_writes_files_and_a_second_one_overwrites_nothing(finished: Path, tmp_path: Path) -> None:
    result = said("export", finished, "--as", "valueprism", "--out", tmp_path / "theirs", "--json")
    assert result.exit_code == 0, result.output
    files = json.loads(result.stdout)["files"]
    assert "README.md" in files and any(name.endswith(".csv") for name in files)
    assert all((tmp_path / "theirs" / name).stat().st_size for name in files)
    refused(said("export", finished, "--as", "valueprism", "--out", tmp_path / "theirs"), "already there", "hint: ")
    assert "--as valueprism " in said("export", "--help").stdout
    refused(said("export", finished, "--as", "valueprsm", "--out", tmp_path / "new"), "got: valueprsm", "valueprism")
    assert not (tmp_path / "new").exists()


def test_card_is_written_again(finished: Path) -> None:
    card = finished / "README.md"
    before = card.read_text()
    card.write_text("gone")
    result = said("card", finished)
    assert (result.exit_code, result.stdout.strip()) == (0, str(card)) and card.read_text() == before


def test_list_names_components_and_options() -> None:
    every, one = said("list"), said("list", "curation", "kaleido_filter")
    assert all(name in every.stdout for name in ("kaleido_filter", "embedded", "values", "exact_duplicates"))
    assert "relevance" in one.stdout and "openai" not in one.stdout
    refused(said("list", "curatoin"), "got: curatoin", "expected: one of ", "curation")
    refused(
        said("list", "curation", "kaleido"), "error: no curation step of this name", "got: kaleido", "kaleido_filter"
    )
    assert "No cell is null" in said("list", "checks", "blank_cells").stdout, "it has no options"
    bound = next(line for line in said("list", "teachers", "openai").stdout.splitlines() if "requests_per" in line)
    assert re.split(" {2,}", bound)[1] == "float | None"


def test_a_file_of_ours_has_a_schema_and_no_suite() -> None:
    assert json.loads(said("schema", "report").stdout)["title"] == "Report"
    refused(said("schema", "report", "--suite"), "this has no tables", "got: report", "expected: one of values, ")


@pytest.mark.parametrize("command", list(main.commands))
def test_every_command_says_what_it_does(command: str) -> None:
    result = said(command, "--help")
    first = (main.commands[command].help or "").partition("\n")[0]
    assert result.exit_code == 0 and first and first in " ".join(result.stdout.split())
    assert re.search(r"\s-h, --help ", result.stdout)
    assert all(option.help for option in main.commands[command].params if isinstance(option, Option))


def test_help_comes_at_once() -> None:
    asked = "import sys; from pluriset.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = {*done.stdout.splitlines()[-1].split()}
    assert "click" in loaded and not loaded & {"pydantic", "duckdb", "pyarrow", "numpy", "aiohttp", "yaml"}
