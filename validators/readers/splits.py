"""The split and the table of a file, inferred from its path by the Hub's rules.

Theirs (`datasets.data_files`): `data/<split>-00000-of-00001.*`, else a keyword between separators in the
name of a folder or of the file. Ours: each file is judged alone, a file that names no split has none, and what is
left of the path without the split names the table. A folder `column=value`, as Hive has them, names neither: so it is
for the Hub too.
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
PARTITION = re.compile(r"\w+=")
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


def variant_of(path: PurePosixPath) -> tuple[str, str] | None:
    """The table and split of a file whose name goes on after its split, such as `q` and `test_hard` of `q_test_hard`.

    Only the other files tell whether it is one: they have the same table.
    """
    stem = path.name.removesuffix(".gz").rpartition(".")[0]
    split = split_of(path)
    if split not in WORD or not (word := WORD[split].search(stem)) or not (rest := stem[word.end() :].strip("-._ ")):
        return None
    variant = re.sub(r"\W+", "_", f"{split}_{rest}")
    return table_of(path.with_name(stem[: word.end()] + path.suffix)), variant


def partitions(path: PurePosixPath) -> list[str]:
    """The folders `column=value` of a path."""
    return [part for part in path.parts[:-1] if PARTITION.match(part)]


def table_of(path: PurePosixPath, keep: bool = False) -> str:
    """The path without its number and suffixes, and without its split unless that is kept; empty if nothing is left."""
    stem = NUMBER.sub("", path.name.removesuffix(".gz").rpartition(".")[0])
    split = None if keep else split_of(path)
    folders = [part for part in path.parts[:-1] if part not in partitions(path)]
    parts = [_without(part, split) for part in (*folders, stem)]
    return "/".join(part for part in parts if part and part != "data")


def _without(part: str, split: str | None) -> str:
    if split is None:
        return part
    if split not in WORD:
        return "" if part == split else part
    return WORD[split].sub("", part).strip("-._ ")
