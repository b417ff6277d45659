"""A dataset as a static page: it opens from disk, and from any web server or static Space.

From disk, browsers read scripts alone, so that every part is a script that holds compressed data. Over HTTP, items are
read from one parquet file by ranges. The page needs neither a server of ours nor a network.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection
from pydantic_core import to_json

from ...schemas.errors import RunError
from ...schemas.printable import printable
from ...validators.tables.sql import quote_identifier, quote_literal
from ..pages.base import render, stylesheet
from .browser import Browser
from .export_folder import DATA, Chunks, Folder
from .failing import label
from .index import attributes
from .records import Record, annotators, as_dicts, plain, records
from .scripts import classic
from .selection import ANNOTATOR
from .server import read_asset

MAX_BYTES = 500_000_000
"""Size of a page unless another is declared."""
BATCH = 5_000
"""Items that are read at a time."""
CHUNK = 256_000
"""Characters of items in one script."""
PARQUET: dict[str, Any] = {
    "compression": "snappy", "write_page_index": True, "data_page_size": 32_768, "use_dictionary": False,
}  # fmt: skip
"""Small pages that can be found without reading those before them, in the codec that the page's reader knows."""
MAX_ROWS = 1_000
"""Rejects on a static page."""
SPACE = "---\ntitle: {title}\nsdk: static\n---\n\nA page to browse the dataset, made by pluriset.\n"
"""README with which a folder is a static Space on the Hub."""


class Exported(NamedTuple):
    """What was written."""

    folder: Path
    items: int
    files: int
    bytes: int


def export(browser: Browser, out: Path, max_bytes: int = MAX_BYTES) -> Exported:
    """Write the page into a new folder, or in place of an earlier page.

    Raises `RunError` if the folder holds anything else, and `DataError` if the page would exceed `max_bytes`.
    """
    if out.exists() and any(out.iterdir()) and not (out / DATA / "about.js").is_file():
        raise RunError("the folder is not empty", where=str(out), expected="a new folder, or a page exported before")
    partial = out.with_name(f"{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / DATA).mkdir(parents=True)
    try:
        items = _write(browser, Folder(partial, max_bytes))
        shutil.rmtree(out, ignore_errors=True)
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    files = [path for path in out.rglob("*") if path.is_file()]
    return Exported(out, items, len(files), sum(path.stat().st_size for path in files))


def _write(browser: Browser, folder: Folder) -> int:
    browser.prepare()
    cursor = browser.collection.cursor()
    folder.write(
        "index.html", render(browser.collection.name, styles=["base.css", "viewer.css"], scripts=["viewer.js"])
    )
    folder.write("base.css", stylesheet())
    folder.write("viewer.css", read_asset("viewer.css"))
    folder.write("viewer.js", classic("exported.mjs"))
    folder.write("README.md", SPACE.format(title=json.dumps(printable(browser.collection.name))))
    for file in (resources.files(__package__) / "vendor" / "hyparquet").iterdir():
        folder.write(f"vendor/hyparquet/{file.name}", file.read_bytes())
    starts = _write_items(browser, cursor, folder)
    _write_judgements(browser, cursor, folder)
    folder.part("about", _about(browser, cursor, starts))
    folder.part("checks", {**browser.checks(), "failing": _failing(browser, cursor)})
    folder.part("figures", browser.figures())
    return int(starts["total"])


def _about(browser: Browser, cursor: DuckDBPyConnection, starts: dict[str, Any]) -> dict[str, Any]:
    """What the page must know before it shows anything."""
    about = {**browser.about(), "explains": False, "before": None, "tables": {}}
    rejects = {}
    if "rejects" in browser.collection.tables:
        about["tables"] = {"rejects": browser.collection.tables["rejects"]}
        rows = cursor.sql(f"SELECT * FROM {browser.collection.relations['rejects']} LIMIT {MAX_ROWS}")
        rejects = {"rows": as_dicts(rows), "reasons": browser.counts({"name": "rejects", "of": "reason"})}
    names = [node.table for node in browser.collection.roots]
    return {
        "about": about, "index": browser.index(), "distributions": browser.distributions({}), "rejects": rejects,
        "people": _people(browser, cursor), "tables": names, **starts,
    }  # fmt: skip


def _people(browser: Browser, cursor: DuckDBPyConnection) -> dict[str, list[Any]]:
    """Attribute -> its value for each annotator, in the order of their numbers."""
    names = {ANNOTATOR: "annotator_id", **{name: name for name in attributes(browser.collection, cursor)}}
    cells = ", ".join(map(quote_identifier, names.values()))
    columns = [*zip(*cursor.sql(f"SELECT {cells} FROM browse.annotator ORDER BY code").fetchall(), strict=True)]
    return {name: [plain(one) for one in column] for name, column in zip(names, columns, strict=False)}


def _failing(browser: Browser, cursor: DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Finding -> the failing rows that are shown, and the numbers of all items that they belong to."""
    found = {}
    for one in browser.checks()["findings"]:
        finding = (one["check"], one["table"])
        where = f"label = {quote_literal(label(finding))}"
        numbers = cursor.sql(f"SELECT DISTINCT number FROM browse.failing WHERE {where} ORDER BY number").fetchall()
        rows = browser.failing({"check": finding[0], "table": finding[1]})["rows"]
        found[label(finding)] = {"rows": rows, "items": [number for (number,) in numbers]}
    return found


def _write_items(browser: Browser, cursor: DuckDBPyConnection, folder: Folder) -> dict[str, Any]:
    """Every item with all that belongs to it, as scripts and as parquet; where each script and its texts begin."""
    items, texts = Chunks(folder, "items", max_characters=CHUNK), Chunks(folder, "texts", max_values=BATCH)
    path, schema = folder.path / DATA / "items.parquet", pa.schema([("record", pa.string())])
    with pq.ParquetWriter(path, schema, **PARQUET) as parquet:
        for batch in _batches(browser, cursor):
            lines = [to_json(one).decode() for one in batch]
            parquet.write_table(pa.table({"record": lines}, schema))
            for line, one in zip(lines, batch, strict=True):
                items.add(line)
                texts.add(to_json(_search_text(one["now"])).decode())
    items.close()
    texts.close()
    folder.add(path.stat().st_size)
    return {"total": items.values, "starts": items.starts, "texts": texts.starts}


def _batches(browser: Browser, cursor: DuckDBPyConnection) -> Iterator[list[dict[str, Any]]]:
    """Items in order, each as the page asks for one."""
    problems = browser.all_problems()
    total = cursor.sql("SELECT count(*) FROM browse.item").fetchall()[0][0]
    for first in range(0, total, BATCH):
        sql = f"SELECT * FROM browse.item WHERE number BETWEEN {first} AND {first + BATCH - 1} ORDER BY number"
        found = records(browser.collection, cursor, cursor.sql(sql).fetchall())
        people = annotators(browser.collection, cursor, found)
        yield [
            {
                "now": one,
                "before": None,
                "annotators": _only(people, one),
                "problems": problems.get(one["number"], []),
            }
            for one in found
        ]


def _only(people: dict[str, Any], record: Record) -> dict[str, Any]:
    """The annotators of one item."""
    ids = {one["annotator_id"] for one in record["judgements"]}
    for below in record["below"].values():
        ids |= {name for one in below for name in _only(people, one)}
    return {name: people[name] for name in ids if name in people}


def _search_text(record: Record) -> str:
    """All texts of an item and the rows below it, in small letters."""
    own = [cell for cell in record["row"].values() if isinstance(cell, str)]
    below = [_search_text(one) for rows in record["below"].values() for one in rows]
    return "\n".join([*own, *below]).lower()


def _write_judgements(browser: Browser, cursor: DuckDBPyConnection, folder: Folder) -> None:
    """The index in columns of small numbers, which the page filters, counts and orders by."""
    items = cursor.sql(
        "SELECT item_table, coalesce(split, '') AS split, coalesce(disagreement, -1) AS disagreement "
        "FROM browse.item LEFT JOIN browse.divided USING (number) ORDER BY number"
    ).fetchnumpy()
    tables, splits = [node.table for node in browser.collection.roots], sorted(set(items["split"]))
    judged = cursor.sql(
        "SELECT number, dense_rank() OVER (PARTITION BY number ORDER BY unit) - 1 AS unit, "
        "coalesce(annotator, -1) AS annotator, answer FROM browse.judged ORDER BY number, unit"
    ).fetchnumpy()
    n = len(items["split"])
    columns = {
        "table": (np.searchsorted(sorted(tables), np.array(items["item_table"], str)), "uint8"),
        "split": (np.searchsorted(splits, np.array(items["split"], str)), "uint8"),
        "disagreement": (items["disagreement"], "float64"),
        "first": (np.searchsorted(judged["number"], np.arange(n + 1)), "uint32"),
        "unit": (judged["unit"], "uint16"),
        "annotator": (judged["annotator"], "int32"),
        "answer": (judged["answer"], "uint16"),
    }
    raw = [(name, np.asarray(values).astype(kind)) for name, (values, kind) in columns.items()]
    folder.part("columns", {"tables": sorted(tables), "splits": splits, "kinds": {k: v[1] for k, v in columns.items()}})
    for name, values in raw:
        folder.part(f"column-{name}", values.tobytes())
