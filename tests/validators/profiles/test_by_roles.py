import csv
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given
from hypothesis import strategies as st

from pluriset.schemas.errors import RecipeError
from pluriset.validators.profiles import column_roles as roles
from pluriset.validators.profiles import gold_option
from pluriset.validators.profiles.by_roles import NO_ROLES, read_by_roles
from pluriset.validators.tables import literal
from pluriset.validators.tables.sql import connect, quote_identifier
from pluriset.validators.validate import validate_path

SHAPES: dict[str, tuple[str, dict[str, tuple[object, ...]]]] = {
    "items": ("SELECT 1 AS id, 'a' AS text, 'x' AS label", {"items": ("1", "a", "x")}),
    "pairs": (
        "SELECT 'p' AS prompt, 'b' AS response_a, 'c' AS response_b, 'tie (bothbad)' AS winner",
        {"pairs": ("1", "p", "b", "c", "tie")},
    ),
    "scored": (
        "SELECT 'b' AS chosen, 'c' AS rejected, '7' AS score_chosen, 8 AS score_rejected",
        {"pairs": ("1", None, "b", "c", "first", 7.0, 8.0)},
    ),
    "arena": (
        "SELECT ['b'] AS conversation_a, ['c'] AS conversation_b, 'model_b' AS winner",
        {"pairs": ("1", None, '["b"]', '["c"]', "second")},
    ),
    "chosen": ("SELECT 'b' AS chosen, 'c' AS rejected", {"pairs": ("1", None, "b", "c", "first")}),
    "long": (
        "SELECT 'i' AS item, 'w' AS worker_id, 4 AS rating",
        {"annotations": ("items", "i", "w", "score", None, 4.0, False)},
    ),
    "wide": ("SELECT 'a' AS text, 1 AS rater_1", {"annotations": ("items", "1", "rater_1", "label", "1", None)}),
    "distribution": ("SELECT 'q' AS id, '[1, 0.0]' AS soft_label", {"distributions": ("q", None, "0", 1.0)}),
    "choices": ("SELECT 'q' AS id, '[''x'', ''y'']' AS options, 'A' AS answer", {"choices": ("q", 0, "x", True)}),
    "lettered": (
        "SELECT 'q' AS id, 'x' AS option_a, NULL::VARCHAR AS option_b, 'y' AS option_c, 'C' AS answer",
        {"choices": ("q", 0, "x", False)},
    ),
    "nothing": ("SELECT 1 AS foo", {}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_views_follow_from_column_names_and_types(shape: str) -> None:
    select, views = SHAPES[shape]
    with connect() as connection:
        raw = {"t": connection.sql(f"SELECT 1::BIGINT AS _row, * FROM ({select})")}
        subject = read_by_roles(connection, "d", raw, None)
        found = {view: rows.order("ALL").fetchall()[0] for view, rows in subject.views.items()}
    assert {view: found[view] for view in views} == views
    assert subject.profile is not None and subject.profile.name == "generic"
    assert shape != "nothing" or found == {}
    assert subject.profile.title == (f"a dataset of {', '.join(found)}" if found else NO_ROLES)


GOLD = [
    ("'x' AS answer_a, 'y' AS answer_b, 'z' AS answer_c", ["B", "D", "a"], [("y",), None, ("x",)]),
    ("'x' AS option1, 'y' AS option2", ["1"], [("x",)]),
    ("'x' AS option1, 'y' AS option2", ["1.0", "0.0"], [("y",), ("x",)]),
    ("'x' AS option_b, 'y' AS option_a", ["(A)"], [("y",)]),
    ("'x' AS option_a, 'y' AS option_b", ["0", "1"], [("x",), ("y",)]),
    ("'x' AS choice_a, 'y' AS choice_b", ["y"], [("y",)]),
    ("'x' AS option_a, 'y' AS option_b", ["option_b"], [("y",)]),
    ("'x' AS option_a, 'y' AS option_b", ["nothing of this", ""], []),
    ("['x', 'y', 'z'] AS options", ["c", "zeta", "1", ""], [("z",), None, ("y",)]),
    ("['x', 'y', '1'] AS options", ["1", "2", "3"], [("1",), ("y",), ("1",)]),
    ("'x' AS \"o'1\", 'y' AS o2", ["A", "o'1"], [("x",), ("x",)]),
    ("['x ', ' y', 'y'] AS options", ["x ", "y", " y"], [("x ",), ("y",), (" y",)]),
    ("['x', 'y', 'z'] AS options", ["1", "2", "3", "y"], [("x",), ("y",), ("z",), ("y",)]),
    ("['x', 'y', '0'] AS options", ["0", "3", "2"], [("0",), ("0",), ("y",)]),
    ("'x' AS option_1, 'y' AS option_2", ["0", "1", "2", "1.5"], [None, ("x",), ("y",), None]),
    ("'x' AS option_0, 'y' AS option_1", ["0", "1", "2"], [("x",), ("y",), None]),
]


@pytest.mark.parametrize(("columns", "said", "right"), GOLD)
def test_gold_options_are_resolved(columns: str, said: list[str], right: list[tuple[str] | None]) -> None:
    roles = {"o'1": "option", "o2": "option", "answer": "gold"} if "o2" in columns else None
    with connect() as connection:
        rows = f"SELECT unnest(range(1, {len(said)} + 1)) AS _row, {columns}, unnest({said}) AS answer"
        subject = read_by_roles(connection, "d", {"t": connection.sql(rows)}, roles)
        told = subject.views["choices"].filter("gold IS NOT NULL").aggregate("item_id, max(text) FILTER (gold)")
        assert told.order("item_id").fetchall() == [(str(i), *(one or [None])) for i, one in enumerate(right, 1)]
        assert [f.count for f in subject.findings if f.check == "t.answer.gold"] == [0 if right else 1]


COLOURS = ["red ", "  green", "blue"]
WAYS: dict[str, Callable[[int], str]] = {
    "text": lambda place: COLOURS[place],
    "without white space": lambda place: COLOURS[place].strip(),
    "letter": lambda place: f"({'ABC'[place]})",
    "number from 0": str,
    "number from 1": lambda place: f"{place + 1}.0",
}


@given(st.lists(st.integers(0, 2)), st.sampled_from([*WAYS]))
def test_the_right_option_is_found_by_text_letter_or_number(
    connection: DuckDBPyConnection, places: list[int], way: str
) -> None:
    said = [WAYS[way](place) for place in [*places, 2]]
    rows = f"(SELECT unnest(range({len(said)})) AS _row, {COLOURS} AS options, unnest({said}) AS answer)"
    found = connection.sql(gold_option.gold_position(rows, "answer", "options")).order("_row").fetchall()
    assert [place for _, place in found] == [*places, 2]


def test_numbers_with_0_and_the_number_of_options_are_ambiguous() -> None:
    said = ["0", "1", "3", "x", "y", "z"]
    with connect() as connection:
        rows = f"SELECT unnest(range(1, 7)) AS _row, ['x', 'y', 'z'] AS options, unnest({said}) AS answer"
        subject = read_by_roles(connection, "d", {"t": connection.sql(rows)}, None)
        [finding] = [f for f in subject.findings if f.check == "t.answer.gold"]
        known = subject.views["choices"].filter("gold").order("item_id").project("text").fetchall()
    assert known == [("x",), ("y",), ("z",)]
    assert finding.count == 3 and "from 0 or 1 throughout" in finding.rule


NO_SHARES = ["'half'", "[[0.1, 0.9]]", "['a', 'b']", '\'{"a": 0.5, "b": "x"}\'', "{'yes': {'share': 0.5}}"]
SHARES = [
    "{'yes': 0.5, 'no': 0.4}",
    '\'{"yes": 0.5, "no": 0.4}\'',
    "[0.5, 0.4]",
    "{'yes': 0.5, 'no': NULL}",
    "'[0.5, null]'",
]


@pytest.mark.parametrize("shares", [*SHARES, *NO_SHARES])
def test_a_distribution_is_a_list_or_an_object_of_numbers(shares: str) -> None:
    with connect() as connection:
        raw = {"t": connection.sql(f"SELECT 1 AS _row, 'q' AS id, {shares} AS soft_label")}
        subject = read_by_roles(connection, "d", raw, None)
        assert len(subject.views["distributions"]) == (2 if shares in SHARES else 0)
        assert [finding.count for finding in subject.findings] == [shares in NO_SHARES]


def test_a_cell_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = literal.to_json

    def noted(said: str) -> str:
        parsed.append(said)
        return parse(said)

    monkeypatch.setattr(literal, "to_json", noted)
    with connect() as connection:
        cells = r"""(1, $$['it\'s', 'x']$$, 'A'), (2, $$['y', $$, 'B')"""
        connection.execute(f"CREATE TABLE t AS FROM (VALUES {cells}) AS t(_row, options, answer)")
        subject = read_by_roles(connection, "d", {"t": connection.table("t")}, None)
        assert len(subject.views["choices"]) == 2
        assert [finding.count for finding in subject.findings] == [1, 0]
    assert sorted(parsed) == [r"['it\'s', 'x']", "['y', "]


@pytest.mark.parametrize(
    "columns",
    [
        "1 AS a, 2 AS b, 3 AS answer",
        "'x' AS answer, 'y' AS answer_1, 'z' AS answer_2",
        "'x' AS answer_1, 'y' AS answer_2, 'z' AS answer_3, true AS correct",
        "'x' AS option_a, 'y' AS option_c, 'A' AS answer",
        "'x' AS option_a, 'y' AS option_b",
    ],
)
def test_other_columns_are_not_options(columns: str) -> None:
    with connect() as connection:
        raw = {"t": connection.sql(f"SELECT 1::BIGINT AS _row, {columns}")}
        assert "choices" not in read_by_roles(connection, "d", raw, None).views


SIDES = {"response_a": "first", "response_b": "second"}
CODINGS: list[tuple[dict[str, str], str, list[str], list[str | None]]] = [
    (SIDES, "preferred", ["A", "response_b", "Draw", "both bad", "C"], ["first", "second", "tie", "tie", None]),
    (SIDES, "preferred", ["1", "2.0"], ["first", "second"]),
    (SIDES, "preferred", ["0", "1"], [None, None]),
    (SIDES, "preferred", ["-1", "0", "1", "2"], [None] * 4),
    (SIDES, "second_preferred", ["0", "true", "2"], ["first", "second", None]),
    (SIDES, "preferred:-1,0,1", ["-1", "0", "1.0", "2"], ["first", "tie", "second", None]),
    (SIDES, "preferred:0,1", ["0", "1"], ["first", "second"]),
    (SIDES, "preferred:2/1,0,Worse", ["1", "2", "0", "worse", "A"], ["first", "first", "tie", "second", None]),
    ({"reply_0": "first", "reply_1": "second"}, "preferred", ["reply_0", "reply_1"], ["first", "second"]),
    ({"response_0": "first", "response_1": "second"}, "preferred", ["0", "1"], ["first", "second"]),
    ({"response_1": "first", "response_2": "second"}, "preferred", ["1", "1"], ["first", "first"]),
    ({"response_1": "first", "response_2": "second"}, "preferred", ["0", "1"], [None, None]),
    (SIDES, "preferred", ["1", "1"], [None, None]),
    ({"b": "first", "a": "second"}, "preferred", ["b", "A"], ["first", "second"]),
]


@pytest.mark.parametrize(("sides", "role", "said", "preferred"), CODINGS)
def test_a_preference_is_parsed_or_reported(
    sides: dict[str, str], role: str, said: list[str], preferred: list[str | None]
) -> None:
    with connect() as connection:
        columns = ", ".join(f"'x' AS {side}" for side in sides)
        rows = f"SELECT unnest(range(1, {len(said)} + 1)) AS _row, {columns}, unnest({said}) AS said"
        subject = read_by_roles(connection, "d", {"t": connection.sql(rows)}, {**sides, "said": role})
        found = subject.views["pairs"].order("pair_id").project("preferred").fetchall()
    [finding] = subject.findings
    assert [one for (one,) in found] == preferred
    assert (finding.check, finding.count) == (f"t.said.{roles.role_name(role)}", preferred.count(None))
    assert {e["problem"] for e in finding.examples} == {s for s, p in zip(said, preferred, strict=True) if p is None}


@pytest.mark.parametrize(
    ("said", "coding"),
    [
        (["-1", "0", "1"], "preferred:-1,0,1"),
        (["0.0", "1.0", "2.0"], "preferred:0,1,2"),
        (["0", "1"], "preferred:0,1"),
        (["True", "False"], "preferred:true,false"),
        (["-3", "1", "2", "-2"], "preferred:-3/-2,1/2"),
        (["1", "2", "3", "4"], "preferred:1/2,3/4"),
    ],
)
def test_the_hint_for_coded_preferences_can_be_copied(said: list[str], coding: str) -> None:
    rows = f"""SELECT unnest(range(1, {len(said)} + 1)) AS _row, 'p' AS prompt, 'x' AS "response_a", 'y' AS response_b,
        unnest({said}) AS winner"""
    with connect() as connection:
        [finding] = read_by_roles(connection, "d", {"t": connection.sql(rows)}, None).findings
    assert finding.count == len(said)
    words = shlex.split(finding.rule.partition("order: ")[2].removesuffix(")"))
    assert f"winner={coding}" in words
    with connect() as connection:
        subject = read_by_roles(connection, "d", {"t": connection.sql(rows)}, roles.parse_roles(words[1::2]))
        assert [f.count for f in subject.findings] == [0]
        assert subject.views["pairs"].filter("preferred IS NOT NULL AND prompt = 'p'").shape[0] == len(said)


def test_a_score_that_is_not_a_number_is_reported() -> None:
    with connect() as connection:
        raw = {
            "t": connection.sql(
                "SELECT unnest([1, 2, 3]) AS _row, 'i' AS item, 'w' AS rater, unnest(['4', 'high', '']) AS rating"
            )
        }
        [finding] = read_by_roles(connection, "d", raw, None).findings
        assert (finding.check, finding.count, finding.of) == ("t.rating.score", 1, 3)
        assert [example["problem"] for example in finding.examples] == ["high"]


@pytest.mark.parametrize(
    "columns",
    [
        "'t' AS text, 'w' AS worker, unnest(['', ' ', NULL, 'yes']) AS label",
        "'t' AS text, 'w' AS worker, unnest(['', 'NaN', NULL, '1']) AS score",
        "'t' AS text, unnest(['', ' ', NULL, 'yes']) AS rater_1",
    ],
)
def test_a_blank_judgement_is_missing(columns: str) -> None:
    with connect() as connection:
        raw = {"t": connection.sql(f"SELECT row_number() OVER () AS _row, * FROM (SELECT {columns})")}
        assert len(read_by_roles(connection, "d", raw, None).views["annotations"]) == 1


@pytest.mark.parametrize("name", ['rater "A"', '"rater"', "rater's", '"'])
def test_an_annotator_keeps_the_name_of_their_column(name: str) -> None:
    with connect() as connection:
        raw = {"t": connection.sql(f"SELECT 1 AS _row, 'hello' AS text, 'yes' AS {quote_identifier(name)}")}
        subject = read_by_roles(connection, "d", raw, roles.parse_roles({name: "annotator", "text": "text"}))
        assert subject.views["annotations"].select("annotator_id, label").fetchall() == [(name, "yes")]


def test_the_user_maps_columns(tmp_path: Path) -> None:
    path, mapping = tmp_path / "mine.csv", tmp_path / "mine.yaml"
    path.write_text('"say ""what""",who,how\nhello there,x,4\nhello there,x,5\n')
    mapping.write_text("'say \"what\"': text\nwho: annotator_id\nhow: label\n")
    report = validate_path(path, roles=roles.parse_roles(mapping))
    assert report.profile is not None and report.profile.how == "by --map"
    (twice,) = [f for f in report.findings if f.check == "repeated_annotations"]
    assert twice.count > 0


def test_a_mapping_may_be_for_a_column_of_one_table(connection: DuckDBPyConnection) -> None:
    raw = {t: connection.sql("SELECT 1 AS _row, 2 AS what, 3 AS id") for t in ("one", "other")}
    told = roles.parse_roles({"one": {"what": "text"}, "id": "item_id", "other.what": "label"})
    assert roles.assign_roles(told, raw) == {
        "one": {"what": "text", "id": "item_id"},
        "other": {"what": "label", "id": "item_id"},
    }


@pytest.mark.parametrize(
    "said",
    [
        ["who"],
        ["who=nobody"],
        ["who=text=x"],
        ["who=preferred:1"],
        ["who=preferred:1,2,3,4"],
        ["who=preferred:1,,2"],
        ["who=score:1,2"],
        "nowhere.yaml",
        [],
        ["=text"],
        ["who=text", "who=label"],
        {"a": {"q": ["text"]}},
        {"a": {}},
    ],
)
def test_an_invalid_mapping_is_an_error(said: list[str] | dict[str, Any] | str) -> None:
    with pytest.raises(RecipeError):
        roles.parse_roles(said)


def test_a_file_of_roles_is_not_combined_with_others() -> None:
    with pytest.raises(RecipeError, match="cannot be combined") as error:
        roles.parse_roles(["who=text", "mine.yaml"])
    assert error.value.hint == "write the other roles into mine.yaml"


def test_a_column_in_a_file_has_one_role(tmp_path: Path) -> None:
    (tmp_path / "roles.yaml").write_text("who: text\nwho: label\n")
    with pytest.raises(RecipeError, match="line 2"):
        roles.parse_roles(tmp_path / "roles.yaml")


def test_scores_of_both_sides_are_checked(tmp_path: Path) -> None:
    rows = ['{"a": "x", "b": "y", "s": 3, "t": 4, "p": "a"}', '{"a": "x", "b": "z", "s": "high", "t": 4, "p": "a"}']
    (tmp_path / "x.jsonl").write_text("\n".join(rows))
    said = {"a": "first", "b": "second", "s": "first_score", "t": "second_score", "p": "preferred"}
    found = {finding.check: finding.count for finding in validate_path(tmp_path / "x.jsonl", roles=said).found()}
    assert (found["score_order"], found["x.s.first_score"]) == (1, 1)


def test_a_chosen_score_is_not_the_score_of_a_first_side(connection: DuckDBPyConnection) -> None:
    pair = connection.sql("SELECT 'x' AS response_a, 'y' AS response_b, 'a' AS preferred, 1 AS score_chosen")
    assert set(roles.guess_roles(pair).values()) == {"first", "second", "preferred"}


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({"a": "first", "pref": "preferred"}, "second"),
        ({"a": "chosen"}, "rejected"),
        ({"a": "gold"}, "options or option"),
        ({"one": {"pref": "preferred:1,2"}}, "first"),
    ],
)
def test_a_role_without_its_partner_is_an_error(said: dict[str, Any], missing: str) -> None:
    with pytest.raises(RecipeError, match=f"needs {missing}"):
        roles.parse_roles(said)


def test_unrecognised_columns_are_a_warning(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"foo": 1}\n')
    (tmp_path / "y.csv").write_text("id,text\n")
    assert next((f.severity, f.check) for f in validate_path(tmp_path / "x.jsonl").found()) == (
        "warning",
        "generic.judgeable",
    )
    assert [(f.severity, f.check) for f in validate_path(tmp_path / "y.csv").found()] == [("warning", "reader.no_rows")]


def test_two_columns_of_a_table_cannot_share_a_role(connection: DuckDBPyConnection) -> None:
    raw = {t: connection.sql(f"SELECT 1 AS _row, 2 AS {t}, 3 AS other") for t in ("one", "two")}
    assert roles.assign_roles({"one": "text", "two": "text", "other": "label"}, raw)["two"] == {
        "two": "text",
        "other": "label",
    }
    with pytest.raises(RecipeError, match="several columns of one are its text"):
        roles.assign_roles({"one": "text", "other": "text"}, raw)


def test_a_missing_column_is_an_error(connection: DuckDBPyConnection) -> None:
    with pytest.raises(RecipeError, match="no such column"):
        roles.assign_roles({"who": "text"}, {"t": connection.sql("SELECT 1 AS _row, 2 AS what")})


PKU = "'q' AS prompt, 'x' AS response_0, 'y' AS response_1, 'm' AS prompt_source, true AS is_response_0_safe"
SIDED = [
    (f"{PKU}, 1 - i AS better_response_id, i AS safer_response_id", ["second", "first"]),
    (f"{PKU}, i AS safer_response_id", ["first", "second"]),
    ("'x' AS answer_1, 'y' AS answer_2, i + 1 AS better_answer_id", ["first", "second"]),
    ("'x' AS answer_1, 'y' AS answer_2, 'answer_' || (2 - i) AS better_answer", ["second", "first"]),
    ("'x' AS completion_a, 'y' AS completion_b, chr(65 + i::INTEGER) AS winner", ["first", "second"]),
    ("'x' AS poem1, 'y' AS poem2, i + 1 AS preferred_poem_idx", ["first", "second"]),
    ("'x' AS response_1, 'y' AS response_2, i AS better_response_id", [None, None]),
    ("'x' AS response_0, 'y' AS response_1", [None, None]),
]


@pytest.mark.parametrize(("columns", "preferred"), SIDED)
def test_numbered_and_lettered_sides_are_a_pair_with_its_preference(columns: str, preferred: list[str | None]) -> None:
    with connect() as connection:
        rows = connection.sql(f"SELECT i + 1 AS _row, {columns} FROM range(2) AS rows(i)")
        pairs = read_by_roles(connection, "d", {"t": rows}, None).views["pairs"].order("pair_id")
        assert pairs.project("first, second, preferred").fetchall() == [("x", "y", side) for side in preferred]


@pytest.mark.parametrize(
    "columns",
    ["'x' AS feature_1, 'y' AS feature_2", "'x' AS response_0, 'y' AS response_1, 'z' AS response_2, 0 AS preferred"],
)
def test_other_numbered_columns_are_not_a_pair(columns: str) -> None:
    with connect() as connection:
        subject = read_by_roles(connection, "d", {"t": connection.sql(f"SELECT 1 AS _row, {columns}")}, None)
        assert "pairs" not in subject.views


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_files_in_the_shape_of_pku_safe_rlhf_are_pairs(tmp_path: Path, suffix: str) -> None:
    rows = [
        {"prompt": f"How do I {verb}?", "response_0": "Like this.", "response_1": "I would rather not.",
         "better_response_id": better, "safer_response_id": 1}
        for verb, better in (("pick a lock", 0), ("bake bread", 0), ("pick a pocket", 1))
    ]  # fmt: skip
    path = tmp_path / f"pairs.{suffix}"
    with path.open("w") as stream:
        if suffix == "csv":
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        else:
            stream.writelines(json.dumps(row) + "\n" for row in rows)
    report = validate_path(path)
    assert report.profile is not None
    assert report.profile.columns == {
        "prompt": "prompt", "response_0": "first", "response_1": "second", "better_response_id": "preferred",
    }  # fmt: skip
    judged = {finding.check: finding.count for finding in report.findings}
    assert judged["pairs.better_response_id.preferred"] == 0 and "position_bias" in judged | report.skipped
