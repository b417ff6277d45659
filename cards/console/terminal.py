"""How rows, books and reports look in a terminal: stdout is data, everything else goes to stderr."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from ...schemas.difference import Difference
    from ...schemas.explanation import Found, Replayed, Story
    from ...schemas.manifest import Books
    from ...schemas.report import Figure, Finding, Report, Severity
    from ..loading.nested_rows import Nested
    from ..publishing.publish import Publication

MOST_FIGURES = 20
"""Figures of one measure that are printed."""
ALIKE = 4
"""So many figures of one value are one line."""
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
OF_THE_TEACHER = ("annotator_id", "kind", "teacher", "model", "revision")
"""Columns of an annotator that say nothing of a persona."""
COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}


def books(books: Books) -> None:
    """The accounts of a run, an identity a line."""
    seeds, asks = books.seeds, books.asks
    click.echo(f"seeds  {seeds.read:,} read = {seeds.built:,} built + {seeds.rejected:,} rejected")
    paid = f"{asks.replayed:,} known already + {asks.paid:,} paid + {asks.failed:,} failed"
    click.echo(f"asks   {asks.asked:,} = {paid}")
    for table, rows in books.rows.items():
        removed = "".join(f" + {count:,} removed by {step}" for step, count in rows.removed.items())
        click.echo(f"rows   {table}: {rows.made:,} made = {rows.published:,} published{removed}")
    for spent in books.spending:
        usd = f", {spent.usd:,.4f} USD" if spent.usd is not None else ""
        tokens = f"{spent.input_tokens:,} + {spent.output_tokens:,} tokens"
        click.echo(f"spent  {spent.teacher} as {spent.role}: {spent.answers:,} answers, {tokens}{usd}")
    for reason, count in books.rejects.items():
        click.echo(f"reject {count:,} x {reason}")


def findings(report: Report, everything: bool = False) -> None:
    """What checks found, worst first; with `everything` five rows each, what is suppressed, and what could not run."""
    if profile := report.profile:
        click.echo(clean(f"{report.dataset} is taken for {profile.title} (--as {profile.name}): {profile.how}"))
    if everything:
        for finding in [*report.found(), *report.suppressed()]:
            _finding(finding)
        _figures(report.figures)
        for check, why in report.skipped.items():
            click.echo(clean(f"skipped {check}: {why}"), err=True)
    elif found := report.found():
        rows = [(f.severity, f.check, f"{f.counted} of {f.table}", f.headline) for f in found]
        table("", ["severity", "check", "found in", "what should hold"], rows)
    counts = ", ".join(f"{report.count(severity)} {severity}" for severity in SEVERITIES)
    hidden = f"; suppressed: {len(report.suppressed())}" if report.suppressed() else ""
    click.echo(f"checks {report.ran}; found rows: {counts}{hidden}")


def _finding(finding: Finding) -> None:
    """One finding: how much of what, what should hold, some of the rows, and what would mend them."""
    share = f" ({100 * finding.share:.3g}%)" if finding.share is not None else ""
    severity = click.style(finding.severity, fg=COLOURS[finding.severity])
    click.echo(f"{severity} {clean(f'{finding.check}: {finding.counted} of {finding.table}{share}')}")
    known = f" (known from: {finding.evidence})" if finding.evidence else ""
    click.echo(clean(f"  {finding.rule}{known}"))
    if finding.suppressed is not None:
        click.echo(clean(f"  suppressed: {finding.suppressed}"))
        return
    if finding.parts:
        parts = ", ".join(f"{part}: {count:,}" for part, count in finding.parts.items())
        click.echo(clean(f"  {parts}".replace("\n", " ")))
    for example in finding.examples[:5]:
        said = " · ".join(f"{column}: {value}" for column, value in example.items() if value is not None)
        click.echo(clean(f"    {said}".replace("\n", " ")))
    if finding.declared:
        click.echo(f"  severity: {finding.declared} by itself; changed by the checks file")
    if finding.repair:
        click.echo(clean(f"  suggested {'repair' if finding.auto_repairable else 'curation step'}: {finding.repair}"))
    if finding.file:
        click.echo(clean(f"  all of them: {finding.file}"))


def _figures(figures: Sequence[Figure]) -> None:
    """What was measured; of a measure with many figures the first, and those alike as one."""
    rows = []
    for measure, some in groupby(figures, lambda figure: figure.measure):
        known = _folded([*some])
        rows += [(measure, *_figure(alike)) for alike in known[:MOST_FIGURES]]
        if more := sum(map(len, known[MOST_FIGURES:])):
            rows.append((measure, f"{more:,} more with --json", "", "", ""))
    if rows:
        table("", ["measure", "of", "value", "95% interval", "n"], rows)


def _folded(figures: Sequence[Figure]) -> list[list[Figure]]:
    """Figures that are to be told together: those of one value whose groups differ in the last part, if many are so."""
    alike: dict[object, list[Figure]] = {}
    for figure in figures:
        alike.setdefault((figure.value, *[*figure.group.items()][:-1], *[*figure.group][-1:]), []).append(figure)
    return [told for some in alike.values() for told in ([some] if len(some) >= ALIKE else [[one] for one in some])]


def _figure(alike: Sequence[Figure]) -> tuple[str, str, str, str]:
    """What it is of, its value, its interval and n; several figures are counted in place of what tells them apart."""
    first = alike[0]
    value = "not defined" if first.value is None else f"{first.value:,.6g}"
    parts = [f"{key} {part}" for key, part in first.group.items()]
    if len(alike) > 1:
        low, high = min(figure.n for figure in alike), max(figure.n for figure in alike)
        about = [*parts[:-1], f"{[*first.group][-1]} any of {len(alike):,}"]
        return ", ".join(about), value, "", f"{low:,}" if low == high else f"{low:,} to {high:,}"
    ends = f"{first.low:,.6g} to {first.high:,.6g}" if None not in (first.low, first.high) else ""
    return ", ".join(parts) or "all", value, ends, f"{first.n:,}"


def publication(done: Publication) -> None:
    """What publishing changed, or would change, file by file."""
    if done.changes:
        table("", ["change", "bytes", "file"], [(c.kind, f"{c.bytes:,}", c.path) for c in done.changes])
    counts = ", ".join(f"{sum(c.kind == k for c in done.changes)} {k}" for k in ("added", "changed", "deleted"))
    click.echo(f"files  {counts}; {sum(c.bytes for c in done.changes):,} bytes to send")
    if done.tag:
        why = "".join(f"; {reason}" for reason in done.reasons)
        click.echo(f"tag    {done.tag}, {'new' if done.tagged else 'there already'}{why}")
    if done.commit:
        click.echo(f"commit {done.commit}")
    click.echo(f"{done.place}: {'a dry run, nothing was sent' if done.dry_run else 'done'}", err=True)


def exported(done: Any) -> None:
    """What an export wrote, by config and split, and what it left out."""
    rows = [(config, split, count) for config, by in done.rows.items() for split, count in by.items()]
    table(str(done.folder), ["config", "split", "rows"], rows)
    for reason, count in done.left_out.items():
        click.echo(f"left out {count:,}: {reason}", err=True)


def nested(rows: Iterable[Nested], depth: int = 0) -> None:
    """Rows as an outline: texts first, then each judgement with what every annotator said."""
    for row in rows:
        plain = {k: v for k, v in row.items() if k != "judgements" and not isinstance(v, list)}
        shown = [str(v) for k, v in plain.items() if v and k not in ("digest", "writer_id") and not k.endswith("_id")]
        key = next(iter(plain.values()))
        click.echo("  " * depth + clean(f"{' · '.join(shown)}  [{key}]"))
        for aspect, by in row.get("judgements", {}).items():
            said = ", ".join(f"{annotator}: {label}" for annotator, label in by.items())
            click.echo("  " * (depth + 2) + clean(f"{aspect}: {said}"))
        for below in row.values():
            if isinstance(below, list) and below and isinstance(below[0], dict):
                nested(below, depth + 1)


def personas(rows: Iterable[Nested], annotators: Iterable[Nested]) -> None:
    """Whom the ids of personas in these rows stand for, one a line."""
    shown = {*_judges(rows)}
    for row in annotators:
        if row["kind"] == "persona" and row["annotator_id"] in shown:
            said = {name: value for name, value in row.items() if value and name not in OF_THE_TEACHER}
            facts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in said.items())
            click.echo(clean(f"{row['annotator_id']}: {facts}"))


def _judges(rows: Iterable[Nested]) -> Iterator[str]:
    """The ids of all who judged these rows, or rows below them."""
    for row in rows:
        for by in row.get("judgements", {}).values():
            yield from by
        for below in row.values():
            if isinstance(below, list) and below and isinstance(below[0], dict):
                yield from _judges(below)


def plan(found: Any) -> None:
    """The least and the most that a build can need."""
    rows = [
        ("seeds", f"{found.seeds:,}", ""),
        *((f"no seed: {why}", f"{n:,}", "") for why, n in found.rejected.items()),
    ]
    for what in ("asks", "prompt_tokens", "answer_tokens"):
        span = getattr(found, what)
        rows.append((what.replace("_", " "), f"{span.least:,.0f}", f"{span.most:,.0f}"))
    usd = (f"{found.usd.least:,.2f}", f"{found.usd.most:,.2f}") if found.usd else ("no prices declared", "")
    table("", ["", "at least", "at most"], [*rows, ("USD", *usd), ("answered already", f"{found.answered:,}", "")])
    click.echo(
        "Tokens of prompts are counted as 4 characters each; asking again for what does not parse comes on top.",
        err=True,
    )


def estimate(found: Any) -> None:
    """What a build will need in all, with the interval of the estimate."""
    rows = []
    for what in ("asks", "prompt_tokens", "answer_tokens", "usd"):
        if (one := getattr(found, what)) is not None:
            digits = 4 if what == "usd" else 0
            told = (f"{number:,.{digits}f}" for number in (one.value, one.low, one.high))
            rows.append((what.replace("_", " ").replace("usd", "USD"), *told))
    table("", ["", "estimate", "low (95%)", "high (95%)"], rows)
    click.echo(f"From {found.sampled:,} of {found.seeds:,} seeds, drawn at random.", err=True)


def table(title: str, heads: list[str], rows: Iterable[Iterable[Any]]) -> None:
    """Rows under heads, as wide as they need."""
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for head in heads:
        grid.add_column(head, overflow="fold")
    for row in rows:
        cells = [clean(str(cell)) if cell is not None else "" for cell in row]
        grid.add_row(*(Text(cell, style=COLOURS.get(cell, "")) for cell in cells))
    console().print(grid)


def document(document: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1, default=str))


def console(stderr: bool = False) -> Console:
    """A console as wide as the terminal, or wide enough for a file."""
    from rich.console import Console

    found = Console(stderr=stderr, soft_wrap=False)
    return found if found.is_terminal else Console(stderr=stderr, width=200)


def clean(text: str) -> str:
    """Without the control characters that a hostile text could send to a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def story(story: Story) -> None:
    """The whole story of a row, from the seed to what was said of it."""
    _found("row", story.subject)
    for found in story.rests_on:
        _found("rests on", found)
    for ask in story.asks:
        options = ask.teacher.get("options", {})
        asked = f"\nask {ask.digest}: {ask.annotator} as {ask.role}, sample {ask.sample}, attempt {ask.attempt}"
        click.echo(clean(asked))
        click.echo(clean(f"  teacher: {ask.teacher.get('model')}, {ask.teacher.get('revision')}, {_inline(options)}"))
        for message in ask.messages:
            click.echo(clean(f"  {message.get('role')}: {message.get('content')}"))
        click.echo(clean(f"  answered: {ask.answer.get('text')}"))
    for found in story.judgements:
        _found("judged", found)
    for reject in story.compared:
        click.echo(clean(f"kept instead of {reject.key} ({reject.step}): {reject.reason}: {reject.detail}"))
    for finding in story.findings:
        click.echo(clean(f"{finding.severity} {finding.check}: {finding.problem}"))
    sources = "; ".join(f"{source.name} ({source.license})" for source in story.sources)
    click.echo(clean(f"\nlicence {story.licence}; sources: {sources or 'none declared'}"))
    for gap in story.missing:
        click.echo(clean(f"not on record: {gap}"), err=True)


def replayed(rows: Replayed) -> None:
    """A row made again, and where it differs from the published one."""
    from ...schemas.explanation import Found

    _found("made again", Found(table=rows.table, key=rows.key, row=rows.again))
    for column in rows.differs:
        click.echo(clean(f"  {column} was published as {rows.published.get(column)!r}"))
    click.echo("equal to the published row" if not rows.differs else "differs from the published row")


def difference(found: Difference) -> None:
    """What changed between two versions, and the step that they are apart."""
    heads = ["table", "added", "removed", "changed", "moved", "columns"]
    rows = [(c.table, c.added, c.removed, c.changed, c.moved, ", ".join(c.columns)) for c in found.tables]
    table("", heads, rows)
    for drift in found.drifts:
        click.echo(clean(f"drift  {drift.table}.{drift.what}: {drift.distance:.1%} of the rows (total variation)"))
    for moved in found.figures:
        group = ", ".join(f"{name} {value}" for name, value in moved.group.items())
        apart = "; the intervals do not overlap" if moved.apart else ""
        click.echo(clean(f"figure {moved.measure} {group}: {moved.before} -> {moved.after}{apart}"))
    click.echo(clean(f"bump   {found.bump}: {'; '.join(found.reasons) or 'nothing changed'}"))


def _found(what: str, found: Found) -> None:
    click.echo(clean(f"\n{what} {found.table} [{found.key}]"))
    for column, value in found.row.items():
        if value not in (None, "", []):
            click.echo(clean(f"  {column}: {value}"))


def _inline(options: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in options.items()) or "no options"
