"""A LICENSE file that contradicts the card."""

from pathlib import Path

import pytest

import pluriset
from pluriset.validators.judging.licence_file import licence_of_file

MIT = "MIT License\n\nPermission is hereby granted, free of\ncharge, to any person obtaining a copy"


@pytest.mark.parametrize(("stated", "count"), [("mit", 0), ("apache-2.0", 1)])
def test_the_file_is_compared_with_the_card(tmp_path: Path, stated: str, count: int) -> None:
    (tmp_path / "LICENSE").write_text(MIT)
    (tmp_path / "README.md").write_text(f"---\nlicense: {stated}\n---\n")
    (tmp_path / "train.jsonl").write_text('{"text": "One"}\n{"text": "Two"}\n')
    [found] = [f for f in pluriset.validate(tmp_path).findings if f.check == "card.licence"]
    assert (found.count, found.severity) == (count, "warning")


def test_a_text_of_two_licences_or_of_none_says_nothing(tmp_path: Path) -> None:
    assert licence_of_file(tmp_path) is None
    (tmp_path / "LICENSE").write_text(f"{MIT}\nApache License\nVersion 2.0")
    assert licence_of_file(tmp_path) is None
    (tmp_path / "LICENSE").write_text("All rights reserved.")
    assert licence_of_file(tmp_path) is None
