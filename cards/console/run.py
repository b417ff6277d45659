"""How the results of commands that build, estimate, convert and publish are printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...schemas.unanswered import UNANSWERED
from .report import print_summary
from .text import aligned, clean, document, echo, join_counts, table

if TYPE_CHECKING:
    from ...schemas.manifest import Books, Manifest
    from ...schemas.rows.reject import Reject
    from ..loading.dataset import Dataset
    from ..publishing.publish import Publication

MAX_REASONS = 3
"""Reasons of failed requests that are printed."""


def print_build(folder: Path, dataset: Dataset, as_json: bool) -> None:
    """Print what a build has made and the problems of its report."""
    books, report = dataset.manifest.books, dataset.report
    if as_json:
        document({"run": str(folder), "books": books.model_dump(), "report": report.model_dump()})
        return
    print_counts(books, dataset.rejects())
    print_summary(report)
    click.echo(f"Built {folder}. Look at it with `pluriset show {folder}`.", err=True)


def print_rejected(rejects: Iterable[Reject]) -> None:
    """Print one line for each reject."""
    for reject in rejects:
        click.echo(clean(f"rejected {reject.level} {reject.key}: {reject.reason}: {reject.detail}"), err=True)


def print_counts(books: Books, rejects: Iterable[Any]) -> None:
    """Print the counts of a run: seeds, requests, the rows of each table and why they were removed, tokens."""
    rejects = [*rejects]
    removed = Counter(
        (reject.table, reject.reason)
        for reject in rejects
        if reject.level == "row" or (reject.level == "seed" and reject.step not in ("ask", "source"))
    )
    seeds, requests = books.seeds, books.requests
    lines = [
        ("seeds", join_counts((seeds.read, "read"), (seeds.built, "built"), (seeds.rejected, "rejected"))),
        ("requests", f"{requests.sent:,} sent, {requests.cached:,} cached, {requests.failed:,} failed"),
    ]
    for name, rows in books.rows.items():
        reasons = ((count, reason) for (table_name, reason), count in removed.items() if table_name == name)
        lines.append((name, join_counts((rows.generated, "generated"), (rows.published, "kept"), *reasons)))
    for spent in books.spending:
        usd = f", {spent.usd:,.4f} USD" if spent.usd is not None else ""
        tokens = f"{spent.input_tokens:,} input + {spent.output_tokens:,} output tokens"
        if spent.uncounted:
            missing = "" if spent.uncounted == spent.answers else f" for {spent.uncounted:,} answers"
            tokens = f"tokens not counted{missing}"
        lines.append((f"{spent.teacher} ({spent.role})", f"{spent.answers:,} answers, {tokens}{usd}"))
    failed = Counter(reject.reason for reject in rejects if reject.step == "ask" and reject.digest)
    if unanswered := failed.pop(UNANSWERED, 0):
        lines.append(("people", f"{unanswered:,} requests {UNANSWERED}; `pluriset annotate` serves them"))
    if failed:
        frequent = ", ".join(f"{count:,} {reason}" for reason, count in failed.most_common(MAX_REASONS))
        lines.append(("failures", f"{frequent}; send them again with --retry-rejects"))
    aligned(lines)


def print_shard_counts(counts: Any) -> None:
    """Print what one process built of a sharded run, and what is left to do."""
    requests = counts.requests
    lines = [
        ("shards", join_counts((counts.shards, "in all"), (len(counts.built), "built here"), (counts.done, "done"))),
        ("requests", f"{requests.sent:,} sent, {requests.cached:,} cached, {requests.failed:,} failed"),
    ]
    aligned(lines)
    if counts.working:
        click.echo(f"Other processes build {counts.working} shards.", err=True)
    elif counts.done == counts.shards:
        click.echo(f"All shards are done. Build {counts.run} without --shards to write its tables.", err=True)


def print_plan(plan: Any) -> None:
    """Print the least and the most that a build can need."""
    rows = [("seeds", f"{plan.seeds:,}", "")]
    rows += [(f"invalid seed: {reason}", f"{count:,}", "") for reason, count in plan.rejected.items()]
    for label, span in (
        ("requests to send", plan.asks),
        ("prompt tokens", plan.prompt_tokens),
        ("answer tokens", plan.answer_tokens),
    ):
        rows.append((label, f"{span.least:,.0f}", f"{span.most:,.0f}"))
    usd = (f"{plan.usd.least:,.2f}", f"{plan.usd.most:,.2f}") if plan.usd else ("no prices declared", "")
    table("", ["", "at least", "at most"], [*rows, ("USD", *usd), ("cached", f"{plan.answered:,} requests", "")])
    for teacher, how in plan.tokens_by.items():
        click.echo(clean(f"Tokens of teacher {teacher}: {how}."), err=True)
    click.echo("Retries of invalid answers are not included.", err=True)


def print_estimate(estimate: Any) -> None:
    """Print what a build will need in all, with the interval of the estimate."""
    rows = []
    for label, field, digits in (
        ("requests", "asks", 0),
        ("prompt tokens", "prompt_tokens", 0),
        ("answer tokens", "answer_tokens", 0),
        ("USD", "usd", 4),
    ):
        if (figure := getattr(estimate, field)) is not None:
            rows.append((label, *(f"{number:,.{digits}f}" for number in (figure.value, figure.low, figure.high))))
    table("", ["", "estimate", "low (95%)", "high (95%)"], rows)
    click.echo(f"Estimated from {estimate.sampled:,} of {estimate.seeds:,} seeds, drawn at random.", err=True)


def print_publication(done: Publication) -> None:
    """Print what publishing changed, or would change, file by file."""
    for warning in done.warnings:
        click.echo(clean(f"{click.style('warning', fg='yellow')}: not fit for the Hub: {warning}"), err=True)
    if done.changes:
        table("", ["change", "bytes", "file"], [(c.kind, f"{c.bytes:,}", c.path) for c in done.changes])
    counts = ", ".join(f"{sum(c.kind == k for c in done.changes)} {k}" for k in ("added", "changed", "deleted"))
    lines = [("files", f"{counts}; {sum(c.bytes for c in done.changes):,} bytes to upload")]
    if done.tag:
        reasons = "".join(f"; {reason}" for reason in done.reasons)
        lines.append(("tag", f"{done.tag}, {'new' if done.tagged else 'already exists'}{reasons}"))
    if done.commit:
        lines.append(("commit", done.commit))
    aligned(lines)
    click.echo(f"{done.target}: {'dry run, nothing was uploaded' if done.dry_run else 'done'}", err=True)


def print_export(done: Any) -> None:
    """Print what an export wrote, by config and split, and what it left out."""
    rows = [(config, split, count) for config, splits in done.rows.items() for split, count in splits.items()]
    table(str(done.folder), ["config", "split", "rows"], rows)
    for reason, count in done.left_out.items():
        click.echo(f"left out {count:,}: {reason}", err=True)


def print_repair(out: Path, done: Any) -> None:
    """Print how many cells each repair changed in each table."""
    rows = [(rule, name, count) for rule, tables in done.changes.items() for name, count in tables.items()]
    table(str(out), ["rule", "table", "changed cells"], rows)


def print_merge(out: str, manifest: Manifest, as_json: bool) -> None:
    """Print the rows of each table of a merged run."""
    rows = {name: entry.rows for name, entry in manifest.tables.items()}
    if as_json:
        document({"out": out, "rows": rows, "rejects": manifest.books.rejects})
    else:
        table(out, ["table", "rows"], [*rows.items()])


def print_segments(out: str, segments: Iterable[str]) -> None:
    """Print the segments of journals that were collected."""
    table(out, ["segment"], [[segment] for segment in segments])


def print_notices(notices: Iterable[str]) -> None:
    """Print what users must know before anything is sent."""
    for notice in notices:
        echo(f"{click.style('note', fg='yellow')}: {clean(notice)}", err=True)
