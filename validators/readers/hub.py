"""A dataset on the Hub, at a revision, as a folder."""

from __future__ import annotations

import re
from pathlib import Path

from ...schemas.errors import DataError, PlurisetError
from .hub_bounds import bounded_api, bounded_progress
from .suffixes import format_of, known

ID = re.compile(r"(?:hf:/{1,2}datasets/|https:/{1,2}huggingface\.co/datasets/)?([\w.-]+/[\w.-]+)(?:@([\w./-]+))?")
"""Owner and name, and a revision; a path that was made of an address has one slash less."""


def is_id(place: str) -> bool:
    """Whether this can be `owner/name` or `owner/name@revision`, and is no path of a file or of what is on disk."""
    path = Path(place)
    return bool(ID.fullmatch(place)) and not path.exists() and format_of(path) is None


def names_revision(place: str) -> bool:
    """Whether this can be `owner/name@revision`: a dataset of the Hub that stays what it is."""
    found = ID.fullmatch(place)
    return found is not None and found[2] is not None


def local(place: str | Path) -> Path:
    """Where it is on disk: a dataset of the Hub is downloaded. Raises `DataError`."""
    return download(str(place)) if is_id(str(place)) else Path(place)


def download(place: str) -> Path:
    """The README and the data of a dataset, where the Hub's client keeps them. Raises `DataError`."""
    from huggingface_hub import snapshot_download

    found = ID.fullmatch(place)
    assert found is not None
    wanted = [pattern for suffix in known() for pattern in (f"*{suffix}", f"*{suffix}.gz")]
    try:
        with bounded_api():
            folder = snapshot_download(
                found[1],
                repo_type="dataset",
                revision=found[2],
                allow_patterns=["README.md", *wanted],
                tqdm_class=bounded_progress(),
            )
    except PlurisetError:
        raise
    except Exception as error:  # noqa: BLE001 (what the client raises depends on what the server sends)
        got = str(error).strip().partition("\n")[0].removeprefix("Got: ")
        hint = "is the name right, and can the Hub be reached? A path on disk must exist"
        raise DataError("no such dataset, on disk or on the Hub", where=place, got=got, hint=hint) from None
    return Path(folder)
