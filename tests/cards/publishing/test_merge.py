from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest
from huggingface_hub import CommitOperationAdd, HfApi
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

import pluriset
from pluriset.cards.publishing.version import bumped, latest_version, parse_version, tag_of
from pluriset.cards.readme.merge import merge_cards, split_card, split_sections
from pluriset.tests.servers.hub import WRITE, Hub

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")  # of the client, about itself

ID = "org/small"
NEW = "---\nlicense: mit\n---\n\n# Small\n\nNew words.\n\n## Columns\n\nNew columns.\n"
HANDWRITTEN = """---
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


def test_a_handwritten_card_is_appended_to_the_new_one() -> None:
    front, body = split_card(merge_cards(NEW, HANDWRITTEN, generated=False))
    assert front == {"license": "mit", "extra_gated_prompt": "Please be kind."}
    assert [section.heading for section in split_sections(body)][1:] == [
        "Small", "Columns", "From the earlier card", "Our data", "Ethics <script>alert(1)</script>",
    ]  # fmt: skip
    assert "Words before any heading." in body
    assert "```\n# not a heading\n## Columns\n```" in body
    assert "Old columns." not in body


def test_generated_sections_are_replaced_and_handwritten_ones_stay() -> None:
    old = "---\nlicense: mit\n---\n\n# Old title\n\n## Checks\n\nOld.\n\n## Ethics\n\nBy hand.\n"
    assert merge_cards(NEW, old, generated=True) == NEW + "\n## Ethics\n\nBy hand.\n"


@pytest.mark.parametrize("before", ["", "```pip install x```\n\n", "## Columns ##\n\nGenerated.\n\n"])
@pytest.mark.parametrize("heading", ["## My notes", "My notes\n--------", "My notes\n="])
def test_headings_are_recognised_in_both_styles(before: str, heading: str) -> None:
    old = f"---\nlicense: mit\n---\n\n# Old title\n\n{before}{heading}\n\nPrecious.\n"
    assert merge_cards(NEW, old, generated=True) == NEW + f"\n{heading}\n\nPrecious.\n"


def test_a_hostile_heading_is_read_in_linear_time() -> None:
    for hostile in (
        "# a" + " " * 50_000 + "\tb" + "#" * 50_000 + "c",
        "> " * 50_000,
        "- " * 20_000,
        "[" * 50_000,
        "`" * 50_000,
    ):
        start = process_time()
        split_sections(hostile)
        assert process_time() - start < 5


@given(LINES)
def test_merging_twice_is_merging_once(lines: list[str]) -> None:
    once = merge_cards(NEW, "\n".join(lines), generated=False)
    assert merge_cards(NEW, once, generated=True) == once


@given(LINES)
def test_sections_partition_the_lines(lines: list[str]) -> None:
    body = "\n".join(lines)
    assert "\n".join(section.text for section in split_sections(body)).lstrip("\n") == body.lstrip("\n")


def test_a_handwritten_card_on_the_hub_survives_every_version(hub: Hub, runs: dict[str, Path]) -> None:
    api = HfApi(endpoint=hub.url, token=WRITE)
    api.create_repo(ID, repo_type="dataset")
    card = [CommitOperationAdd("README.md", HANDWRITTEN.encode())]
    api.create_commit(ID, card, commit_message="a", repo_type="dataset")
    done = pluriset.publish(runs["one"], ID)
    said = hub.repositories[ID].files["README.md"].decode()
    assert said.endswith("By hand.\n")
    assert "extra_gated_prompt: Please be kind." in said
    assert (done.tag, pluriset.publish(runs["one"], ID).changes) == ("v1.0.0", [])
    assert pluriset.publish(runs["two"], ID).tag == "v1.1.0"
    assert hub.repositories[ID].files["README.md"].decode().endswith("By hand.\n")


@pytest.mark.parametrize(
    "block", ["- item\n  ## Not ours", "> ## Quoted", "```\n## Code\n```", "<div>\n## HTML\n</div>"]
)
def test_headings_inside_other_blocks_start_no_section(block: str) -> None:
    assert [section.heading for section in split_sections(f"## Notes\n\n{block}\n")] == ["", "Notes"]


def test_versions() -> None:
    assert latest_version(["v1.9.0", "1.10.0", "main", "v01.2.3", "v2.0.0rc1", "v1.2", "1!9.0.0"]) == Version("1.10.0")
    bumps = [tag_of(bumped(parse_version("v1.2.3"), each)) for each in ("major", "minor", "patch")]
    assert bumps == ["v2.0.0", "v1.3.0", "v1.2.4"]
