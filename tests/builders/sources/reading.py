import json
import tracemalloc
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from pluriset.builders.sources import BadSeed, Seed
from pluriset.builders.sources.file import File
from pluriset.schemas.errors import DataError

Write = Callable[..., Path]


def read(path: Path, **options: Any) -> list[Seed | BadSeed]:
    return list(File(path=path.name, **{"text": "text", **options}).seeds(path.parent))


def texts(path: Path, **options: Any) -> list[str]:
    return [seed.text for seed in read(path, **options) if isinstance(seed, Seed)]


def bad(path: Path, **options: Any) -> list[tuple[str, str]]:
    return [(seed.place, seed.reason) for seed in read(path, **options) if isinstance(seed, BadSeed)]


def error(path: Path, **options: Any) -> DataError:
    """The error, which comes before the first seed."""
    seeds = File(path=path.name, **{"text": "text", **options}).seeds(path.parent)
    with pytest.raises(DataError) as caught:
        next(seeds)
    return caught.value


def digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def jsonl(*records: Any) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def peak(path: Path, number: int) -> int:
    """Bytes that reading a file of so many records takes at most, once it has begun."""
    seeds = File(path=path.name, text="text").seeds(path.parent)
    next(seeds)
    tracemalloc.start()
    assert sum(1 for _ in seeds) == number - 1
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most
