"""The split and the table of a file, told from its path by the Hub's rules.

Theirs (`datasets.data_files`): `data/<split>-00000-of-00001.*`, else a keyword between separators in the
name of a folder or of the file. Ours: each file is told by itself, a file that names no split has none, and what is
left of the path without the split names the table.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

KEYWORDS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "dev", "val"),
    "test": ("test", "testing", "eval", "evaluation"),
}
"""Split -> words that mean it."""
SEPARATORS = r"[-._ 0-9]"
SHARD = re.compile(r"(\w+(?:\.\w+)*)-\d{5}-of-\d{5}.*")
NUMBER = re.compile(r"-\d{5}-of-\d{5}$")
WORD = {
    split: re.compile(rf"(?:^|(?<={SEPARATORS}))(?:{'|'.join(words)})(?=$|{SEPARATORS})")
    for split, words in KEYWORDS.items()
}


def split_of(path: PurePosixPath) -> str | None:
    """The split that a path inside a dataset names, if any."""
    if path.parts[0] == "data" and len(path.parts) == 2 and (shard := SHARD.fullmatch(path.name)):
        return shard[1]
    for parts in (path.parts[:-1], (path.name,)):
        for split, word in WORD.items():
            if any(word.search(part) for part in parts):
                return split
    return None


def table_of(path: PurePosixPath, keep: bool = False) -> str:
    """The path without its number and suffixes, and without its split unless that is kept; empty if nothing is left."""
    stem = NUMBER.sub("", path.name.removesuffix(".gz").rpartition(".")[0])
    split = None if keep else split_of(path)
    parts = [_without(part, split) for part in (*path.parts[:-1], stem)]
    return "/".join(part for part in parts if part and part != "data")


def _without(part: str, split: str | None) -> str:
    if split is None:
        return part
    if split not in WORD:
        return "" if part == split else part
    return WORD[split].sub("", part).strip("-._ ")
