"""Who the annotators are: links, consent, and which person is which pseudonym. Never inside the run folder.

One file, `people.json`, mode 0600 in a folder of mode 0700. Tokens of links and of sessions are kept as SHA-256 only;
they have 256 random bits, so that a slow hash would add nothing. A link is used once: whoever opens it first gets a
session in their browser, in which it can be opened again.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from ...schemas.errors import DataError, RecipeError
from ...validators.tables.atomic_write import draft_name, write_error

FILE = "people.json"
DAY = 86_400.0
"""Seconds."""


class ConsentRecord(BaseModel):
    """What a person agreed to."""

    model_config = ConfigDict(extra="forbid")

    text: str
    """The text that they were shown."""
    at: float
    """When, in seconds since 1970."""
    attributes: dict[str, str] = {}
    """What they declared of themselves."""


class Person(BaseModel):
    """One annotator. Whoever withdrew has nothing but the pseudonym here."""

    model_config = ConfigDict(extra="forbid")

    annotator: str
    """The pseudonym, which is the id in the data."""
    name: str | None = None
    """Who it is, as the maker of the dataset entered it; null for a link that was given to anyone."""
    token: str | None = None
    """SHA-256 of the token of the last link."""
    expires: float = 0.0
    """When link and session end, in seconds since 1970."""
    session: str | None = None
    """SHA-256 of the session that opened the link; null until it is opened."""
    revoked: bool = False
    consent: ConsentRecord | None = None
    withdrawn: bool = False


class Refused(Exception):
    """Someone cannot be let in; the text is for them."""


class People:
    """The people of a run, read again whenever another process changed them. `clock` gives seconds since 1970."""

    def __init__(self, folder: Path, run: Path, clock: Callable[[], float] = time.time) -> None:
        if folder.resolve().is_relative_to(run.resolve()):
            raise RecipeError(
                "people must not be recorded inside the run, which may be published",
                where="--people",
                got=str(folder),
                expected=f"a folder outside {run}",
            )
        self.folder, self.file, self.clock = folder, folder / FILE, clock
        self._people: dict[str, Person] = {}
        self._read_at: tuple[int, int] | None = None

    def all(self) -> dict[str, Person]:
        """Pseudonym -> person. Raises `DataError` for a damaged file."""
        try:
            status = self.file.stat()
        except FileNotFoundError:
            return {}
        if (mark := (status.st_mtime_ns, status.st_ino)) != self._read_at:
            try:
                found = _File.model_validate_json(self.file.read_bytes())
            except ValidationError as error:
                raise DataError(
                    "not a file of people", where=str(self.file), got=str(error.errors()[0]["msg"])
                ) from None
            self._people, self._read_at = {one.annotator: one for one in found.people}, mark
        return self._people

    @contextmanager
    def changing(self) -> Iterator[dict[str, Person]]:
        """The people to change; what the block leaves is saved. Raises `RunError`."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.folder.chmod(0o700)
        except OSError as error:
            raise write_error(error, self.folder, "cannot record people") from None
        with FileLock(self.folder / ".lock", mode=0o600):
            people = {name: one.model_copy(deep=True) for name, one in self.all().items()}
            yield people
            content = _File(people=[*people.values()]).model_dump_json(indent=1).encode()
            _write_private(self.file, content)

    def invite(self, annotator: str, days: float, name: str | None = None) -> str:
        """A new link for a person, good for some days; earlier links and sessions of theirs end. Returns its token."""
        token = secrets.token_urlsafe(32)
        with self.changing() as people:
            person = people.setdefault(annotator, Person(annotator=annotator))
            if person.withdrawn:
                raise RecipeError("this annotator withdrew and is never asked again", where="--invite", got=annotator)
            person.name, person.token, person.session = name or person.name, digest(token), None
            person.expires, person.revoked = self.clock() + days * DAY, False
        return token

    def revoke(self, annotator: str) -> None:
        """End the link and the session of an annotator. Raises `RecipeError` if there is none of this name."""
        with self.changing() as people:
            if annotator not in people:
                raise RecipeError.unknown("no annotator has this name", annotator, people, where="--revoke")
            people[annotator].revoked = True

    def forget(self, annotator: str) -> None:
        """Erase who an annotator is and what they agreed to; only that the pseudonym withdrew is kept."""
        with self.changing() as people:
            people[annotator] = Person(annotator=annotator, revoked=True, withdrawn=True)

    def enter(self, token: str, session: str) -> Person:
        """Let in whoever opens a link first, in this session. Raises `Refused`."""
        person = self.by_token(token)
        if person.session is None:
            with self.changing() as people:
                person = people[person.annotator]
                if person.session is None and person.token == digest(token):
                    person.session = digest(session)
        if person.session != digest(session):
            raise Refused("This link was already opened in another browser. Ask for a new one.")
        return person

    def by_token(self, token: str) -> Person:
        """Whose link this is. Raises `Refused`."""
        return self._admitted("token", token, "This link is not valid. Ask for a new one.")

    def by_session(self, session: str) -> Person:
        """Whose session this is. Raises `Refused`."""
        return self._admitted("session", session, "Open the link that you were sent.")

    def consent(self, annotator: str, text: str, attributes: dict[str, str]) -> None:
        """Record that a person agreed. Raises `RunError`."""
        with self.changing() as people:
            people[annotator].consent = ConsentRecord(text=text, at=self.clock(), attributes=attributes)

    def _admitted(self, field: str, secret: str, otherwise: str) -> Person:
        wanted = digest(secret)
        found = next(
            (one for one in self.all().values() if secrets.compare_digest(getattr(one, field) or "", wanted)), None
        )
        if found is None:
            raise Refused(otherwise)
        if found.revoked:
            raise Refused("This link was revoked.")
        if self.clock() >= found.expires:
            raise Refused("This link has expired. Ask for a new one.")
        return found


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    people: list[Person]


def default_folder(run: Path) -> Path:
    """Where the people of a run are recorded if no folder is given: in the user's data folder, by the run's path."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "pluriset" / "people" / f"{run.resolve().name}-{digest(str(run.resolve()))[:12]}"


def digest(secret: str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _write_private(file: Path, content: bytes) -> None:
    """Replace a file that only its owner may read. Raises `RunError`."""
    draft = file.with_name(draft_name(file.name))
    try:
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(descriptor)
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise write_error(error, file, "cannot record people") from None
