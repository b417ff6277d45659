"""The requests of a run that people are to answer, one list for each annotator, in an order of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ...schemas.forms import Form
from ..execution.batch_files import BatchFile, BatchFolder
from .form import form


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """One request to a person, and where it stands in a batch file."""

    digest: str
    """Digest of the request, in hex."""
    annotator: str
    seed: str
    """Id of the seed that it is about."""
    teacher: str
    """Name of the teacher in the recipe."""
    batch: BatchFile
    offset: int


class Requests:
    """The requests of all people of a run; `pilot` leaves only those about the first seeds."""

    def __init__(self, run: Path, pilot: int | None = None, done: bool = False) -> None:
        self._run, self._pilot, self._done = run, pilot, done
        self._by_annotator: dict[str, dict[str, OpenRequest]] = {}
        self._contexts: dict[str, dict[str, Any]] = {}
        self._seen: Any = None
        self.refresh()

    def refresh(self) -> None:
        """Read the batch files again if a build wrote or finished one."""
        self.batches = BatchFolder(self._run)
        waves = [batch for batch in self.batches.waves() if self._done or not batch.done]
        if (seen := [batch.name for batch in waves]) == self._seen:
            return
        self._seen, found, seeds = seen, list[OpenRequest](), dict[str, None]()
        for batch in waves:
            for offset, record in self.batches.asks(batch):
                if "context" in record:
                    self._contexts[record["context"]] = record
                    continue
                ask = record["ask"]
                seeds[ask["seed"]] = None
                found.append(OpenRequest(record["digest"], ask["annotator"], ask["seed"], batch.teacher, batch, offset))
        shown = {*list(seeds)[: self._pilot]}
        self._by_annotator = {}
        for request in sorted((one for one in found if one.seed in shown), key=_place):
            self._by_annotator.setdefault(request.annotator, {})[request.digest] = request

    def annotators(self) -> list[str]:
        """Everyone who is asked something."""
        return sorted(self._by_annotator)

    def of(self, annotator: str) -> Mapping[str, OpenRequest]:
        """Digest -> request of one annotator, in the order in which they see them."""
        return self._by_annotator.get(annotator, {})

    def all(self) -> Iterator[OpenRequest]:
        """The requests of all annotators."""
        for requests in self._by_annotator.values():
            yield from requests.values()

    def ask(self, request: OpenRequest) -> dict[str, Any]:
        """What is asked, as the journal will record it."""
        record: dict[str, Any] = self.batches.ask(request.batch, request.offset)["ask"]
        return record

    def form(self, request: OpenRequest) -> Form:
        """The request as a form."""
        ask = self.ask(request)
        return form(self._contexts[ask["context"]]["schema"], ask["messages"], ask.get("narrow"))


def _place(request: OpenRequest) -> tuple[bytes, bytes]:
    """Random and always the same: seeds shuffled for each annotator, and within them their requests."""
    return _mark(request.annotator, request.seed), _mark(request.annotator, request.digest)


def _mark(*parts: str) -> bytes:
    return blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
