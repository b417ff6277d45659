from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pluriset.cards.markdown import MAX_CHARACTERS, Safe, code, fenced, md, prose, visible

MARKS = "ab1 *_`[]()<>&|~$#-+=:.!\\\n\t\"'{}@/"
TEXTS = st.text(st.sampled_from(MARKS) | st.characters(), max_size=40) | st.text(st.sampled_from(MARKS), max_size=80)
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def shown(text: str) -> str:
    return " ".join(visible(text).split())


def inline(tokens: list[Token]) -> list[Token]:
    return [child for token in tokens for child in token.children or []]


@given(TEXTS)
def test_text_is_shown_literally(text: str) -> None:
    tokens = READER.parse(md(text))
    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
    assert {child.type for child in inline(tokens)} <= {"text", "text_special"}
    assert "".join(child.content for child in inline(tokens)) == shown(text)


@given(TEXTS, TEXTS)
def test_text_stays_in_its_table_cell(left: str, right: str) -> None:
    tokens = READER.parse(f"| a | b |\n| --- | --- |\n| {md(left)} | {md(right)} |\n")
    cells = [token for before, token in pairwise(tokens) if before.type == "td_open"]
    assert ["".join(c.content for c in cell.children or []) for cell in cells] == [shown(left), shown(right)]


@given(st.text(st.sampled_from("`ab\n~ \r<")), st.sampled_from(["", "text"]))
def test_text_cannot_close_its_fence(text: str, language: str) -> None:
    tokens = READER.parse(f"before\n\n{fenced(text, language)}\n\nafter")
    assert [token.type for token in tokens if token.level == 0].count("fence") == 1
    assert tokens[-2].content == "after"
    block = next(token for token in tokens if token.type == "fence")
    assert block.content.rstrip("\n") == re.sub(r"\r\n?", "\n", text).rstrip("\n")


@given(TEXTS)
def test_names_are_code_spans_or_plain_text(text: str) -> None:
    children = inline(READER.parse(code(text)))
    assert {child.type for child in children} <= {"text", "text_special", "code_inline"}
    assert "".join(child.content for child in children) == shown(text)


def test_numbers_are_readable() -> None:
    assert [md(1234567), md(0.5), md(-2.0), md(0.12345), md(None)] == ["1,234,567", "0.5", "-2", "0.123", ""]


def test_plain_urls_stay_links() -> None:
    assert md("see https://example.org/a_b?c=1, please") == "see <https://example.org/a_b?c=1>, please"
    assert [child.type for child in inline(READER.parse(md("javascript:alert(1) [x](https://e.org)")))].count(
        "link_open"
    ) == 1


def test_very_long_text_is_cut() -> None:
    assert len(md("a" * (MAX_CHARACTERS + 10))) == MAX_CHARACTERS + 1


def test_control_and_bidi_characters_are_made_visible() -> None:
    assert md("a\x1b[31m\u202eb\x00") == "a\ufffd\\[31m\ufffdb\ufffd"


@given(TEXTS)
def test_prose_allows_only_code_spans(text: str) -> None:
    tokens = READER.parse("It: " + prose(text))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in inline(tokens)} <= {"text", "text_special", "code_inline"}
    said = "".join(child.content for child in inline(tokens))
    assert re.sub(r"[\s`]", "", said) == re.sub(r"[\s`]", "", "It: " + shown(text))


def test_docstrings_keep_their_code_spans() -> None:
    assert prose("Result of `a_b`; <b> null") == "Result of `a_b`; &lt;b&gt; null"


@pytest.mark.parametrize("text", ["1. a", "1) a", "12.", "0.5", "- a", "+", "# a", "===", "2024-01-01"])
def test_a_line_cannot_open_a_block(text: str) -> None:
    assert [token.type for token in READER.parse(md(text))] == ["paragraph_open", "inline", "paragraph_close"]
    assert "".join(child.content for child in inline(READER.parse(md(text)))) == text


def test_numbers_in_text_stay_readable() -> None:
    assert md("0.0012") == "0.0012"


def test_safe_markup_is_not_escaped_twice() -> None:
    assert md(Safe("*a*")) == "*a*"
