"""What the terminal shows of people: their links, how far they are, and what was erased of one who withdrew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from . import text
from .options import path_type, together

if TYPE_CHECKING:
    from pydantic import BaseModel

options = together(
    click.argument("run", type=path_type),
    click.option("--invite", "names", multiple=True, metavar="PERSON", help="Print a link for this person."),
    click.option("--revoke", metavar="ANNOTATOR", help="End the link and session of an annotator."),
    click.option("--withdraw", metavar="ANNOTATOR", help="Erase an annotator from the run."),
    click.option("--status", is_flag=True, help="Show how far everyone is."),
    click.option("--pilot", type=click.IntRange(min=1), metavar="K", help="Serve the first K seeds only."),
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    click.option("--port", type=click.IntRange(1, 65535), default=8642, show_default=True, help="Port to listen on."),
    click.option("--url", metavar="URL", help="Address that browsers use.  [default: that of host and port]"),
    click.option("--days", type=float, default=14, show_default=True, help="Days that new links are good for."),
    click.option("--people", type=path_type, help="Folder for links and consent, outside RUN."),
)
"""The argument RUN, and what can be done about its annotators."""


def public_url(host: str, port: int, url: str | None, **_: Any) -> str:
    """Where browsers find the server."""
    return (url or f"http://{f'[{host}]' if ':' in host else host}:{port}").rstrip("/")


def print_links(links: Sequence[Any], as_json: bool) -> None:
    """Print links, which are secrets and shown only now."""
    if as_json:
        text.document([asdict(link) for link in links])
    elif links:
        text.table("", ["annotator", "person", "link"], [[one.annotator, one.person, one.url] for one in links])
        click.echo("Each link is for one person and is shown only now; --invite makes a new one.", err=True)


def print_ready(url: str) -> None:
    """Print where the server is."""
    click.echo(f"Serving at {url}; stop with Ctrl-C. Answers are saved as they are sent.", err=True)


def print_status(status: BaseModel, as_json: bool) -> None:
    """Print one line for each annotator, then the k-anonymity of what they declared."""
    found = status.model_dump()
    if as_json:
        return text.document(found)
    rows = [
        {**one, "consented": "yes" if one["consented"] else "no", "attention": _attention(one)}
        for one in found["annotators"]
    ]
    heads = ["annotator", "access", "consented", "answered", "open", "median_seconds", "attention"]
    text.table("", [head.replace("_", " ") for head in heads], [[row[head] for head in heads] for row in rows])
    if not found["recorded"]:
        click.echo("warning: no records of people here; was it served with --people?", err=True)
    anonymity = found["anonymity"]
    smallest, exposed, k = anonymity["smallest"], anonymity["exposed"], anonymity["k"]
    if smallest is None:
        return click.echo("No attributes are declared yet.")
    shared = f"Smallest group with equal attributes: {smallest:,}"
    if not exposed:
        return click.echo(f"{shared}, which is enough to publish ({k:,}).")
    who = "1 annotator is" if exposed == 1 else f"{exposed:,} annotators are"
    return click.echo(f"{shared}; {who} in a group below {k:,}, which cannot be published before `coarsen`.")


def print_import(done: Any) -> None:
    """Print what became of the answers of an export, with the first that were rejected for each reason."""
    rows = [["added", done.added], ["changed", done.changed], ["unchanged", done.unchanged]]
    text.table("", ["answers", "n"], [*rows, ["rejected", len(done.rejected)]])
    for reason, count in done.reasons().items():
        first = next(each.place for each in done.rejected if each.reason == reason)
        click.echo(text.clean(f"rejected {count:,}: {reason} (first: {first})"), err=True)


def print_withdrawal(done: Any, as_json: bool) -> None:
    """Print what was erased."""
    if as_json:
        return text.document(asdict(done))
    click.echo(f"Erased {done.records:,} records and {done.batches:,} batch files of {done.annotator}.")
    return click.echo("Copies that were published or exported before are not changed.", err=True)


def _attention(annotator: dict[str, Any]) -> str:
    seen = annotator["attention_seen"]
    return f"{annotator['attention_passed']} of {seen}" if seen else ""
