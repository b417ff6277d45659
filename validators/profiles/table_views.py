"""The views that a table is read as, by what was understood of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...schemas.views import View
from ..tables.sql import quote_identifier, quote_literal
from . import gold_option
from .column_facts import is_nested, plain_name
from .column_roles import ANNOTATOR, BOOLEAN_ROLES, OPTION, SCORES, role_name, side_end
from .column_values import ParsedColumn
from .table_links import Links, place
from .understanding import SERIES, STEM, Understanding


class TableViews:
    """The views that one table can be read as."""

    def __init__(
        self,
        known: Understanding,
        parsed: Sequence[ParsedColumn],
        nested: Sequence[str],
        links: Links,
        several_tables: bool,
        has_split: bool,
        owner: TableViews | None = None,
    ) -> None:
        table, roles = known.table, known.roles
        self.known, self.links, self.nested, self.table = known, links, nested, table
        self.sql = {role_name(role): quote_identifier(column) for column, role in roles.items()}
        self.sql |= {column.role: column.value for column in parsed}
        """Role -> SQL of its value."""
        if known.stems:
            stems = f"regexp_extract(CAST({quote_identifier(known.stems)} AS VARCHAR), '{STEM}', 1)"
            self.sql.setdefault("group_id", stems)
        self.source = f"FROM {place(table)}" + "".join(column.join for column in parsed)
        """The FROM clause for that SQL."""
        self.annotators = [column for column, role in roles.items() if role == ANNOTATOR]
        self.options = [column for column, role in roles.items() if role == OPTION]
        has_value = "label" in self.sql or "score" in self.sql or bool(known.judged)
        self.one_judgement_a_row = "annotator_id" in self.sql and has_value and not known.wide
        self.several_tables, self.namespace = several_tables, links.namespace.get(table, table)
        self.id = self.qualified(self._item())
        self.owner = owner
        """The table with the same texts, whose items these are."""
        if owner:
            text = f"norm(CAST({self.sql['text']} AS VARCHAR))"
            theirs = (
                f"SELECT norm(CAST({owner.sql['text']} AS VARCHAR)) AS text, min({owner.id}) AS item_id {owner.source}"
            )
            self.source += f" LEFT JOIN ({theirs} GROUP BY 1) AS same ON same.text = {text}"
            self.id = f"coalesce(same.item_id, {self.id})"
        self.split = ", split" if has_split else ""

    def _item(self) -> str:
        """SQL of what identifies an item in this table."""
        if self.known.sides:
            return quote_identifier(self.known.sides.template)
        if self.known.rows_of_text:
            return self.sql["text"]
        # Without an id, rows that are judgements belong to the item with their text; other rows are an item each.
        return self.sql.get("item_id") or (self.sql.get("text") if self.one_judgement_a_row else None) or "_row"

    def qualified(self, item: str) -> str:
        """SQL of an id that differs from those of the items of other tables."""
        if self.several_tables:
            return f"concat_ws('/', {quote_literal(self.namespace)}, {item})"
        return f"CAST({item} AS VARCHAR)"

    def all(self) -> Iterator[View]:
        """Every view that the columns allow."""
        yield from self.items()
        yield from self.pairs()
        yield from self.annotations()
        yield from self.nested_annotations()
        yield from self.wide_annotations()
        yield from self.annotators_view()
        yield from self.choices()
        yield from self.distributions()
        yield from self.votes()
        yield from self.mentions()
        yield from self.factors()

    def items(self) -> Iterator[View]:
        """The items, or the questions where those are the items."""
        text = self.sql.get("text")
        asks = "options" in self.sql or self.options or "distribution" in self.sql or self.known.votes
        if text is None and asks and "first" not in self.sql and "chosen" not in self.sql:
            text = self.sql.get("prompt")
        if text is None or (self.links.annotator.get(self.table) and self.namespace != self.table):
            return
        where = "WHERE same.item_id IS NULL" if self.owner else ""
        if self.known.rows_of_text or self.known.sides or self.one_judgement_a_row:
            group = (
                f", {self.sql['group_id']} AS group_id" if "group_id" in self.sql and self.one_judgement_a_row else ""
            )
            if self.known.sides or self.known.rows_of_text:
                split = self.split.replace("split", "min(split) AS split")
                yield View(
                    "items", f"SELECT {self.id} AS item_id, min({text}) AS text{split} {self.source} {where} GROUP BY 1"
                )
            else:
                yield View(
                    "items",
                    f"SELECT DISTINCT {self.id} AS item_id, {text} AS text{group}{self.split} {self.source} {where}",
                )
            return
        label = "" if self.known.nested else " label"
        columns = self.columns(f"group_id parent_id{label}")
        yield View("items", f"SELECT {self.id} AS item_id, {text} AS text{columns}{self.split} {self.source} {where}")

    def pairs(self) -> Iterator[View]:
        """Pairs of responses."""
        if "chosen" in self.sql and "rejected" in self.sql:
            first, second, preferred = self.sql["chosen"], self.sql["rejected"], "'first'"
        elif "first" in self.sql and "second" in self.sql:
            first, second = self.sql["first"], self.sql["second"]
            named = next((self.sql[role] for role in ("preferred", *BOOLEAN_ROLES) if role in self.sql), None)
            preferred = named or self._majority() or "NULL"
        else:
            return
        first, second = self._as_json(first), self._as_json(second)
        prompt = self._as_json(self.sql.get("prompt", "NULL"))
        columns = self.columns(f"group_id annotator_id {' '.join(SCORES)}")
        yield View(
            "pairs",
            f"""SELECT {self.id} AS pair_id, {prompt} AS prompt, {first} AS first, {second} AS second,
            {preferred} AS preferred{columns}{self.split} {self.source}""",
        )

    def _as_json(self, sql: str) -> str:
        """SQL of a text, or of the JSON of what is nested, such as a list of messages."""
        types = {quote_identifier(column): facts.type for column, facts in self.known.facts.items()}
        if types.get(sql) == "JSON":
            return f"({sql} ->> '$')"
        return f"CAST(to_json({sql}) AS VARCHAR)" if is_nested(types.get(sql, "")) else sql

    def _majority(self) -> str | None:
        """SQL of the side that most annotators prefer, where each has a column of 1, 2 and 0 for a tie."""
        if not (sides := self._sides_by_number()):
            return None
        names = ", ".join(f"CAST({quote_identifier(column)} AS VARCHAR)" for column in self.annotators)
        cases = " ".join(f"WHEN '{code}' THEN '{side}'" for code, side in sides.items())
        return f"CASE list_mode([{names}]) {cases} END"

    def _sides_by_number(self) -> dict[str, str]:
        """Code -> side that it means, where the sides of a pair are numbered and annotators name the number."""
        facts, known = self.known.facts, self.known
        ends = [side_end(column) for column in (known.column("first"), known.column("second")) if column]
        within = all(
            facts[c].kind == "scale" and (facts[c].least, facts[c].greatest) == (0, 2) for c in self.annotators
        )
        return {"1": "first", "2": "second", "0": "tie"} if self.annotators and within and ends == ["1", "2"] else {}

    def annotations(self) -> Iterator[View]:
        """Judgements in columns, a row or a column for each annotator."""
        select = f"SELECT 'items' AS item_table, {self.id} AS item_id"
        if self.one_judgement_a_row and ("label" in self.sql or "score" in self.sql):
            aspect = self.sql.get("aspect", "'label'" if "label" in self.sql else "'score'")
            yield View(
                "annotations",
                f"""{select}, {self.sql["annotator_id"]} AS annotator_id, {aspect} AS aspect,
                {self.sql.get("label", "NULL")} AS label, {self.sql.get("score", "NULL")} AS score,
                _row AS given {self.source}""",
            )
        for column in self.known.judged if "annotator_id" in self.sql else []:
            yield self._annotation(select, self.sql["annotator_id"], quote_literal(column), column)
        for column in self.annotators:
            # Numbers may be codes: they are labels, of which only equality counts.
            yield View(
                "annotations",
                f"""{select}, {quote_literal(column)} AS annotator_id, 'label' AS aspect,
                {quote_identifier(column)} AS label, NULL AS score {self.source}""",
            )
            if self._sides_by_number():
                code = f"CAST({quote_identifier(column)} AS VARCHAR)"
                yield View(
                    "annotations",
                    f"""{select}, {quote_literal(column)} AS annotator_id, 'preference' AS aspect, NULL AS label,
                    CASE {code} WHEN '1' THEN -1 WHEN '0' THEN 0 WHEN '2' THEN 1 END AS score {self.source}""",
                )
        if (annotator := self.links.annotator.get(self.table)) and not self.known.nested:
            for column in [c for c in self.known.facts if plain_name(c) in ("label", "labels", "score", "rating")]:
                yield self._annotation(select, quote_literal(annotator), quote_literal(column), column)

    def _annotation(self, select: str, annotator: str, aspect: str, column: str) -> View:
        """Judgements in a column of its own: scores where they lie on a scale, lists of labels as sets."""
        kind, name = self.known.facts[column].kind, quote_identifier(column)
        label, score = f"CAST({name} AS VARCHAR)", "NULL"
        if kind == "list":
            members = f"TRY_CAST(literal(CAST(to_json({name}) ->> '$' AS VARCHAR)) AS VARCHAR[])"
            label = f"nullif(array_to_string(list_sort(list_distinct({members})), ' | '), '')"
        elif kind in ("scale", "count", "number", "share"):
            label, score = "NULL", f"TRY_CAST({name} AS DOUBLE)"
        return View(
            "annotations",
            f"""{select}, {annotator} AS annotator_id, {aspect} AS aspect,
            {label} AS label, {score} AS score {self.source}""",
        )

    def nested_annotations(self) -> Iterator[View]:
        """Judgements inside cells, the votes that they are, and what the dataset states of those."""
        owner = (
            quote_literal(self.links.annotator.get(self.table, "")) if self.table in self.links.annotator else "NULL"
        )
        distribution = self.sql.get("distribution")
        for number, rows in enumerate(self.nested):
            joined = f"{self.source} JOIN {rows} AS nested USING (_row)"
            yield View(
                "annotations",
                f"""SELECT 'items' AS item_table, {self.id} AS item_id,
                coalesce(nested.annotator_id, {owner}) AS annotator_id, nested.aspect AS aspect,
                nested.label AS label, nested.score AS score {joined}""",
            )
            if number or not (self.known.stated or distribution):
                continue
            yield View(
                "votes",
                f"""SELECT {self.id} AS item_id, nested.label AS option, count(*) AS votes {joined}
                WHERE nested.label IS NOT NULL GROUP BY 1, 2""",
            )
            known = f"IN (SELECT label FROM {rows} WHERE label IS NOT NULL)"
            for column, rule in self.known.stated.items():
                stated = f"CAST({quote_identifier(column)} AS VARCHAR)"
                only = f" WHERE {stated} {known}" if rule == "majority" else ""
                yield View(
                    "stated", f"SELECT {self.id} AS item_id, '{rule}' AS rule, {stated} AS stated {self.source}{only}"
                )
            if distribution:
                yield View(
                    "stated",
                    f"""SELECT item_id, 'soft:' || option AS rule, CAST(share AS VARCHAR) AS stated FROM (
                    SELECT {self.id} AS item_id, unnest(map_keys({distribution})) AS option,
                    unnest(map_values({distribution})) AS share {self.source}) WHERE option {known}""",
                )

    def wide_annotations(self) -> Iterator[View]:
        """A row for each person and question, where the questions are columns."""
        if not self.known.wide:
            return
        who, linked = self.sql.get("annotator_id", "CAST(_row AS VARCHAR)"), self.namespace != self.table
        listed = []
        for column in self.known.wide:
            match = SERIES.fullmatch(plain_name(column))
            item = match[2] if linked and match else column
            kind = self.known.facts[column].kind
            name = quote_identifier(column)
            score = f"TRY_CAST({name} AS DOUBLE)" if kind not in ("category", "text", "flag") else "NULL::DOUBLE"
            label = "NULL::VARCHAR" if score != "NULL::DOUBLE" else f"CAST({name} AS VARCHAR)"
            listed.append(f"{{'item': {quote_literal(item)}, 'label': {label}, 'score': {score}}}")
        aspect = quote_literal(self.known.wide_aspect)
        yield View(
            "annotations",
            f"""SELECT 'items' AS item_table, {self.qualified("judged.item")} AS item_id, annotator_id,
            {aspect} AS aspect, judged.label AS label, judged.score AS score
            FROM (SELECT {who} AS annotator_id, unnest([{", ".join(listed)}]) AS judged {self.source})""",
        )

    def annotators_view(self) -> Iterator[View]:
        """The annotators with the most frequent value of each attribute."""
        if "annotator_id" not in self.sql or not self.known.attributes:
            return
        who = self.sql["annotator_id"]
        modes = ", ".join(
            f"mode(CAST({quote_identifier(c)} AS VARCHAR)) AS {quote_identifier(c)}" for c in self.known.attributes
        )
        yield View(
            "annotators", f"SELECT {who} AS annotator_id, {modes} {self.source} WHERE {who} IS NOT NULL GROUP BY 1"
        )

    def choices(self) -> Iterator[View]:
        """The options of questions."""
        if self.known.sides:
            yield from self._sides() if self.table not in self.links.cuts else ()
            return
        if not self.options and "options" not in self.sql:
            return
        columns = gold_option.sort_options(self.options)
        texts = gold_option.option_list(columns) if columns else self.sql["options"]
        questions = (
            f"SELECT {self.id} AS item_id, {texts} AS texts, {self.sql.get('gold', 'NULL')} AS gold {self.source}"
        )
        options = f"""SELECT item_id, unnest(range(len(texts))) AS position, unnest(texts) AS text, gold
            FROM ({questions})"""
        present = " WHERE text IS NOT NULL" if columns else ""  # a question may have fewer options than columns
        yield View("choices", f"SELECT item_id, position, text, position = gold AS gold FROM ({options}){present}")

    def _sides(self) -> Iterator[View]:
        """Where a row is one side of a question, the options are what the sides say: the shortest text that differs."""
        facts, sides = self.known.facts, self.known.sides
        texts = [c for c, f in facts.items() if f.kind == "text" and f.repeats < 1.5 and c not in self.known.roles]
        if not sides or not texts:
            return
        text, side = min(texts, key=lambda c: facts[c].words), quote_identifier(sides.factors[0])
        yield View(
            "choices",
            f"""SELECT {self.id} AS item_id, row_number() OVER (PARTITION BY {self.id} ORDER BY {side}) - 1 AS position,
            {quote_identifier(text)} AS text, NULL AS gold {self.source}""",
        )

    def distributions(self) -> Iterator[View]:
        """Shares of options."""
        if shares := self.sql.get("distribution"):
            group = quote_identifier(self.known.distribution_group) if self.known.distribution_group else "NULL"
            yield View(
                "distributions",
                f"""SELECT item_id, group_id, unnest(map_keys(shares)) AS option, unnest(map_values(shares)) AS share
                FROM (SELECT {self.id} AS item_id, {group} AS group_id, {shares} AS shares {self.source})""",
            )

    def votes(self) -> Iterator[View]:
        """Counted votes, in a column for each option or in a list beside the options."""
        for column in self.known.votes:
            name = quote_identifier(column)
            yield View(
                "votes",
                f"SELECT {self.id} AS item_id, {quote_literal(column)} AS option, {name} AS votes {self.source}",
            )
        if self.known.total:
            total = f"CAST({quote_identifier(self.known.total)} AS VARCHAR)"
            yield View("stated", f"SELECT {self.id} AS item_id, 'sum' AS rule, {total} AS stated {self.source}")
        if not self.known.vote_list:
            return
        votes = f"TRY_CAST({quote_identifier(self.known.vote_list)} AS DOUBLE[])"
        yield View(
            "votes",
            f"""SELECT {self.id} AS item_id, CAST(unnest(range(len({votes}))) AS VARCHAR) AS option,
            unnest({votes}) AS votes {self.source}""",
        )
        for column, rule in self.known.stated.items():
            stated = f"CAST({quote_identifier(column)} AS VARCHAR)"
            yield View("stated", f"SELECT {self.id} AS item_id, '{rule}' AS rule, {stated} AS stated {self.source}")

    def mentions(self) -> Iterator[View]:
        """Members of lists, and the members of relations, which are a row each."""
        sides, linked = self.known.sides, [c for c in self.known.lists if (self.table, c) in self.links.vocabulary]
        if (self.links.vocabulary and not linked) or self.table in (*self.links.annotator, *self.links.cuts):
            return
        for column in (linked or self.known.lists)[:1]:  # lists of one view are compared, so they are about one thing
            cell = f"literal(CAST(to_json({quote_identifier(column)}) ->> '$' AS VARCHAR))"
            members = f"TRY_CAST({cell} AS VARCHAR[])"
            item = self.id
            side = quote_identifier(sides.factors[0]) if sides else "NULL"
            yield View(
                "mentions",
                f"""SELECT item_id, side, unnest(range(len(members))) AS position, unnest(members) AS value
                FROM (SELECT {item} AS item_id, CAST({side} AS VARCHAR) AS side, {members} AS members {self.source})""",
            )
            if words := self.links.vocabulary.get((self.table, column)):
                values = f"SELECT CAST({quote_identifier(words[1])} AS VARCHAR) AS value FROM {place(words[0])}"
            else:
                values = f"SELECT DISTINCT unnest({members}) AS value {self.source}"
            yield View("vocabulary", values)

    def factors(self) -> Iterator[View]:
        """The levels of a complete design, with the text of each cell."""
        if not (design := self.known.factorial):
            return
        facts = self.known.facts
        texts = [c for c, f in facts.items() if f.kind == "text" and f.is_key]
        bare = [c for c, f in facts.items() if f.kind == "text" and f.distinct <= facts[design.template].distinct]
        text = quote_identifier(max(texts, key=lambda c: facts[c].words)) if texts else "NULL"
        for factor in design.factors:
            yield View(
                "factors",
                f"""SELECT {self.id} AS item_id, {quote_literal(factor)} AS factor, {quote_identifier(factor)} AS level,
                {quote_identifier(design.template)} AS template_id, {text} AS text,
                {quote_identifier(bare[0]) if bare else "NULL"} AS bare {self.source}""",
            )

    def columns(self, roles: str) -> str:
        """The columns of a SELECT for those of the roles that the table has."""
        return "".join(f", {self.sql[role]} AS {role}" for role in roles.split() if role in self.sql)
