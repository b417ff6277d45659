from __future__ import annotations

import sys
from typing import Annotated

import click
import pytest

from pluriset.cards.console import text
from pluriset.cards.console.rows import print_nested
from pluriset.cards.loading.nested_rows import nest
from pluriset.schemas.row import ForeignKey, Key, Row


class Prompt(Row):
    """A prompt."""

    prompt_id: Annotated[str, Key()]
    """Key."""
    text: str
    """Text."""


class Response(Row):
    """A response."""

    response_id: Annotated[str, Key()]
    """Key."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """Prompt."""
    text: str
    """Text."""


class Pair(Row):
    """A pair of responses."""

    pair_id: Annotated[str, Key()]
    """Key."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """Prompt."""
    chosen_id: Annotated[str, ForeignKey("responses.response_id")]
    """The preferred response."""
    rejected_id: Annotated[str, ForeignKey("responses.response_id")]
    """The other response."""


def test_the_outline_shows_which_response_of_a_pair_was_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        Prompt(prompt_id="p", text="Say hello"),
        Response(response_id="a", prompt_id="p", text="Hello"),
        Response(response_id="b", prompt_id="p", text="Hi"),
        Pair(pair_id="ab", prompt_id="p", chosen_id="b", rejected_id="a"),
    ]
    print_nested(nest(rows, {"prompts": Prompt, "responses": Response, "pairs": Pair}))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Say hello") and "  chosen: b · rejected: a  [ab]" in lines


def test_a_line_that_is_wider_than_the_terminal_continues_between_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    line = "  " + click.style("value", bold=True) + " · Honesty  matters to whoever is affected. " + "x" * 40
    text.echo(line)
    assert capsys.readouterr().out == click.unstyle(line) + "\n", "a pipe gets it as it is"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    text.echo(line + "\n中文" + "，不好" * 20 + " end")
    wrapped = click.unstyle(capsys.readouterr().out).splitlines()
    assert wrapped[:3] == ["  value · Honesty  matters to", "    whoever is affected.", "    " + "x" * 40]
    assert wrapped[-1] == "  end"
