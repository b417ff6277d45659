"""One file of a model repository on the Hub, downloaded once into the cache of `huggingface_hub` and verified."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from ...schemas.errors import TeacherError
from ...validators.readers.manifest import sha256

SHA256 = re.compile(r"[0-9a-f]{64}")


@cache
def download(model: str, commit: str) -> Path:
    """The file `owner/repo/path` at a commit; HF_ENDPOINT, HF_TOKEN, HF_HOME and HF_HUB_OFFLINE are honoured.

    A download that was cut off is resumed. Raises `TeacherError` if the file cannot be had or is not what the Hub has.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    owner, repo, file = model.split("/", 2)
    where = f"{model}@{commit}"
    try:
        path = Path(hf_hub_download(f"{owner}/{repo}", file, revision=commit))
    except GatedRepoError as error:
        hint = f"accept its terms on the page of {owner}/{repo}, then set HF_TOKEN to a token that may read it"
        raise TeacherError("the model is gated", where=where, got=_first_line(error), hint=hint) from None
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        hint = "check owner, repository and revision; a private one needs HF_TOKEN"
        raise TeacherError("no such model on the Hub", where=where, got=_first_line(error), hint=hint) from None
    except LocalEntryNotFoundError as error:
        hint = "connect to the Hub once, or use `path` with a file on disk"
        what = "the model is not in the cache and the Hub cannot be reached"
        raise TeacherError(what, where=where, got=_first_line(error), hint=hint) from None
    except (HfHubHTTPError, OSError, ValueError) as error:
        hint = "run the same command again: a download that was cut off is resumed"
        raise TeacherError("cannot download the model", where=where, got=_first_line(error), hint=hint) from None
    # The cache names a large file by the sha256 that the Hub declares for it.
    declared = path.resolve().name
    if SHA256.fullmatch(declared) and (digest := sha256(path)) != declared:
        hint = f"delete {path.resolve()} and run the same command again"
        raise TeacherError("the downloaded model is damaged", where=where, got=digest, expected=declared, hint=hint)
    return path


def in_cache(repo: str, file: str, revision: str | None) -> Path | None:
    """A file of the repository `owner/name` where the cache has it; nothing is downloaded."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        path = try_to_load_from_cache(repo, file, revision=revision)
    except HFValidationError:
        return None
    return Path(path) if isinstance(path, str) else None


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).partition("\n")[0]
