"""How the story of a row, a replayed row and the difference between two versions are printed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from .text import clean, table

if TYPE_CHECKING:
    from ...schemas.difference import Difference
    from ...schemas.explanation import Explanation, Replayed, TableRow

REJECTED = "rejects"
"""Table of the subject where a missing row is explained."""

QUOTED = 300
"""Characters of an answer that are printed without `--full`."""


def print_story(story: Explanation, full: bool = False) -> None:
    """Print where a row comes from, from its seed to the findings about it; with `full`, every prompt and answer."""
    if story.subject.table == REJECTED:
        print_reject(story.subject.row)
    else:
        _print_row("row", story.subject)
    for row in story.rests_on:
        _print_row("based on", row)
    for origin in story.origins:
        dataset = f"{origin.dataset} at {origin.revision}" if origin.revision else origin.dataset
        click.echo(clean(f"\nread from {dataset}: {origin.table} [{origin.key}]"))
        click.echo("  of a run, `pluriset why` tells the story of that row")
    of_judges = {row.row.get("digest") for row in story.judgements}
    for ask in story.asks:
        if not full and ask.digest in of_judges:
            continue
        click.echo(
            clean(f"\nrequest {ask.digest}: {ask.annotator} as {ask.role}, sample {ask.sample}, attempt {ask.attempt}")
        )
        options = ", ".join(f"{name}={value}" for name, value in ask.teacher.get("options", {}).items())
        model, revision = ask.teacher.get("model"), ask.teacher.get("revision")
        click.echo(clean(f"  teacher: {model}, {revision}, {options or 'no options'}"))
        for message in ask.messages if full else ():
            click.echo(clean(f"  {message.get('role')}: {message.get('content')}"))
        if full and ask.answer.get("reasoning"):
            click.echo(clean(f"  reasoning: {ask.answer.get('reasoning')}"))
        answer = str(ask.answer.get("text"))
        shown = answer if full or len(answer) <= QUOTED else f"{answer[:QUOTED]}…"
        click.echo(clean(f"  answer: {shown}"))
    if story.judgements and not full:
        click.echo("\njudgements:")
    for row in story.judgements:
        _print_row("judgement", row) if full else _print_judgement(row)
    for reject in story.compared:
        click.echo(clean(f"kept instead of {reject.key} ({reject.step}): {reject.reason}: {reject.detail}"))
    for finding in story.findings:
        click.echo(clean(f"{finding.severity}: {finding.problem} [{finding.check}]"))
    sources = "; ".join(f"{source.name} ({source.license})" for source in story.sources)
    click.echo(clean(f"\nlicence {story.licence}; sources: {sources or 'none declared'}"))
    for gap in story.missing:
        click.echo(clean(f"not recorded: {gap}"), err=True)
    if story.asks and not full:
        click.echo("Prompts, whole answers and the requests of judges with --full.", err=True)


def print_replay(replayed: Replayed) -> None:
    """Print a row rebuilt from the journal, and where it differs from the published one."""
    _print_cells("replayed", replayed.table, replayed.key, replayed.again)
    for column in replayed.differs:
        click.echo(clean(f"  {column} was published as {replayed.published.get(column)!r}"))
    click.echo("differs from the published row" if replayed.differs else "equal to the published row")


def print_difference(difference: Difference) -> None:
    """Print what changed between two versions, and the semver bump."""
    heads = ["table", "added", "removed", "changed", "moved", "provenance only", "columns"]
    changes = [(c.table, c.added, c.removed, c.changed, c.moved, c.provenance) for c in difference.tables]
    columns = [", ".join(c.columns) for c in difference.tables]
    rows = [(*row, named) for row, named in zip(changes, columns, strict=True) if any(row[1:])]
    if rows:
        table("", heads, rows)
    if difference.flips:
        click.echo(f"flips   {difference.flips:,} of the same judgements have another label or score")
    for flip in difference.flip_examples:
        item = f"{flip.item_table} [{flip.item_id}]"
        click.echo(clean(f"flip    {item} {flip.aspect}, {flip.annotator_id}: {flip.before} -> {flip.after}"))
    for drift in difference.drifts:
        click.echo(clean(f"drift   {drift.table}.{drift.column}: {drift.distance:.1%} of the rows (total variation)"))
    for moved in difference.figures:
        group = ", ".join(f"{name} {value}" for name, value in moved.group.items())
        apart = "; the intervals do not overlap" if moved.disjoint else ""
        click.echo(clean(f"figure  {moved.measure} {group}: {moved.before} -> {moved.after}{apart}"))
    click.echo(clean(f"semver  {difference.bump}: {'; '.join(difference.reasons) or 'nothing changed'}"))


def _print_judgement(judgement: TableRow) -> None:
    """Print an annotation, or what a rule makes of several, in a line."""
    row = judgement.row
    who = row.get("annotator_id") or row.get("rule") or judgement.table
    shares = ", ".join(f"{each['label']} {each['share']:.0%}" for each in row.get("distribution") or ())
    given = next((value for value in (row.get("label"), row.get("score"), shares) if value not in (None, "")), "none")
    click.echo(clean(f"  {row.get('aspect', '')}, {who}: {given}"))


def print_reject(reject: Mapping[str, Any]) -> None:
    """Print in a sentence what was removed and why, then the row itself and the votes on it."""
    what = {"seed": "seed", "ask": "answer", "row": "row"}.get(str(reject["level"]), "row")
    by_family = "the request failed" if reject["level"] == "ask" else "left out by the family"
    step = by_family if reject["step"] == "ask" else f"removed by {reject['step']}"
    click.echo(clean(f"{what} {reject['table']} [{reject['key']}]: {step}: {reject['reason']}"))
    if reject.get("kept_key"):
        click.echo(clean(f"  kept instead: {reject['kept_key']}"))
    if reject.get("detail"):
        click.echo(clean(f"  detail: {reject['detail']}"))
    for column, value in json.loads(reject.get("row") or "{}").items():
        if value not in (None, "", []):
            click.echo(clean(f"  {column}: {value}"))
    for vote in json.loads(reject.get("votes") or "[]"):
        given = vote["label"] if vote["label"] is not None else vote["score"]
        click.echo(clean(f"  {vote['annotator']} on {vote['aspect']}: {given}"))


def _print_row(label: str, row: TableRow) -> None:
    _print_cells(label, row.table, row.key, row.row)


def _print_cells(label: str, table: str, key: str, cells: Mapping[str, Any]) -> None:
    click.echo(clean(f"\n{label}: {table} [{key}]"))
    for column, value in cells.items():
        if value not in (None, "", []):
            click.echo(clean(f"  {column}: {value}"))
