"""One open dataset and every question that the page asks of it; answers are plain JSON values.

Questions come from several threads at once, so each runs on a cursor of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from threading import Event, Lock
from typing import Any

from duckdb import DuckDBPyConnection

from ...schemas.errors import DataError
from ...schemas.explanation import Explanation
from ...schemas.report import Report
from ...schemas.run_layout import REPORT
from ...validators.tables.sql import quote_identifier, quote_literal
from ...validators.validate import validate_path
from ..facts.manifest_figures import with_manifest_figures
from ..loading.dataset import parse_report
from ..plots.drawing import can_draw, svg
from ..plots.plots import plots
from ..plots.style import in_dark
from .collection import Collection
from .failing import Failing, label
from .index import answers, attributes, create_items, create_judged
from .records import annotators, as_dicts, plain, records
from .selection import ANNOTATOR, MAX_PAGE, Selection, condition, page
from .summaries import STEP, distributions, groups
from .versions import Versions

MAX_TITLE = 240
"""Characters of an item in a list."""
MAX_VALUES = 40
"""Values of an attribute that a reader can choose from."""
Why = Callable[[str, str], Explanation]


class Browser:
    """Answers the questions of the page. The index of judgements is built by `prepare`, which may run meanwhile."""

    def __init__(self, collection: Collection, why: Why | None = None, before: Collection | None = None) -> None:
        self.collection, self.why_row = collection, why
        self._prepared, self._checking, self._failed = Event(), Lock(), list[BaseException]()
        create_items(collection)
        self._failing = Failing(collection)
        self._versions = Versions(collection, before) if before else None

    def prepare(self) -> None:
        """Build the index of judgements; until then, what needs it waits."""
        try:
            create_judged(self.collection, self._cursor())
        except BaseException as error:
            self._failed.append(error)
            raise
        finally:
            self._prepared.set()

    def about(self) -> dict[str, Any]:
        """What the dataset is: all that can be said before its judgements are read."""
        one = self.collection
        return {
            "name": one.name,
            "family": one.manifest.family if one.manifest else None,
            "licence": one.manifest.recipe.license if one.manifest else None,
            "read_as": f"{one.profile.title}: {one.profile.how}" if one.profile else None,
            "rows": dict(one.rows),
            "items": {n.table: {"title": n.title, "parent": n.parent} for n in one.nodes.values()},
            "tables": {table: [c for c in columns if c != "_row"] for table, columns in one.tables.items()},
            "seeds": one.manifest.books.seeds.model_dump() if one.manifest else None,
            "left_out": sum(sum(rows.removed.values()) for rows in one.manifest.books.rows.values())
            if one.manifest
            else 0,
            "explains": self.why_row is not None,
            "before": self._versions.before.name if self._versions else None,
        }

    def index(self) -> dict[str, Any]:
        """Answers that were given, the groups that annotators form, and whether several answered the same question."""
        cursor = self._ready()
        named = [{"code": code, "aspect": aspect, "answer": answer} for code, aspect, answer in answers(cursor)]
        sizes = cursor.sql("SELECT count(*) FROM browse.annotator").fetchall()[0][0]
        found = {}
        for attribute in [*([ANNOTATOR] if sizes <= MAX_VALUES else []), *attributes(self.collection, cursor)]:
            name = quote_identifier("annotator_id" if attribute == ANNOTATOR else attribute)
            values = cursor.sql(
                f"SELECT {name}, count(*) FROM browse.annotator WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 "
                f"LIMIT {MAX_VALUES}"
            ).fetchall()
            if len(values) > 1:
                found[attribute] = [str(value) for value, _ in values]
        divided = cursor.sql("SELECT count(*) > 0 FROM browse.divided").fetchall()[0][0]
        return {"answers": named, "groups": found, "annotators": sizes, "has_disagreement": divided}

    def items(self, query: Mapping[str, str]) -> dict[str, Any]:
        """A page of the selected items, and how many are selected."""
        chosen = self._chosen(query)
        cursor = self._ready() if chosen.needs_judgements else self._cursor()
        where = condition(self.collection, chosen)
        rows = cursor.sql(page(self.collection, chosen)).fetchall()
        titles = self._titles(cursor, rows)
        return {
            "total": cursor.sql(f"SELECT count(*) FROM browse.item WHERE {where}").fetchall()[0][0],
            "items": [
                {"number": n, "table": table, "key": key, "split": split, "figure": figure, "title": titles.get(n, key)}
                for n, table, key, split, figure in rows
            ],
        }

    def item(self, number: int) -> dict[str, Any]:
        """One item with everything that belongs to it, and what it was in the other version. Raises `DataError`."""
        cursor = self._cursor()
        found = cursor.sql(f"SELECT * FROM browse.item WHERE number = {number:d}").fetchall()
        if not found:
            raise DataError("no such item", got=str(number))
        now = records(self.collection, cursor, found)
        before = self._versions.record(found[0]) if self._versions else None
        shown = [one for one in (*now, before) if one]
        people = annotators(self.collection, cursor, shown)
        return {"now": next(iter(now), None), "before": before, "annotators": people}

    def problems(self, number: int) -> list[dict[str, Any]]:
        """What is wrong with an item by the report of the dataset; where there is none, by the checks looked at."""
        if self._stored_report is not None:
            self._look_up_findings()
        return self._failing.problems(f"number = {number:d}").get(number, [])

    def distributions(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Counts of the selected items."""
        counts = distributions(self.collection, self._ready(), self._chosen(query))
        return {**counts, "step": STEP}

    def groups(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """The answers of the groups of the attribute `by`."""
        return groups(self.collection, self._ready(), self._chosen(query), query.get("by", ""))

    def rows(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Rows of one table as they are. Raises `DataError` for an unknown table."""
        table, chosen = query.get("name", ""), Selection.parse({k: query[k] for k in PAGING if k in query})
        if table not in self.collection.tables:
            raise DataError.unknown("no such table", table, self.collection.tables)
        columns = self.collection.tables[table]
        wanted = [f"CAST({quote_identifier(c)} AS VARCHAR) = {quote_literal(query[c])}" for c in columns if c in query]
        if chosen.search:
            cells = ", ".join(f"CAST({quote_identifier(c)} AS VARCHAR)" for c in columns)
            wanted.append(f"contains(lower(concat_ws(chr(10), {cells})), lower({quote_literal(chosen.search)}))")
        where, cursor = " AND ".join(wanted) or "true", self._cursor()
        rows = cursor.sql(f"SELECT * FROM {self.collection.relations[table]} WHERE {where}")
        return {
            "total": rows.aggregate("count(*)").fetchall()[0][0],
            "rows": as_dicts(rows.limit(chosen.limit, chosen.offset)),
        }

    def counts(self, query: Mapping[str, str]) -> list[list[Any]]:
        """How often each value of the column `of` of a table occurs, the most frequent first."""
        table, column = query.get("name", ""), query.get("of", "")
        if column not in self.collection.tables.get(table, ()):
            raise DataError("no such column", got=f"{table}.{column}")
        cell = f"CAST({quote_identifier(column)} AS VARCHAR)"
        sql = f"SELECT {cell}, count(*) FROM {self.collection.relations[table]} GROUP BY 1 ORDER BY 2 DESC, 1"
        return [list(row) for row in self._cursor().sql(f"{sql} LIMIT {MAX_VALUES}").fetchall()]

    def checks(self) -> dict[str, Any]:
        """The findings, skipped checks and plots of the report."""
        report = self._report
        findings = [
            {**f.model_dump(include=FINDING), "headline": f.headline, "counted": f.counted}
            for f in report.findings
            if f.count
        ]
        return {"findings": findings, "passed": report.quiet, "skipped": report.skipped}

    def figures(self) -> list[dict[str, Any]]:
        """The figures of the report, by measure, with a plot in light and in dark where there is one."""
        manifest = self.collection.manifest
        report = with_manifest_figures(self._report, manifest) if manifest else self._report
        drawn = {plot.measure: plot for plot in plots(report)} if can_draw() else {}
        shown = []
        for measure in dict.fromkeys(figure.measure for figure in report.figures):
            plot = drawn.get(measure)
            values = [figure.model_dump(exclude={"measure"}) for figure in report.figures_of(measure)]
            image = {"light": svg(plot.spec), "dark": svg(in_dark(plot.spec)), "alt": plot.alt} if plot else None
            shown.append({"measure": measure, "figures": plain(values), "plot": image})
        return shown

    def failing(self, query: Mapping[str, str]) -> dict[str, Any]:
        """The rows that fail a check, with what is wrong with each, and how many items they belong to."""
        finding = query.get("check", ""), query.get("table", "")
        self._failing.look_up([finding])
        counted = f"SELECT count(DISTINCT number) FROM browse.failing WHERE label = {quote_literal(label(finding))}"
        items = self._cursor().sql(counted).fetchall()[0][0]
        return {"rows": self._failing.rows[finding][:MAX_PAGE], "items": items}

    def all_problems(self) -> dict[int, list[dict[str, Any]]]:
        """Number of an item -> what is wrong with it, by all findings."""
        self._look_up_findings()
        return self._failing.problems()

    def _look_up_findings(self) -> None:
        self._failing.look_up([(one.check, one.table) for one in self._report.findings if one.count])

    def why(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Where a row comes from. Raises `DataError` where that is not on record."""
        if self.why_row is None:
            raise DataError("where rows come from is on record for runs alone", got=self.collection.name)
        return self.why_row(query.get("table", ""), query.get("key", "")).model_dump(mode="json")

    @cached_property
    def _stored_report(self) -> Report | None:
        path = self.collection.path / REPORT
        return parse_report(path.read_bytes(), str(path)) if self.collection.manifest and path.is_file() else None

    @property
    def _report(self) -> Report:
        """The report of the run, or of the checks that are run the first time it is asked for."""
        with self._checking:
            if self._stored_report is None:
                self._stored_report = validate_path(self.collection.path, **self.collection.options)
            return self._stored_report

    def _chosen(self, query: Mapping[str, str]) -> Selection:
        """A selection, once the failing rows that it filters by are known."""
        chosen = Selection.parse(query)
        if chosen.check:
            check, _, table = chosen.check.partition("\n")
            self._failing.look_up([(check, table)])
        return chosen

    def _titles(self, cursor: DuckDBPyConnection, rows: list[tuple[Any, ...]]) -> dict[int, str]:
        """Number -> what the item says, in short."""
        titles: dict[int, str] = {}
        for root in self.collection.roots:
            numbers = {key: number for number, table, key, *_ in rows if table == root.table}
            if numbers and root.title:
                keys = ", ".join(map(quote_literal, numbers))
                title = f"left({quote_identifier(root.title)}, {MAX_TITLE})"
                found = cursor.sql(f"SELECT {root.key}, {title} FROM {root.relation} WHERE {root.key} IN ({keys})")
                titles |= {numbers[key]: title for key, title in found.fetchall() if title}
        if self._versions:
            titles |= self._versions.titles(row for row in rows if row[0] not in titles)
        return titles

    def _cursor(self) -> DuckDBPyConnection:
        return self.collection.cursor()

    def _ready(self) -> DuckDBPyConnection:
        """A cursor, once the index of judgements is there."""
        self._prepared.wait()
        if self._failed:
            raise DataError("the judgements cannot be read", got=str(self._failed[0]).partition("\n")[0])
        return self._cursor()


PAGING = ("search", "offset", "limit")
FINDING = {"check", "severity", "table", "count", "of", "rule", "examples", "parts", "repair"}
