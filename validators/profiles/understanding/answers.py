"""What can be answered and how it was: options, votes, distributions, and results that the dataset states of them."""

from __future__ import annotations

import re

from duckdb import DuckDBPyRelation

from ...tables.sql import fetch_all, quote_identifier
from ..column_facts import plain_name
from ..column_roles import OPTION
from . import Understanding

ANSWER = "yes|no|agree|disagree|neutral|maybe|unsure|for|against|approve|disapprove|acceptable|unacceptable"
VOTE_COLUMN = re.compile(
    rf"(^|_)(votes?|upvotes|downvotes|prefs?|tally)(_|$)|^(n|num|count)_({ANSWER})$|^({ANSWER})(_count)?$"
)
"""Name of a column that counts votes."""
TOTAL = re.compile(r"(^|_)(total|sum|all|n_votes|num_votes)(_|$)")


def find_distributions(known: Understanding) -> None:
    """Lists or objects of shares, and the group of people whose shares they are."""
    if not known.column("distribution"):
        for column in known.of_kind("numbers", "object"):
            if re.search(r"distribution|soft|prob|share|proportion|percent", plain_name(column)):
                known.give(column, "distribution", known.name_evidence(column), 0.8)
                break
    groups = r"attribute|group|country|nation|population|culture|region|demographic|wave"
    if known.column("distribution"):
        known.distribution_group = next(
            (
                c
                for c, f in known.facts.items()
                if re.fullmatch(groups, plain_name(c)) and f.kind in ("category", "code")
            ),
            None,
        )


def find_options(known: Understanding) -> None:
    """Options in columns without an answer, such as `action1` and `action2`, and options in a list of objects."""
    facts = known.facts
    if any(known.column(role) for role in ("options", OPTION, "first", "chosen")) or known.column("annotator_id"):
        return
    stems: dict[str, list[str]] = {}
    for column in facts:
        match = re.fullmatch(
            r"(action|option|choice|alternative|response|answer|statement)_?([a-h]|\d)(_?\w+)?", plain_name(column)
        )
        if match and facts[column].kind in ("text", "code", "category") and column not in known.roles:
            stems.setdefault(match[1] + (match[3] or ""), []).append(column)
    for columns in stems.values():
        if 2 <= len(columns) <= 8 and sum(facts[c].words for c in columns) / len(columns) >= 1.5:
            for column in columns:
                known.give(column, OPTION, "one of a series of short texts", 0.7)
            return
    for column in known.of_kind("list"):
        kind = facts[column].type
        if re.search(r"options?|choices?|actions?|alternatives?|candidates?", plain_name(column)) and kind.startswith(
            "STRUCT("
        ):
            known.give(column, "options", "a list of objects with a text each", 0.7)
            return


def find_votes(known: Understanding, relation: DuckDBPyRelation) -> None:
    """Counts of votes: in a list beside the options, or in a column for each option."""
    facts = known.facts
    if options := known.column("options"):
        for column in known.of_kind("numbers"):
            name = quote_identifier(column)
            sql = f"""SELECT count(*), count(*) FILTER (len(TRY_CAST({name} AS DOUBLE[])) = len(TRY_CAST(CAST(to_json(
                {quote_identifier(options)}) AS JSON[]) AS VARCHAR[]))) FROM rows WHERE {name} IS NOT NULL"""
            [(rows, parallel)] = fetch_all(relation, sql)
            if rows and parallel == rows and known.vote_list is None:
                known.vote_list = column
                known.evidence[column], known.confidence[column] = "counts in the order of the options", 0.7
        return
    counts = known.of_kind("count", "scale", "code", "flag")
    counts = [c for c in counts if facts[c].least is not None]
    named = [c for c in counts if VOTE_COLUMN.search(plain_name(c)) and not TOTAL.search(plain_name(c))]
    known.votes = named if len(named) > 1 and not known.column("annotator_id") and not known.nested else []
    for column in known.votes:
        known.evidence[column], known.confidence[column] = "counts the votes for one option", 0.7
    if known.votes:
        known.total = next((c for c in counts if TOTAL.search(plain_name(c))), None)


def find_stated_results(known: Understanding) -> None:
    """Columns that are derived from the judgements or votes beside them, if most rows say so."""
    if not (known.nested or known.vote_list):
        return
    for column, facts in known.facts.items():
        name = plain_name(column)
        if known.roles.get(column) in (None, "label", "gold") and facts.kind in ("category", "flag", "scale", "code"):
            if re.search(r"controvers|unanim|contested", name) and not re.search(r"perf", name):
                known.stated[column] = "unanimous" if "unanim" in name else "controversial"
            elif re.fullmatch(
                r"(hard_label|majority(_\w+)?|gold(_label)?|final_label|aggregated?_label|consensus)", name
            ):
                known.stated[column] = "argmax" if known.vote_list else "majority"
