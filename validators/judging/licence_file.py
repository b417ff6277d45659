"""The licence that the text of a LICENSE file grants, by the words that only one licence has."""

from __future__ import annotations

import re
from pathlib import Path

MAX_CHARACTERS = 20_000
"""How far into a file is looked."""
WORDS = {
    "mit": r"permission is hereby granted, free of charge, to any person",
    "apache-2.0": r"apache license,? version 2\.0",
    "cc0-1.0": r"cc0 1\.0 universal",
    "cc-by-4.0": r"attribution 4\.0 international",
    "cc-by-sa-4.0": r"attribution-sharealike 4\.0 international",
    "cc-by-nc-4.0": r"attribution-noncommercial 4\.0 international",
    "cc-by-nc-sa-4.0": r"attribution-noncommercial-sharealike 4\.0 international",
    "cc-by-nd-4.0": r"attribution-noderivatives 4\.0 international",
    "odc-by": r"open data commons attribution license",
    "bsd-3-clause": r"neither the name of .{1,80} nor the names of its contributors",
    "gpl-3.0": r"gnu general public license version 3",
}
"""Id of the Hub -> regular expression of words of its text, in lower case with single spaces."""


def licence_of_file(folder: Path) -> tuple[str, str] | None:
    """Name of the LICENSE file in a folder and the id of its licence; None where there is none, or it is not known."""
    for name in ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "LICENCE.txt", "LICENCE.md"):
        path = folder / name
        if path.is_file():
            with path.open(encoding="utf-8", errors="replace") as file:
                text = re.sub(r"\s+", " ", file.read(MAX_CHARACTERS)).lower()
            found = [licence for licence, words in WORDS.items() if re.search(words, text)]
            return (name, found[0]) if len(found) == 1 else None
    return None
