import json
import resource
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from pluriset.builders.storage.journal import Journal
from pluriset.builders.storage.shard import Segment
from pluriset.schemas.errors import DataError, RunError
from pluriset.schemas.request import Completion

ONE, TWO = bytes(16), bytes(range(16))
ANSWER = {"text": "yes", "finish": "stop"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def written(folder: Path, *digests: bytes, text: str = "yes") -> None:
    journal = Journal(folder)
    for digest in digests:
        journal.add_answer(digest, {"text": text}, {"role": "judge"})
    journal.close()


def test_an_answer_is_found_again_by_another_process(folder: Path) -> None:
    written(folder, ONE)
    assert Journal(folder).answer(ONE) == {"text": "yes"}
    assert Journal(folder).answer(TWO) is None


@given(st.lists(st.tuples(st.binary(min_size=16, max_size=16), st.text()), max_size=20))
def test_what_goes_in_comes_out_and_the_first_answer_counts(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[bytes, str]]
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    for digest, text in pairs:
        written(folder, digest, text=text)
    first: dict[bytes, str] = {}
    for digest, text in pairs:
        first.setdefault(digest, text)
    journal = Journal(folder)
    assert {digest: (journal.answer(digest) or {})["text"] for digest in first} == first
    journal.close()


def test_each_process_has_a_segment_of_its_own(folder: Path) -> None:
    written(folder, ONE)
    before = (folder / "00001.jsonl").read_bytes()
    written(folder, TWO)
    assert [path.name for path in sorted(folder.iterdir())] == ["00001.jsonl", "00002.jsonl"]
    assert (folder / "00001.jsonl").read_bytes() == before


def test_nothing_new_leaves_no_segment(folder: Path) -> None:
    Journal(folder).close()
    assert not folder.exists()


def test_a_torn_last_line_is_skipped_and_never_touched(folder: Path) -> None:
    written(folder, ONE)
    whole = (folder / "00001.jsonl").read_bytes()
    written(folder, TWO)
    torn = (folder / "00002.jsonl").read_bytes()[:-20]
    (folder / "00002.jsonl").write_bytes(torn)
    journal = Journal(folder)
    assert journal.answer(ONE) and journal.answer(TWO) is None
    journal.add_answer(TWO, ANSWER, {})
    journal.close()
    assert (folder / "00001.jsonl").read_bytes() == whole and (folder / "00002.jsonl").read_bytes() == torn
    assert Journal(folder).answer(TWO) == ANSWER


def test_a_failure_gives_way_to_an_answer_and_a_void_makes_room_for_another(folder: Path) -> None:
    journal = Journal(folder)
    journal.add_failure(ONE, "teacher unavailable", "no route")
    assert journal.answer(ONE) is None and journal.failure(ONE) == ("teacher unavailable", "no route")
    journal.add_answer(ONE, {"text": "first"}, {})
    assert journal.failure(ONE)[0] == "never asked"
    journal.add_void(ONE, "asked again on request")
    assert journal.answer(ONE) is None
    journal.add_answer(ONE, {"text": "second"}, {})
    journal.close()
    assert Journal(folder).answer(ONE) == {"text": "second"}


def test_answers_longer_than_a_page_are_read_whole(folder: Path) -> None:
    written(folder, ONE, text="ä" * 100_000)
    assert (Journal(folder).answer(ONE) or {})["text"] == "ä" * 100_000


def test_duckdb_reads_a_journal_even_when_it_is_torn(folder: Path) -> None:
    import duckdb

    written(folder, ONE, TWO)
    with (folder / "00001.jsonl").open("ab") as file:
        file.write(b'{"digest":"00')
    rows = (
        duckdb.connect()
        .execute(
            f"SELECT digest, answer.text FROM read_json('{folder}/*.jsonl', format='newline_delimited', "
            "ignore_errors=true) WHERE digest IS NOT NULL ORDER BY digest"
        )
        .fetchall()
    )
    assert rows == [(ONE.hex(), "yes"), (TWO.hex(), "yes")]


def test_a_damaged_record_is_named_not_guessed(folder: Path) -> None:
    written(folder, ONE)
    path = folder / "00001.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"text"', b'"te\x00\xff"'))
    with pytest.raises(DataError, match="damaged record"):
        Journal(folder).answer(ONE)


@pytest.mark.parametrize(
    "record",
    [
        {"answer": ANSWER},
        {"answer": "yes", "ask": {}},
        {"answer": {**ANSWER, "text": 5}, "ask": {}},
        {"answer": {"finish": "stop"}, "ask": {}},
        {"failure": {"reason": "no"}},
    ],
)
def test_a_record_with_missing_or_mistyped_fields_is_named(folder: Path, record: dict[str, Any]) -> None:
    folder.mkdir()
    (folder / "00001.jsonl").write_bytes(to_json({"digest": ONE.hex(), **record}) + b"\n")
    with pytest.raises(DataError, match="damaged record"):
        Journal(folder).failure(ONE) if "failure" in record else Journal(folder).answer(ONE)


@pytest.mark.parametrize("name", ["00001.bak.jsonl", "7.jsonl", "000001.jsonl", "\u0661\u0662\u0663\u0664\u0665.jsonl"])
def test_a_copy_beside_the_segments_is_none(folder: Path, name: str) -> None:
    written(folder, ONE)
    (folder / name).write_bytes((folder / "00001.jsonl").read_bytes())
    assert Journal(folder).segments == [Segment(1)] and len(Journal(folder)) == 1


def test_context_is_written_once_a_segment(folder: Path) -> None:
    journal = Journal(folder)
    for _ in range(3):
        journal.add_context("abc", {"schema": {}})
    journal.close()
    assert (folder / "00001.jsonl").read_text().count("abc") == 1


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from pluriset.builders.storage.journal import Journal
from pluriset.builders.storage.shard import Segment
from pluriset.schemas.errors import RunError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
journal = Journal(Path(sys.argv[1]))
written = 0
try:
    while True:
        journal.add_answer(written.to_bytes(16), {"text": "x" * 300}, {})
        written += 1
except RunError as error:
    print(written, error.exit_code)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no file size limit on this system")
def test_a_full_disk_cuts_back_to_the_last_whole_record(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(folder)], capture_output=True, text=True, check=True)
    written, code = map(int, done.stdout.split())
    assert written > 10 and code == RunError.exit_code == 2
    content = (folder / "00001.jsonl").read_bytes()
    assert content.endswith(b"}\n") and content.count(b"\n") == written + 1, "the header, and every answer"
    journal = Journal(folder)
    assert len(journal) == written
    journal.add_answer(TWO, ANSWER, {})
    journal.close()
    assert len(Journal(folder)) == written + 1


KILLED = """
import sys
from pathlib import Path
from pluriset.builders.storage.journal import Journal
from pluriset.builders.storage.shard import Segment
journal = Journal(Path(sys.argv[1]))
for number in range(10**9):
    journal.add_answer(number.to_bytes(16), {"text": "x" * (number % 500)}, {})
    print(number, flush=True)
"""


def test_acknowledged_answers_survive_kill_9(folder: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    said = [int(process.stdout.readline()) for _ in range(200)]
    process.kill()
    said += [int(line) for line in process.stdout.read().splitlines() if line]
    process.wait()
    process.stdout.close()
    journal = Journal(folder)
    assert all(journal.answer(number.to_bytes(16)) for number in said)
    journal.close()
    assert [path.name for path in folder.iterdir()] == ["00001.jsonl"]


def test_a_segment_begins_with_the_version_of_the_format(folder: Path) -> None:
    written(folder, ONE)
    header = json.loads((folder / "00001.jsonl").read_text().splitlines()[0])
    assert header == {"digest": None, "journal": 2, "pluriset": metadata.version("pluriset")}


def test_a_segment_without_a_version_is_read(folder: Path) -> None:
    written(folder, ONE)
    path = folder / "00001.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    assert Journal(folder).answer(ONE) is not None


def test_a_newer_version_is_one_error_that_names_what_reads_it(folder: Path) -> None:
    written(folder, ONE)
    path = folder / "00001.jsonl"
    newer = b'{"digest":null,"journal":3,"pluriset":"7.1"}\n'
    path.write_bytes(newer + b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    with pytest.raises(DataError) as refused:
        Journal(folder)
    assert (refused.value.got, refused.value.hint) == ("format 3", "install pluriset 7.1 or later")


def test_fields_and_records_of_a_later_pluriset_are_skipped(folder: Path) -> None:
    folder.mkdir()
    answer = {"text": "{}", "input_tokens": 3, "later_field": ["step"], "cached_tokens": 2}
    lines = [{"digest": None, "usage": 1}, {"digest": ONE.hex(), "answer": answer, "ask": {}, "took": 0.5}]
    (folder / "00001.jsonl").write_bytes(b"".join(to_json(line) + b"\n" for line in lines))
    record = Journal(folder).answer(ONE)
    assert record is not None and Completion.from_record(record) == Completion("{}", input_tokens=3)
