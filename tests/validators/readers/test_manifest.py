"""Reading a manifest, comparing files with it, and deciding what is a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pluriset.schemas.errors import DataError
from pluriset.schemas.manifest import File
from pluriset.schemas.rows import tables_of
from pluriset.validators.readers.manifest import mismatch, parse_manifest, read_manifest, sha256
from pluriset.validators.readers.run_folder import has_tables, is_run


def test_a_manifest_of_a_newer_format_names_the_version_that_reads_it() -> None:
    raw = json.dumps({"format": 9, "versions": {"pluriset": "4.2"}, "new": 1}).encode()
    with pytest.raises(DataError) as newer:
        parse_manifest(raw, "manifest.json")
    assert (newer.value.got, newer.value.hint) == ("format 9", "install pluriset 4.2 or later")


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"format": "9"}', b'{"format": 9, "versions": []}'])
def test_a_broken_manifest_is_one_clear_error(raw: bytes) -> None:
    with pytest.raises(DataError):
        parse_manifest(raw, "manifest.json")


def test_reading_a_folder_without_a_manifest_says_whether_it_is_a_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        read_manifest(tmp_path / "missing")
    with pytest.raises(DataError, match="no manifest"):
        read_manifest(tmp_path)
    (tmp_path / "recipe.yaml").write_text("name: a")
    with pytest.raises(DataError, match="not complete"):
        read_manifest(tmp_path)


def test_a_file_that_differs_from_its_entry_is_named(tmp_path: Path) -> None:
    (path := tmp_path / "a").write_bytes(b"one")
    entry = File(path="a", sha256=sha256(path), bytes=3)
    assert mismatch(tmp_path, entry) is None
    path.write_bytes(b"two")
    assert mismatch(tmp_path, entry, digest=False) is None
    assert mismatch(tmp_path, entry) == ("a file has another sha256", sha256(path), entry.sha256)
    path.write_bytes(b"four")
    assert mismatch(tmp_path, entry) == ("a file has another size", "4 bytes", "3 bytes")
    path.unlink()
    assert mismatch(tmp_path, entry) == ("a file is missing", None, None)


def test_a_manifest_a_started_build_or_the_tables_of_a_family_make_a_run(tmp_path: Path) -> None:
    (tmp_path / "finished").mkdir()
    (tmp_path / "finished" / "manifest.json").write_text('{"family": "values"}')
    (tmp_path / "started" / "journal").mkdir(parents=True)
    (tmp_path / "started" / "recipe.yaml").write_text("name: a")
    for table in tables_of("values"):
        (tmp_path / "tables" / "data" / table).mkdir(parents=True)
    assert all(is_run(tmp_path / name) for name in ("finished", "started", "tables"))
    assert has_tables(tmp_path / "tables")
    with pytest.raises(DataError, match="not complete"):
        has_tables(tmp_path / "started")


@pytest.mark.parametrize("manifest", [None, "[]", '{"manifest_version": 3}', '{"family": 1}'])
def test_anything_else_is_not_a_run(tmp_path: Path, manifest: str | None) -> None:
    (tmp_path / "recipe.yaml").write_text("soup")
    (tmp_path / "data" / "train").mkdir(parents=True)
    if manifest:
        (tmp_path / "manifest.json").write_text(manifest)
    assert not is_run(tmp_path)
