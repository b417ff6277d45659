"""A person withdraws: what they answered leaves the journal, the batch files and the tables of a run.

This is the one exception to a journal that is only appended to. In the order that survives a crash: the person is let
in no more, the outputs go, manifest first, then the answers; the same command again finishes what was interrupted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from ...schemas.run_layout import JOURNAL, MANIFEST
from ..execution.batch_files import BatchFolder
from ..storage import run_folder
from ..storage.journal import Journal
from ..storage.journal_erasure import erase, records
from .people import People
from .serve import only_server
from .slots import slots

SHORTEST_QUOTE = 4
"""Characters of a text from which another prompt is taken to quote it."""


@dataclass(frozen=True)
class Withdrawal:
    """What was erased of a person."""

    annotator: str
    records: int
    """Records of the journal."""
    batches: int
    """Batch files with requests to them."""
    rebuild: bool
    """Whether the run had tables, which have to be built again."""


def withdraw(run: Path, annotator: str, people: People) -> Withdrawal:
    """Erase a person from a run. Raises `RecipeError` for an unknown one, `RunError` while a server or build works."""
    slots(run).human(annotator)
    with run_folder.locked(run), only_server(run):
        people.forget(annotator)
        rebuild = (run / MANIFEST).exists()
        run_folder.remove_outputs(run)
        erased = _erase_answers(run, annotator)
        batches = _erase_batches(run, annotator)
    return Withdrawal(annotator, erased, batches, rebuild)


def _erase_answers(run: Path, annotator: str) -> int:
    """Erase what the person answered or declared, and every request that quotes a text of theirs."""
    folder = run / JOURNAL
    theirs = {record["digest"] for record in records(folder) if _is_of(record, annotator)}
    quotes = {text for record in records(folder) if _is_of(record, annotator) for text in _texts(record)}

    def unwanted(record: dict[str, Any]) -> bool:
        if record.get("digest") in theirs or record.get("person") == annotator:
            return True
        return bool(quotes) and _quotes(record, quotes)

    erased = erase(folder, unwanted) if folder.is_dir() else 0
    journal = Journal(folder)
    try:
        journal.add_withdrawn(annotator)
    finally:
        journal.close()
    return erased


def _is_of(record: dict[str, Any], annotator: str) -> bool:
    return bool(record.get("ask", {}).get("annotator") == annotator)


def _texts(record: dict[str, Any]) -> Iterator[str]:
    """The texts in an answer that were written and not chosen from the options shown."""
    answer = record.get("answer", {})
    shown = (answer.get("shown") or {}).get("options", {})
    chosen = {option for options in shown.values() for option in options}
    try:
        parsed = from_json(answer.get("text", ""))
    except ValueError:
        parsed = answer.get("text", "")
    yield from (text for text in _strings(parsed) if len(text) >= SHORTEST_QUOTE and text not in chosen)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def _quotes(record: dict[str, Any], texts: set[str]) -> bool:
    messages = [str(message.get("content", "")) for message in record.get("ask", {}).get("messages", ())]
    return any(text in message for text in texts for message in messages)


def _erase_batches(run: Path, annotator: str) -> int:
    batches = BatchFolder(run)
    batches.answers(annotator).unlink(missing_ok=True)
    theirs = [batch for batch in batches.waves() if batch.annotator == annotator]
    for batch in theirs:
        batches.remove(batch)
    return len(theirs)
