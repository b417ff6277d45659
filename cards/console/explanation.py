"""How the story of a row, a replayed row and the difference between two versions are printed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .text import clean, echo, table

if TYPE_CHECKING:
    from ...schemas.difference import Difference
    from ...schemas.explanation import Explanation, Replayed, TableRow

REJECTED = "rejects"
"""Table of the subject where a missing row is explained."""

MAX_FIGURES = 10
"""Figures of a difference that are printed; those whose intervals do not overlap come first."""
QUOTED = 300
"""Characters of an answer that are printed without `--full`."""


def print_story(story: Explanation, full: bool = False, names: Mapping[str, str] = MappingProxyType({})) -> None:
    """Print where a row comes from, from its seed to the findings about it; with `full`, every prompt and answer.

    `names` are readable ones of annotators by their id.
    """
    if story.subject.table == REJECTED:
        print_reject(story.subject.row)
    else:
        _print_row("row", story.subject)
    for row in story.rests_on:
        _print_row("based on", row)
    for origin in story.origins:
        dataset = f"{origin.dataset} at {origin.revision}" if origin.revision else origin.dataset
        echo(clean(f"\nread from {dataset}: {origin.table} [{origin.key}]"))
        echo("  of a run, `pluriset why` tells the story of that row")
    of_judges = {row.row.get("digest") for row in story.judgements}
    for ask in story.asks:
        if not full and ask.digest in of_judges:
            continue
        who = names.get(ask.annotator, ask.annotator)
        echo(clean(f"\nrequest {ask.digest}: {who} as {ask.role}, sample {ask.sample}, attempt {ask.attempt}"))
        given = ask.teacher.get("options", {}).items()
        options = ", ".join(f"{name}={value}" for name, value in given if value not in (None, "", {}, []))
        model, revision = ask.teacher.get("model"), ask.teacher.get("revision")
        echo(clean(f"  teacher: {model}, {revision}, {options or 'no options'}"))
        for message in ask.messages if full else ():
            echo(clean(f"  {message.get('role')}: {message.get('content')}"))
        if full and ask.answer.get("reasoning"):
            echo(clean(f"  reasoning: {ask.answer.get('reasoning')}"))
        answer = str(ask.answer.get("text"))
        shown = answer if full or len(answer) <= QUOTED else f"{answer[:QUOTED]}…"
        echo(clean(f"  answer: {shown}"))
    if story.judgements and not full:
        echo("\njudgements:")
    for row in story.judgements:
        _print_row("judgement", row) if full else _print_judgement(row, names)
    for reject in story.compared:
        echo(clean(f"kept instead of {reject.key} ({reject.step}): {reject.reason}: {reject.detail}"))
    for finding in story.findings:
        echo(clean(f"{finding.severity}: {finding.problem} [{finding.check}]"))
    sources = "; ".join(f"{source.name} ({source.license})" for source in story.sources)
    echo(clean(f"\nlicence {story.licence}; sources: {sources or 'none declared'}"))
    for gap in story.missing:
        echo(clean(f"not recorded: {gap}"), err=True)
    if story.asks and not full:
        echo("Prompts, whole answers and the requests of judges with --full.", err=True)


def print_replay(replayed: Replayed) -> None:
    """Print a row rebuilt from the journal, and where it differs from the published one."""
    _print_cells("replayed", replayed.table, replayed.key, replayed.again)
    for column in replayed.differs:
        echo(clean(f"  {column} was published as {replayed.published.get(column)!r}"))
    echo("differs from the published row" if replayed.differs else "equal to the published row")


def print_difference(difference: Difference, names: Mapping[str, str] = MappingProxyType({})) -> None:
    """Print what changed between two versions, and the semver bump; `names` are readable ones of annotators."""
    heads = ["table", "added", "removed", "changed", "moved", "provenance only", "columns"]
    changes = [(c.table, c.added, c.removed, c.changed, c.moved, c.provenance) for c in difference.tables]
    columns = [", ".join(c.columns) for c in difference.tables]
    rows = [(*row, named) for row, named in zip(changes, columns, strict=True) if any(row[1:])]
    if rows:
        table("", heads, rows)
    if difference.flips:
        echo(f"flips   {difference.flips:,} of the same judgements have another label or score")
    for flip in difference.flip_examples:
        item = f"{flip.item_table} [{flip.item_id}]"
        who = names.get(flip.annotator_id, flip.annotator_id)
        echo(clean(f"flip    {item} {flip.aspect}, {who}: {flip.before} -> {flip.after}"))
    for drift in difference.drifts:
        echo(clean(f"drift   {drift.table}.{drift.column}: {drift.distance:.1%} of the rows (total variation)"))
    figures = sorted(difference.figures, key=lambda figure: not figure.disjoint)
    for moved in figures[:MAX_FIGURES]:
        group = ", ".join(f"{name} {value}" for name, value in moved.group.items())
        apart = "; the intervals do not overlap" if moved.disjoint else ""
        echo(clean(f"figure  {moved.measure} {group}: {moved.before} -> {moved.after}{apart}"))
    if figures[MAX_FIGURES:]:
        echo(f"figure  {len(figures) - MAX_FIGURES:,} more with --json")
    echo(clean(f"semver  {difference.bump}: {'; '.join(difference.reasons) or 'nothing changed'}"))


def _print_judgement(judgement: TableRow, names: Mapping[str, str]) -> None:
    """Print an annotation, or what a rule makes of several, in a line."""
    row = judgement.row
    annotator = row.get("annotator_id")
    who = names.get(annotator, annotator) if annotator else row.get("rule") or judgement.table
    shares = ", ".join(f"{each['label']} {each['share']:.0%}" for each in row.get("distribution") or ())
    given = next((value for value in (row.get("label"), row.get("score"), shares) if value not in (None, "")), "none")
    echo(clean(f"  {row.get('aspect', '')}, {who}: {given}"))


def print_rejects(rejects: Iterable[Mapping[str, Any]]) -> None:
    """Print every reject as `print_reject` does."""
    for reject in rejects:
        print_reject(reject)


def print_reject(reject: Mapping[str, Any]) -> None:
    """Print in a sentence what was removed and why, then the row itself and the votes on it."""
    what = {"seed": "seed", "ask": "answer", "row": "row"}.get(str(reject["level"]), "row")
    by_family = "the request failed" if reject["level"] == "ask" else "left out by the family"
    step = by_family if reject["step"] == "ask" else f"removed by {reject['step']}"
    echo(clean(f"{what} {reject['table']} [{reject['key']}]: {step}: {reject['reason']}"))
    if reject.get("kept_key"):
        echo(clean(f"  kept instead: {reject['kept_key']}"))
    if reject.get("detail"):
        echo(clean(f"  detail: {reject['detail']}"))
    for column, value in json.loads(reject.get("row") or "{}").items():
        if value not in (None, "", []):
            echo(clean(f"  {column}: {value}"))
    for vote in json.loads(reject.get("votes") or "[]"):
        given = vote["label"] if vote["label"] is not None else vote["score"]
        echo(clean(f"  {vote['annotator']} on {vote['aspect']}: {given}"))


def _print_row(label: str, row: TableRow) -> None:
    _print_cells(label, row.table, row.key, row.row)


def _print_cells(label: str, table: str, key: str, cells: Mapping[str, Any]) -> None:
    echo(clean(f"\n{label}: {table} [{key}]"))
    for column, value in cells.items():
        if value not in (None, "", []):
            echo(clean(f"  {column}: {value}"))
