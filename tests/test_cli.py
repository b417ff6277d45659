import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click import Option
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

import pluriset
from pluriset.cli import main
from pluriset.schemas.progress import Status
from pluriset.tests.builders import conftest

recipe = conftest.recipe
Write = Callable[..., Path]


def cli(*arguments: object) -> Result:
    """Run a command in this process with colours; exceptions other than our errors are raised."""
    return CliRunner(catch_exceptions=False).invoke(main, [str(a) for a in arguments], color=True)


def cli_process(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "pluriset.cli", *map(str, arguments)], capture_output=True, text=True)


def assert_error(result: Result, *words: str) -> None:
    """Exit code 2, nothing on stdout, and one error: what and where, then any of got, expected and hint."""
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
    assert cli("build", path, "--out", folder / "run").exit_code == 0
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
        ({"family": {"values": {"max_per_knd": 2}}}, ["hint: did you mean 'max_per_kind'?"]),
        (
            {"curation": ["exact_duplicate"]},
            ["curation[0]: no curation step", "did you mean 'exact_duplicates'?"],
        ),
        ({"n": "many"}, ["mine.yaml: n: ", "got: many"]),
        ({"license": None}, ["mine.yaml: license: required, but missing"]),
        ({"family": {"values": {"max_per_kind": "x"}}}, ["mine.yaml: family.values.max_per_kind: ", "got: x"]),
        ({"curation": [{"split": {"test": 1.2}}]}, ["mine.yaml: curation[0].split.test: ", "got: 1.2"]),
        (
            {"curation": ["nonsense"]},
            ["mine.yaml: curation[0]: ", "got: nonsense", "expected: one of ", "exact_duplicates"],
        ),
        (own("none.jsonl", "situation"), ["none.jsonl: no such file", "expected: "]),
        (
            own("seeds.jsonl", "sitation"),
            ["no column 'sitation'", "got: the columns", "hint: did you mean 'situation'?"],
        ),
    ],
)
def test_an_invalid_recipe_is_one_error_and_writes_nothing(
    recipe: Write, tmp_path: Path, changes: dict[str, Any], words: list[str]
) -> None:
    path = recipe(["Lying"], **changes).rename(tmp_path / "mine.yaml")
    assert_error(cli("build", path, "--out", tmp_path / "run"), *words)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["seeds.jsonl: the file is empty"]),
        (
            b'{"situation": "caf\xe9"}\n',
            ["seeds.jsonl: line 1: ", "not UTF-8", "got: byte 0xe9"],
        ),
    ],
)
def test_an_unreadable_source_is_one_error(recipe: Write, tmp_path: Path, content: bytes, words: list[str]) -> None:
    path = recipe(["Lying"])
    (tmp_path / "seeds.jsonl").write_bytes(content)
    assert_error(cli("build", path, "--out", tmp_path / "run"), *words)
    assert not (tmp_path / "run").exists() and (tmp_path / "seeds.jsonl").read_bytes() == content


def test_bad_input_exits_2_without_a_traceback(recipe: Write, tmp_path: Path) -> None:
    result = cli_process("build", "valuse", "--out", tmp_path / "run", "--json")
    assert result.returncode == 2 and "Traceback" not in result.stderr
    assert result.stderr.startswith("error: no such recipe\n  got: valuse\n  expected: a YAML file, or ")
    error = json.loads(result.stdout)
    assert (error["error"], error["what"], error["got"]) == ("RecipeError", "no such recipe", "valuse")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "missing"),
    [(["--text", "situation"], "--license ID"), (["--license", "cc0-1.0"], "--text COLUMN")],
)
def test_source_option_requires_license_and_text_column(tmp_path: Path, options: list[str], missing: str) -> None:
    (tmp_path / "mine.jsonl").write_text('{"situation": "Lying"}\n')
    assert_error(
        cli("build", "values", "--source", tmp_path / "mine.jsonl", *options, "--out", tmp_path / "run"),
        "--source",
        f"expected: {missing}",
    )
    assert not (tmp_path / "run").exists()


def test_an_exhausted_budget_names_the_recipe_file(recipe: Write, tmp_path: Path) -> None:
    prices = {"main": {"input": 1, "output": 1}}
    path = recipe(["Lying"], budget={"usd": 1e-9}, prices=prices).rename(tmp_path / "mine.yaml")
    stopped = cli("build", path, "--out", tmp_path / "run")
    assert stopped.exit_code == 4 and "mine.yaml: budget: the budget is spent" in stopped.stderr


def test_show_prints_rejects_as_a_table(recipe: Write, tmp_path: Path) -> None:
    assert cli("build", recipe(["Lying", "Lying."]), "--out", tmp_path / "run").exit_code == 0
    [reject] = [
        row
        for row in json.loads(cli("show", tmp_path / "run", "rejects", "--json").stdout)
        if row["table"] == "situations"
    ]
    assert (reject["step"], reject["reason"]) == ("exact_duplicates", "same text as an earlier row")


def test_show_explains_personas_and_puts_ids_first(recipe: Write, tmp_path: Path) -> None:
    persona = {"country": "Kenya", "age_band": "25-34"}
    panel = {"panel": [{"teacher": "main"}, {"teacher": "main", "persona": persona, "id": "nurse"}]}
    path = recipe(["Lying"], annotators=panel, roles={"write": "main", "judge": "panel"}, curation=[])
    assert cli("build", path, "--out", tmp_path / "run").exit_code == 0
    shown = cli("show", tmp_path / "run").stdout.splitlines()
    assert shown[-1] == "nurse: country Kenya, age band 25-34" and not any(line.startswith("main: ") for line in shown)
    rows = json.loads(cli("show", tmp_path / "run", "annotators", "--json").stdout)
    assert next(iter(rows[0])) == "annotator_id" and rows[1]["country"] == "Kenya"


def test_batch_and_submit_exclude_each_other(recipe: Write, tmp_path: Path) -> None:
    for flags in (["--batch", "--submit"], ["--submit", "--batch"]):
        assert_error(
            cli("build", recipe(["Lying"]), "--out", tmp_path / "run", *flags),
            "--batch, --submit: ",
        )
    assert not (tmp_path / "run").exists()


def test_text_option_requires_a_source(recipe: Write, tmp_path: Path) -> None:
    assert_error(
        cli("build", recipe(["Lying"]), "--text", "situation", "--out", tmp_path / "run"),
        "--text",
        "expected: --source FILE",
    )


def test_building_into_another_run_changes_nothing(recipe: Write, finished: Path) -> None:
    def state() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in finished.rglob("*") if path.is_file() and path.name != ".lock"}

    before = state()
    assert_error(
        cli("build", recipe(["Lying"], name="other"), "--out", finished),
        "another run",
        "got: other (values)",
        "expected: test (values)",
        "hint: ",
    )
    manifest = before[finished / "recipe.yaml"].decode()
    (finished / "recipe.yaml").write_text(re.sub("(?m)^family: .*$", "family: dilemmas", manifest))
    assert_error(
        cli("build", recipe(["Lying"]), "--out", finished),
        "expected: test (dilemmas)",
        "got: test (values)",
        "hint: ",
    )
    (finished / "recipe.yaml").write_text(manifest)
    assert state() == before


@pytest.mark.parametrize(
    "command", [["show"], ["validate"], ["card"], ["export", "--as", "valueprism", "--out", "out"]]
)
@pytest.mark.parametrize("there", [True, False])
def test_commands_reject_a_folder_that_is_not_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], there: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    if there:
        (tmp_path / "thesis").mkdir()
        (tmp_path / "thesis" / "notes.txt").write_text("years of work")
    result = cli(command[0], "thesis", *command[1:])
    assert_error(result, "thesis")
    assert [path.name for path in tmp_path.rglob("*")] == (["thesis", "notes.txt"] if there else [])


def test_a_malformed_line_is_rejected_with_its_line_number(recipe: Write, tmp_path: Path) -> None:
    path, seeds = recipe(["Lying", "Stealing"]), tmp_path / "seeds.jsonl"
    first, second = seeds.read_text().splitlines()
    seeds.write_text(f'{first}\n{{"situation": "Hel\n{second}\n')
    result = cli("build", path, "--out", tmp_path / "run", "--json")
    assert result.exit_code == 0, result.output
    books = json.loads(result.stdout)["books"]
    assert books["seeds"] == {"read": 3, "built": 2, "rejected": 1}
    assert books["rejects"] == {"line is not JSON": 1} and books["requests"]["total"] == books["requests"]["sent"] == 8
    [lost] = pq.read_table(tmp_path / "run" / "rejects.parquet").to_pylist()
    assert (lost["level"], lost["key"], lost["step"]) == ("seed", "seeds.jsonl:2", "source")


def test_json_output_is_one_document(recipe: Write, tmp_path: Path) -> None:
    path, run = recipe(["Lying", "Stealing"]), tmp_path / "run"
    plan = cli("plan", path, "--out", run, "--json")
    preview = cli("preview", path, "--out", run, "-n", 1, "--json")
    build = cli("build", path, "--out", run, "--json")
    show, rows = cli("show", run, "--json"), cli("show", run, "considerations", "-n", 2, "--json")
    validate, listed = cli("validate", run, "--json"), cli("list", "--json")
    assert json.loads(plan.stdout)["asks"] == {"least": 2, "most": 20} and not json.loads(plan.stdout)["answered"]
    assert [row["text"] for row in json.loads(preview.stdout)["rows"]] == ["Lying"]
    assert json.loads(build.stdout)["books"]["requests"] == {
        "total": 8,
        "cached": 4,
        "sent": 4,
        "failed": 0,
        "pending": 0,
    }
    assert [len(row["considerations"]) for row in json.loads(show.stdout)] == [3, 3]
    assert len(json.loads(rows.stdout)) == 2
    assert json.loads(validate.stdout)["rows"]["considerations"] == 6
    assert {"teachers", "families", "curation"} <= {row["kind"] for row in json.loads(listed.stdout)}
    assert {r.exit_code for r in (plan, preview, build, show, rows, validate, listed)} == {0}


def test_validate_exits_1_after_tampering(finished: Path) -> None:
    assert cli("validate", finished).exit_code == 0
    [shard] = (finished / "data" / "considerations").iterdir()
    table = pq.read_table(shard)
    at = table.schema.get_field_index("explanation")
    texts = [" ", *table["explanation"].to_pylist()[1:]]
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(texts, pa.string())), shard)
    result, document = cli("validate", finished), cli("validate", finished, "--json")
    assert (result.exit_code, document.exit_code) == (1, 1) and "explanation" in result.stdout
    assert {f["check"] for f in json.loads(document.stdout)["findings"] if f["severity"] == "error" and f["count"]} == {
        "manifest.shards",
        "blank_text",
        "considerations.explanation.pattern",
    }


@pytest.mark.parametrize("table", ["situations", "more"])
def test_validate_reports_shards_missing_from_the_manifest(finished: Path, table: str) -> None:
    [shard] = (finished / "data" / "situations").iterdir()
    more = finished / "data" / table / "other-00000-of-00001.parquet"
    more.parent.mkdir(exist_ok=True)
    shutil.copy(shard, more)
    findings = json.loads(cli("validate", finished, "--json").stdout)["findings"]
    [found] = [f for f in findings if f["check"] == "manifest.shards" and f["count"]]
    assert (found["table"], found["severity"]) == (table, "error")
    assert found["examples"] == [{"file": f"data/{table}/{more.name}", "problem": "not in the manifest"}]


@pytest.mark.parametrize("place", ["data", "data/r.csv", "org/name"])
def test_save_requires_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/r.csv").write_text("text\none\n")
    assert_error(cli("validate", place, "--save"), f"--save: only a run can hold its report\n  got: {place}", "--out")
    assert [path.name for path in tmp_path.rglob("*.*")] == ["r.csv"]


def test_show_prints_rows_without_control_characters(finished: Path) -> None:
    rows = json.loads(cli("show", finished, "situations", "--json").stdout)
    assert [row["text"] for row in rows] == ["Lying to a friend", "\x1b]0;x\x07\x9b2J Reading a diary"]
    one = cli("show", finished, "--id", rows[0]["situation_id"])
    shown = click.unstyle(one.stdout)
    assert "Lying to a friend" in shown and "Honesty" in shown and "main: supports" in shown
    assert "Reading" not in shown
    table, nested = cli("show", finished, "situations"), cli("show", finished)
    for text in map(click.unstyle, (table.stdout, nested.stdout)):
        assert "Reading a diary" in text and all(c.isprintable() or c == "\n" for c in text), ascii(text)
    assert_error(cli("show", finished, "--id", "none"), "no such row", "got: none", "hint: ")
    assert_error(cli("show", finished, "situation"), "no such table", "got: situation", "situations")


def test_preview_prints_rejects_without_control_characters(recipe: Write, tmp_path: Path) -> None:
    path = recipe(["Lying"], {"match": "Situation: L", "answer": "\x1b]0;x\x07 \x9b no", "finish": "refusal"})
    result = cli("preview", path, "--out", tmp_path / "run")
    assert "refused" in result.stderr and all(c.isprintable() or c == "\n" for c in result.stderr), ascii(result.stderr)


def test_export_writes_files_and_overwrites_nothing(finished: Path, tmp_path: Path) -> None:
    result = cli("export", finished, "--as", "valueprism", "--out", tmp_path / "data", "--json")
    assert result.exit_code == 0, result.output
    files = json.loads(result.stdout)["files"]
    assert "README.md" in files and any(name.endswith(".csv") for name in files)
    assert all((tmp_path / "data" / name).stat().st_size for name in files)
    assert_error(cli("export", finished, "--as", "valueprism", "--out", tmp_path / "data"), "already there", "hint: ")
    assert "--as FORMAT " in cli("export", "--help").stdout
    assert_error(
        cli("export", finished, "--as", "valueprsm", "--out", tmp_path / "new"), "got: valueprsm", "valueprism"
    )
    assert not (tmp_path / "new").exists()


def test_card_rewrites_the_card(finished: Path) -> None:
    card = finished / "README.md"
    before = card.read_text()
    card.write_text("gone")
    result = cli("card", finished)
    assert (result.exit_code, result.stdout.strip()) == (0, str(card)) and card.read_text() == before


def test_a_build_reports_its_phases(tmp_path: Path) -> None:
    seen = list[Status]()
    recipe = pluriset.recipe(conftest.written(tmp_path, ["Lying to a friend"]))
    pluriset.build(recipe, tmp_path / "phased", watch=seen.append)
    phases = [status.phase for status in seen if status.phase]
    assert phases == ["writing tables", "running checks", "writing report and card"]


def test_list_prints_components_and_options() -> None:
    every, one = cli("list"), cli("list", "curation", "kaleido_filter")
    assert all(name in every.stdout for name in ("kaleido_filter", "embedded", "values", "exact_duplicates"))
    assert "relevance" in one.stdout and "openai" not in one.stdout
    assert_error(cli("list", "curatoin"), "got: curatoin", "expected: one of ", "curation")
    assert_error(
        cli("list", "curation", "kaleido"),
        "error: no curation step of this name",
        "got: kaleido",
        "kaleido_filter",
    )
    assert "No cell is null" in cli("list", "checks", "blank_cells").stdout, "it has no options"
    bound = next(line for line in cli("list", "teachers", "openai").stdout.splitlines() if "requests_per" in line)
    assert re.split(" {2,}", bound)[1] == "float | None"


def test_report_has_a_json_schema_but_no_suite() -> None:
    assert json.loads(cli("schema", "report").stdout)["title"] == "Report"
    assert_error(
        cli("schema", "report", "--suite"), "this has no tables", "got: report", "expected: one of ", "values, "
    )


@pytest.mark.parametrize("command", list(main.commands))
def test_every_command_has_help(command: str) -> None:
    summary = (main.commands[command].help or "").partition("\n")[0]
    assert summary.endswith(".") and len(summary) < 45
    options = [option for option in main.commands[command].params if isinstance(option, Option)]
    assert all(option.help and option.help[0].isupper() for option in options)
    assert re.search(r"\s-h, --help ", cli(command, "--help").stdout)
    assert f" {summary}\n" in cli("--help").stdout, "it is listed, and its summary is not cut"


def test_a_renamed_command_names_its_successor() -> None:
    assert_error(cli("expect", "data.csv"), "got: expect", "expected: pluriset validate PATH --suite FILE")


def test_init_writes_a_recipe_that_can_be_planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli("init").stdout.splitlines() == ["recipe.yaml", "recipe.schema.json"]
    recipe = (tmp_path / "recipe.yaml").read_text()
    assert recipe.startswith("# yaml-language-server: $schema=recipe.schema.json\n")
    assert "# Name of the dataset.\nname: " in recipe and "# budget:\n" in recipe
    assert json.loads((tmp_path / "recipe.schema.json").read_text())["title"] == "Recipe"
    assert json.loads(cli("plan", "recipe.yaml", "--json").stdout)["seeds"] == 16
    assert_error(cli("init"), "recipe.yaml: the file already exists", "--out")
    assert (tmp_path / "recipe.yaml").read_text() == recipe
    assert_error(cli("init", "valeus", "--out", "other.yaml"), "got: valeus", "did you mean 'values'?")
    assert not (tmp_path / "other.yaml").exists()


def completions(*words: str) -> list[str]:
    """What the shell offers for the last word."""
    *typed, incomplete = words
    completion = ShellComplete(main, {}, "pluriset", "_PLURISET_COMPLETE")
    return [item.value for item in completion.get_completions([*typed], incomplete)]


def test_shells_complete_commands_options_and_names(finished: Path) -> None:
    assert completions("va") == ["validate"]
    assert "--retry-rejects" in completions("build", "--re")
    assert completions("build", "val")[0] == "values" and completions("init", "val") == ["values"]
    assert completions("list", "cu") == ["curation"]
    assert completions("schema", "rec") == ["recipe"]
    assert completions("show", str(finished), "s") == ["situations"]
    assert "valueprism" in completions("export", str(finished), "--as", "val")


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from pluriset.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {*done.stdout.splitlines()[-1].split()}
    assert "click" in loaded and not loaded & {"pydantic", "duckdb", "pyarrow", "numpy", "aiohttp", "yaml"}
