"""Records of JSON as typed columns: what all records together say is the type, and what is mixed stays JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas import bounds
from ...schemas.errors import DataError
from .columns import distinct
from .findings import Findings
from .format import File, unused
from .json_structure import Structure, extract, merged, parsed, whole

ROWS_AT_ONCE = 500_000
"""Documents whose structure is found in one query."""
PAGE = 1000
"""Documents that Python holds at once."""
FEWEST_IDS = 3
"""Keys that an object keyed by ids has over all records, at least."""
NUMBERED = re.compile(r"\d")
"""What a key has if it is an id."""
STEP = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]')


def typed(connection: DuckDBPyConnection, table: str, file: File, findings: Findings) -> DuckDBPyRelation:
    """Columns and `_row` of a table `json JSON`, which is dropped; null is a record that is a finding already.

    Objects are STRUCT and lists LIST; what has values of several types stays JSON. A record that is no object, or
    nested too deeply, is a finding.
    """
    rows = _readable(connection, table, file, findings)
    structure = _structure(connection, rows)
    if not structure:
        raise DataError("no record of the file can be read", where=file.name, expected="objects with keys")
    if len(structure) > bounds.current().columns:
        raise bounds.exceeded("columns", file.name, len(structure))
    structure = {key: _as_map(connection, rows, key, kind) for key, kind in structure.items()}
    _repeated_keys(connection, rows, file, findings)
    _rounded(connection, rows, structure, file, findings)
    columns = distinct(list(structure), file, findings)
    made = unused(connection)
    query = parsed(rows, structure, columns, "HUGEINT" if _has_large_numbers(connection, rows) else "BIGINT")
    connection.execute(f"CREATE TABLE {made} AS {query}")
    connection.execute(f"DROP TABLE {table}")
    return connection.table(made)


def too_deep(document: str) -> bool:
    """Whether brackets of a JSON text are nested too deeply."""
    level, deepest = 0, bounds.current().json_depth
    for step in STEP.finditer(document):
        if step[0] in "[{":
            level += 1
            if level > deepest:
                return True
        elif step[0] in "]}":
            level -= 1
    return False


def _readable(connection: DuckDBPyConnection, table: str, file: File, findings: Findings) -> str:
    """A query for `_row, json` of what is an object and not too deep; tells of the others."""
    rows = f"SELECT rowid + 1 AS _row, json FROM {table} WHERE json IS NOT NULL"
    gone = dict.fromkeys(_too_deep(connection, rows), f"nested over {bounds.current().json_depth} deep")
    others = connection.sql(f"SELECT _row, json_type(json) FROM ({rows}) WHERE json_type(json) <> 'OBJECT'")
    gone |= {row: f"no object but {_words(kind)}" for row, kind in others.fetchall() if row not in gone}
    for row, problem in sorted(gone.items()):
        findings.add("unreadable", file.table, {"file": file.name, "_row": row, "problem": problem})
    if not gone:
        return f"({rows})"
    connection.execute(
        f"UPDATE {table} SET json = NULL WHERE rowid + 1 IN (SELECT unnest($gone))", {"gone": list(gone)}
    )
    return f"({rows})"


def _too_deep(connection: DuckDBPyConnection, rows: str) -> list[int]:
    """Only what has many brackets is looked at, and that a page at a time."""
    deepest = bounds.current().json_depth
    openings = "length(json::VARCHAR) - length(translate(json::VARCHAR, '[{', ''))"
    suspects = connection.sql(f"SELECT _row, json::VARCHAR AS document FROM ({rows}) WHERE {openings} > {deepest}")
    pages = (page.to_pydict() for page in suspects.to_arrow_reader(PAGE))
    found = (pair for page in pages for pair in zip(page["_row"], page["document"], strict=True))
    return [row for row, document in found if too_deep(document)]


def _words(kind: str) -> str:
    return {"VARCHAR": "text", "ARRAY": "a list", "NULL": "null", "BOOLEAN": "true or false"}.get(kind, "a number")


def _structure(connection: DuckDBPyConnection, rows: str) -> dict[str, Structure]:
    [(last,)] = connection.sql(f"SELECT max(_row) FROM {rows}").fetchall()
    found: Structure = "NULL"
    for start in range(0, last or 0, ROWS_AT_ONCE):  # the aggregate holds every document that it has seen
        part = f"SELECT json_group_structure(json) FROM {rows} WHERE _row > {start} AND _row <= {start + ROWS_AT_ONCE}"
        (structure,) = connection.sql(part).fetchall()[0]
        found = merged(found, json.loads(structure)) if structure else found
    return found if isinstance(found, dict) else {}


def _as_map(connection: DuckDBPyConnection, rows: str, key: str, kind: Structure) -> Structure:
    """An object keyed by ids, such as a label by annotator, as a map: else it would be a column for each of them."""
    if not isinstance(kind, dict) or len(kind) < FEWEST_IDS or not all(map(NUMBERED.search, kind)):
        return kind
    if not all(isinstance(value, str) for value in kind.values()):
        return kind
    scalars = {value for value in kind.values() if value != "NULL"}
    if len(scalars) > 1:
        return kind
    [(fewest,)] = connection.sql(f"SELECT min(len(json_keys({extract(key)}))) FROM {rows}").fetchall()
    return kind if fewest == len(kind) else f"MAP(VARCHAR, {next(iter(scalars), 'VARCHAR')})"


def _has_large_numbers(connection: DuckDBPyConnection, rows: str) -> bool:
    """Whether there may be a number that BIGINT cannot hold."""
    large = connection.sql(f"SELECT count(*) FROM {rows} WHERE regexp_matches(json::VARCHAR, '[0-9]{{19}}')")
    return bool(large.fetchall()[0][0])


def _rounded(
    connection: DuckDBPyConnection, rows: str, structure: Mapping[str, Structure], file: File, findings: Findings
) -> None:
    """Whole numbers beside fractions, or too long for any type, of which only the first digits are kept."""
    numbers = [(key, whole(key)) for key, kind in structure.items() if kind == "DOUBLE"]
    if not numbers:
        return
    counts = connection.sql(f"SELECT [{', '.join(f'count({sql})' for _, sql in numbers)}] FROM {rows}").fetchall()[0][0]
    for (key, sql), count in zip(numbers, counts, strict=True):
        if count:
            lost = connection.sql(f"SELECT _row, {sql} AS number FROM {rows} WHERE number IS NOT NULL ORDER BY _row")
            for row, number in lost.limit(findings.most).fetchall():
                findings.add("rounded", file.table, {"file": file.name, "_row": row, "problem": f"{key}: {number}"})
            findings.more("rounded", file.table, max(0, count - findings.most))


def _repeated_keys(connection: DuckDBPyConnection, rows: str, file: File, findings: Findings) -> None:
    repeated = "len(json_keys(json)) > len(list_distinct(json_keys(json)))"
    for row, keys in connection.sql(
        f"SELECT _row, json_keys(json) FROM {rows} WHERE {repeated} ORDER BY _row"
    ).fetchall():
        twice = next(key for key, times in Counter(keys).items() if times > 1)
        findings.add("repeated_key", file.table, {"file": file.name, "_row": row, "problem": f"key {twice} twice"})
