from __future__ import annotations

from pathlib import Path
from time import process_time

import pluriset
import pytest
from huggingface_hub import CommitOperationAdd, HfApi
from hypothesis import given
from hypothesis import strategies as st
from pluriset.cards.publishing.version import Version, latest_version
from pluriset.cards.readme.merge import merge_cards, split_card, split_sections
from pluriset.tests.servers.hub import WRITE, Hub

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")  # of the client, about itself

ID = "org/small"
NEW = "---\nlicense: mit\n---\n\n# Small\n\nNew words.\n\n## Columns\n\nNew columns.\n"
FOREIGN = """---
license: apache-2.0
extra_gated_prompt: Please be kind.
---
Words before any heading.

# Our data

Why we made it.

```
# not a heading
## Columns
```

## Columns

Old columns.

## Ethics <script>alert(1)</script>

By hand.
"""
LINES = st.lists(
    st.sampled_from(["# A", "## B", "### C", "```", "~~~~", "text", "", "## Columns", "    ## code", "==="])
)


def test_hand_written_sections_of_a_foreign_card_are_kept() -> None:
    front, body = split_card(merge_cards(NEW, FOREIGN, ours=False))
    assert front == {"license": "mit", "extra_gated_prompt": "Please be kind."}
    assert [section.heading for section in split_sections(body)][1:] == [
        "Small", "Columns", "From the earlier card", "Our data", "Ethics <script>alert(1)</script>",
    ]  # fmt: skip
    assert "Words before any heading." in body
    assert "```\n# not a heading\n## Columns\n```" in body
    assert "Old columns." not in body


def test_what_we_wrote_before_goes_and_what_is_hand_written_stays() -> None:
    ours = "---\nlicense: mit\n---\n\n# Old title\n\n## Checks\n\nOld.\n\n## Ethics\n\nBy hand.\n"
    assert merge_cards(NEW, ours, ours=True) == NEW + "\n## Ethics\n\nBy hand.\n"


@pytest.mark.parametrize("before", ["", "```pip install x```\n\n", "## Columns ##\n\nOurs.\n\n"])
@pytest.mark.parametrize("heading", ["## My notes", "My notes\n--------", "My notes\n="])
def test_a_heading_is_one_however_it_is_written(before: str, heading: str) -> None:
    ours = f"---\nlicense: mit\n---\n\n# Old title\n\n{before}{heading}\n\nPrecious.\n"
    assert merge_cards(NEW, ours, ours=True) == NEW + f"\n{heading}\n\nPrecious.\n"


def test_a_hostile_heading_takes_no_time() -> None:
    start = process_time()
    split_sections("# a" + " " * 50_000 + "\tb" + "#" * 50_000 + "c")
    assert process_time() - start < 1


@given(LINES)
def test_keeping_twice_is_keeping_once(lines: list[str]) -> None:
    once = merge_cards(NEW, "\n".join(lines), ours=False)
    assert merge_cards(NEW, once, ours=True) == once


@given(LINES)
def test_sections_hold_every_line(lines: list[str]) -> None:
    body = "\n".join(lines)
    assert "\n".join(section.text for section in split_sections(body)).lstrip("\n") == body.lstrip("\n")


def test_a_foreign_card_on_the_hub(hub: Hub, runs: dict[str, Path]) -> None:
    api = HfApi(endpoint=hub.url, token=WRITE)
    api.create_repo(ID, repo_type="dataset")
    card = [CommitOperationAdd("README.md", FOREIGN.encode())]
    api.create_commit(ID, card, commit_message="a", repo_type="dataset")
    done = pluriset.publish(runs["one"], ID)
    said = hub.repositories[ID].files["README.md"].decode()
    assert said.endswith("By hand.\n")
    assert "extra_gated_prompt: Please be kind." in said
    assert (done.tag, pluriset.publish(runs["one"], ID).changes) == ("v1.0.0", [])
    assert pluriset.publish(runs["two"], ID).tag == "v1.1.0"
    assert hub.repositories[ID].files["README.md"].decode().endswith("By hand.\n")


def test_versions() -> None:
    assert latest_version(["v1.9.0", "1.10.0", "main", "v01.2.3"]) == Version(1, 10, 0)
    assert [str(Version(1, 2, 3).next(each)) for each in ("major", "minor", "patch")] == ["v2.0.0", "v1.3.0", "v1.2.4"]
