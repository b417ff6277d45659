"""Everything that parses bytes from elsewhere, each with documents that it takes, and hostile changes of those."""

from __future__ import annotations

import gzip
import io
import json
import random
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from pluriset.builders.execution.batch_results import _Line
from pluriset.builders.openai_api import chat, http_status, stream
from pluriset.builders.storage import recipe_file
from pluriset.builders.storage.journal import Journal
from pluriset.builders.teachers.openai import OpenAI
from pluriset.builders.teachers.scripted import Scripted
from pluriset.cards.loading.dataset import parse_report
from pluriset.cards.readme import merge
from pluriset.cards.readme.front_matter import front_matter_problems
from pluriset.schemas import family_schema
from pluriset.schemas.errors import PlurisetError
from pluriset.schemas.manifest import File, Table
from pluriset.schemas.yaml_text import load_yaml
from pluriset.tests.cards.conftest import manifest_of
from pluriset.validators.expectations.run_suite import read_suite
from pluriset.validators.judging.overrides import read_overrides
from pluriset.validators.profiles.column_roles import parse_roles
from pluriset.validators.readers.globs import matches
from pluriset.validators.readers.manifest import parse_manifest
from pluriset.validators.readers.read import read
from pluriset.validators.readers.run_folder import family_of
from pluriset.validators.readers.stream import records
from pluriset.validators.tables import literal
from pluriset.validators.tables.sql import connect

HOSTILE = [
    *(
        b"",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\r",
        b"\n",
        b"'",
        b'"',
        b"\\",
        b"\\ud800",
        b"\x1b[2J",
    ),
    *(
        b"[" * 200,
        b"{" * 200,
        b'{"a":' * 200,
        b"(" * 200,
        b"1" * 5000,
        b"1e999",
        b"-0",
        b"NaN",
        b"null",
        b"true",
        b"[]",
    ),
    *(b"{}", b"&a [*a]", b"!!int ", b"!!python/object:os.system", b"<<: *a", b"? [a]\n: b", b"---\n", b"...\n", b"\t"),
    *(
        b"../../etc/passwd",
        b"/dev/zero",
        b"=HYPERLINK(1)",
        b"<script>",
        b"'; DROP TABLE t; --",
        b"2020-99-99",
        b"[z-a]",
    ),
    *(
        b"data: ",
        b"\x80\x04",
        b"PAR1",
        b"ARROW1",
        b"\x1f\x8b",
        b"PK\x03\x04",
        "\u202e".encode(),
        b"1:2:3:4",
        b"0x" * 50,
    ),
]
VALUES: list[Any] = [
    *(
        None,
        True,
        -1,
        0,
        2**63,
        2**64,
        10**400,
        1.5,
        float("inf"),
        float("nan"),
        "",
        "\0",
        "\ud800",
        "../x",
        "x" * 5000,
    ),
    *(
        [],
        {},
        [[]],
        {"": {}},
        [None],
        [[[[[[1]]]]]],
        {"a": {"b": {"c": 1}}},
        "=1+1",
        "\u202e",
        "\x1b]8;;x\x07",
        "1e999",
    ),
]


class Parser(NamedTuple):
    """Something that reads bytes; `parse` may raise errors of ours only."""

    parse: Callable[[bytes], object]
    documents: tuple[bytes, ...]


def changed(document: bytes, chance: random.Random) -> bytes:
    """The document with bytes lost, flipped, repeated or put in, or one of its JSON values replaced."""
    for _ in range(chance.randint(1, 3)):
        if chance.random() < 0.5 and (other := _with_other_value(document, chance)) is not None:
            document = other
            continue
        at, to = sorted(chance.randrange(len(document) + 1) for _ in range(2))
        to = min(to, at + 200)
        put_in = chance.choice(HOSTILE)
        document = chance.choice([
            document[:at] + document[to:],
            document[:at],
            document[:at] + put_in + document[at:],
            document[:at] + put_in + document[to:],
            document[:at] + document[at:to] * 3 + document[to:],
            document[:at] + chance.randbytes(3) + document[at + 3 :],
        ])  # fmt: skip
    return document


def _with_other_value(document: bytes, chance: random.Random) -> bytes | None:
    """One value of a JSON document, or of one of its lines, replaced by another; None for what is no JSON."""
    lines = document.splitlines() if b"}\n{" in document else [document]
    at = chance.randrange(len(lines)) if lines else 0
    try:
        value = json.loads(lines[at])
        parent = value
        while isinstance(parent, dict | list) and parent:
            key = chance.choice([*parent] if isinstance(parent, dict) else [*range(len(parent))])
            if not isinstance(parent[key], dict | list) or not parent[key] or chance.random() < 0.3:
                parent[key] = chance.choice(VALUES)
                break
            parent = parent[key]
        lines[at] = json.dumps(value).encode()
    except (ValueError, IndexError, RecursionError, TypeError):
        return None
    return b"\n".join(lines)


def hostile(parser: Parser) -> st.SearchStrategy[bytes]:
    """Changed documents of a parser."""
    return st.builds(
        lambda document, seed: changed(document, random.Random(seed)),
        st.sampled_from(parser.documents),
        st.integers(0, 2**64),
    )


def attempt(parser: Parser, document: bytes) -> None:
    """Parse; anything but an error of ours that can be printed fails the test."""
    try:
        parser.parse(document)
    except PlurisetError as error:
        assert str(error) and json.dumps(error.as_json())
        assert str(error).isprintable() or "\n" in str(error)


def _in_file(name: str, parse: Callable[[Path], object]) -> Callable[[bytes], object]:
    def parse_bytes(content: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            return parse(path)

    return parse_bytes


def _folder_with_card(path: Path) -> object:
    (path.parent / "a.csv").write_text("id,text\n1,a\n")
    with connect() as connection:
        return read(connection, path.parent).tables


def _rows(path: Path) -> object:
    with connect() as connection:
        return [rows.fetchall() for rows in read(connection, path).tables.values()]


def _records(path: Path) -> object:
    return [*records(path, ["text"])]


def _manifest(content: bytes) -> object:
    manifest = parse_manifest(content, "manifest.json")
    return family_schema.row_types(manifest), [*manifest.everything()]


def _card(content: bytes) -> object:
    front, body = merge.split_card(content.decode(errors="replace"))
    return front_matter_problems(front), merge.split_sections(body), merge.merge_cards("---\na: 1\n---\n", body, False)


def _journal(path: Path) -> object:
    journal = Journal(path.parent)
    try:
        digests = [*journal.answers, *journal.failures]
        return [(journal.answer(digest), journal.failure(digest)) for digest in digests], [*journal.superseded()]
    finally:
        journal.close()


def _literal(content: bytes) -> object:
    try:
        return literal.to_json(content.decode(errors="replace"))
    except ValueError:
        return None


def _glob(content: bytes) -> object:
    from pathlib import PurePosixPath

    try:
        return matches(PurePosixPath("data/train/" + "ab" * 60 + ".csv"), content.decode(errors="replace"))
    except ValueError:
        return None


def _batch_line(content: bytes) -> object:
    try:
        line = _Line.model_validate_json(content)
    except ValueError:
        return None
    return line.completion("m")


def _http(content: bytes) -> object:
    text = content.decode(errors="replace")
    wait = http_status.retry_after({"Retry-After": text, "retry-after-ms": text})
    return chat.error_message(chat.parse_body(content)), http_status.retry_after_seconds(wait)


def _script(path: Path) -> object:
    return Scripted(path=path)._script.lines


RECIPE = b"""name: a
license: cc0-1.0
seed: 7
source: {file: {path: s.jsonl, text: t}}
teachers: {main: {openai: {model: m, base_url: "http://localhost:1/v1"}}}
roles: {write: main, judge: main}
family: {values: {max_per_kind: 3}}
curation: [exact_duplicates, {split: {by: situation_id, test: 0.1}}]
card: {pretty_name: A, language: [en]}
budget: {usd: 20, tokens: 5000}
prices: {main: {input: 0.1, output: 0.4}}
"""
FRONT = b"""---
license: cc0-1.0
language: [en]
size_categories: [n<1K]
configs:
- config_name: default
  data_files: [{split: train, path: "data/*.csv"}, {split: test, path: ["**/a?.csv", "[a-b].csv"]}]
  sep: ","
dataset_info: {features: [{name: id, dtype: int64}], splits: [{name: train, num_examples: 1, num_bytes: 3}]}
---
# Title

text | a
"""
ROWS = [{"id": 1, "text": "a, b", "l": [1, 2.5], "o": {"k": None}}, {"id": 2, "text": "c", "l": [], "o": {"j": "x"}}]
LINES = b"\n".join(json.dumps(row).encode() for row in ROWS) + b"\n"
ANSWER = {
    "choices": [{"message": {"content": "{}", "tool_calls": []}, "finish_reason": "stop", "logprobs": None}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2},
    "model": "m",
}
STREAM = (
    b'data: {"model":"m","choices":[{"index":0,"delta":{"content":"a","tool_calls":[{"index":0}]}}]}\n\ndata: [DONE]\n'
)
DIGEST = "ab" * 16
JOURNAL = [
    {"digest": None, "journal": 2, "pluriset": "0.1.0"},
    {"digest": None, "context": DIGEST, "teacher": {"model": "m"}, "schema": {}},
    {"digest": DIGEST, "answer": {"text": "a", "finish": "stop", "input_tokens": 1}, "ask": {"context": DIGEST}},
    {"digest": "cd" * 16, "failure": {"reason": "r", "detail": "d"}},
    {"digest": "cd" * 16, "void": "r"},
    {"digest": None, "person": "p", "attributes": {"country": "Kenya"}},
    {"digest": None, "withdrawn": "p"},
]
REPORT = {
    "dataset": "d",
    "rows": {"t": 1},
    "findings": [
        {"problem": "p", "rule": "r", "check": "c", "severity": "info", "table": "t", "count": 1, "of": 2,
         "unit": "rows", "examples": [{"a": 1}]}
    ],
    "skipped": {"a": "b"},
    "figures": [{"measure": "m", "group": {"a": "b"}, "value": 0.5, "n": 3}],
}  # fmt: skip
SUITE = {"name": "s", "expectations": [{"type": "expect_column_to_exist", "kwargs": {"column": "a"}, "meta": {}}]}
CHECKS = b"checks:\n- {check: outer_white_space, table: rows, severity: info}\n- {check: sentinels, suppress: meant}\n"


def _small_manifest() -> bytes:
    shard = File(path="data/situations/train-00000-of-00001.parquet", sha256="0" * 64, bytes=1, rows=1)
    table = Table(rows=1, schema_hash="0" * 64, splits={"train": [shard]})
    return manifest_of({"situations": table, "considerations": table}).model_dump_json().encode()


def _parquet() -> bytes:
    pq.write_table(pa.Table.from_pylist(ROWS), made := io.BytesIO(), compression="none")
    return made.getvalue()


def _arrow() -> bytes:
    table = pa.Table.from_pylist(ROWS)
    with pa.ipc.new_stream(made := io.BytesIO(), table.schema) as out:
        out.write_table(table)
    return made.getvalue()


def _json(value: object) -> tuple[bytes, ...]:
    return (json.dumps(value).encode(),)


def _compact(records: list[Any]) -> tuple[bytes, ...]:
    return (b"".join(json.dumps(record, separators=(",", ":")).encode() + b"\n" for record in records),)


TEACHER = OpenAI(model="m", base_url="http://localhost:1/v1")
PARSERS: Mapping[str, Parser] = {
    "yaml": Parser(lambda content: load_yaml(content, "a.yaml"), (RECIPE, CHECKS, b"a: &a [1]\nb: [*a, *a]\n")),
    "recipe": Parser(lambda content: recipe_file.parse(content, "recipe.yaml", Path("/tmp")), (RECIPE,)),
    "checks file": Parser(_in_file("pluriset.yaml", read_overrides), (CHECKS,)),
    "roles": Parser(_in_file("roles.yaml", parse_roles), (b"a: text\nb: {c: label}\n",)),
    "front matter": Parser(_in_file("README.md", _folder_with_card), (FRONT,)),
    "card": Parser(_card, (FRONT,)),
    "glob": Parser(_glob, (b"data/**/a*b?[a-c].csv", b"*a*b*c*d*.csv", b"**/*.parquet")),
    "manifest": Parser(_manifest, (_small_manifest(),)),
    "family of a run": Parser(
        _in_file("manifest.json", lambda path: family_of(path.parent)), _json({"family": "values"})
    ),
    "report": Parser(lambda content: parse_report(content, "report.json"), _json(REPORT)),
    "suite": Parser(_in_file("suite.json", read_suite), _json(SUITE)),
    "journal": Parser(_in_file("00001.jsonl", _journal), _compact(JOURNAL)),
    "script": Parser(_in_file("s.jsonl", _script), _compact([{"match": "a", "answer": {"b": 1}, "times": 2}])),
    "answer": Parser(TEACHER.read, (*_json(ANSWER), STREAM)),
    "stream": Parser(lambda content: stream.joined(content), (STREAM,)),
    "batch result": Parser(_batch_line, _json({"custom_id": DIGEST, "response": {"status_code": 200, "body": ANSWER}})),
    "failure": Parser(_http, _json({"error": {"message": "m", "code": "429", "type": None}})),
    "literal": Parser(_literal, (b"[1, 'a', None, {'b': (2.5, True)}]", b"OrderedDict([('a', array([1.]))])")),
    "csv": Parser(_in_file("a.csv", _rows), (b'id,text\n1,"a, b"\n2,c\n',)),
    "tsv": Parser(_in_file("a.tsv", _rows), (b"id\ttext\n1\ta\n2\tc\n",)),
    "json": Parser(
        _in_file("a.json", _rows), (*_json(ROWS), *_json({"data": ROWS}), *_json({"id": [1], "text": ["a"]}))
    ),
    "jsonl": Parser(_in_file("a.jsonl", _rows), (LINES,)),
    "parquet": Parser(_in_file("a.parquet", _rows), (_parquet(),)),
    "arrow": Parser(_in_file("a.arrow", _rows), (_arrow(),)),
    "gzip": Parser(_in_file("a.csv.gz", _rows), (gzip.compress(b"id,text\n1,a\n2,c\n" * 50),)),
    "save_to_disk": Parser(
        _in_file("state.json", _folder_with_card), _json({"_data_files": [{"filename": "a.csv"}], "_split": None})
    ),
    "records of csv": Parser(_in_file("a.csv", _records), (b'id,text\n1,"a, b"\n2,c\n',)),
    "records of json": Parser(_in_file("a.json", _records), _json(ROWS)),
    "records of parquet": Parser(_in_file("a.parquet", _records), (_parquet(),)),
    "records of arrow": Parser(_in_file("a.arrow", _records), (_arrow(),)),
    "records of jsonl": Parser(_in_file("a.jsonl", _records), (LINES,)),
}
