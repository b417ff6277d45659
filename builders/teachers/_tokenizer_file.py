"""The tokenizer of a model as a file `tokenizer.json`, given or in the cache of `huggingface_hub`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...schemas.errors import RecipeError
from ...schemas.request import Message
from ._hub_file import in_cache

FILE, CONFIG, TEMPLATE = "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"
FRAME = (3, 16)
"""Tokens that a chat template adds to a message, where the template is not at hand."""


class TokenizerFile:
    """Counts with the package `tokenizers`; with the chat template of the model where that lies beside the file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def source(self) -> str:
        """Where the tokenizer is from."""
        return f"{self.path}{'' if self._template else ', its chat template estimated'}"

    def count(self, text: str) -> int:
        """Tokens of a text."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def count_prompt(self, messages: Iterable[Message]) -> tuple[int, int]:
        """The fewest and the most tokens of a conversation; the same where its template is known."""
        turns = [{"role": message.role, "content": message.content} for message in messages]
        if (text := self._rendered(turns)) is not None:
            counted = self.count(text)
            return counted, counted
        counts = [self.count(turn["content"]) for turn in turns]
        return sum(counts) + FRAME[0] * len(counts), sum(counts) + FRAME[1] * len(counts)

    def close(self) -> None:
        """Nothing is open."""

    def _rendered(self, turns: list[dict[str, str]]) -> str | None:
        """A conversation in the template of the model; None where there is none, or where it refuses this one."""
        from jinja2 import TemplateError

        if self._template is None:
            return None
        try:
            return str(self._template.render(messages=turns, add_generation_prompt=True, **self._special))
        except TemplateError:
            return None

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        try:
            return Tokenizer.from_file(str(self.path))
        except Exception as error:  # noqa: BLE001 (the package raises nothing narrower)
            raise RecipeError("not a tokenizer", where=str(self.path), got=str(error), expected=FILE) from None

    @cached_property
    def _config(self) -> dict[str, Any]:
        path = self.path.with_name(CONFIG)
        config = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return config if isinstance(config, dict) else {}

    @cached_property
    def _special(self) -> dict[str, str]:
        """The special tokens that templates write, such as `bos_token`."""
        given = {name: self._config.get(name) for name in ("bos_token", "eos_token", "pad_token", "unk_token")}
        texts = {name: token.get("content") if isinstance(token, dict) else token for name, token in given.items()}
        return {name: text for name, text in texts.items() if isinstance(text, str)}

    @cached_property
    def _template(self) -> Any:
        """The chat template, in a sandbox, as it comes with the model; None where it is not beside the tokenizer."""
        from jinja2 import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        file = self.path.with_name(TEMPLATE)
        text = file.read_text(encoding="utf-8") if file.is_file() else self._config.get("chat_template")
        if not isinstance(text, str):
            return None
        loops = ["jinja2.ext.loopcontrols"]
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=loops)
        environment.globals["raise_exception"] = _refuse
        try:
            return environment.from_string(text)
        except TemplateError:
            return None


def _refuse(message: str) -> None:
    """What a template calls for a conversation that it does not take, such as one with a system message."""
    from jinja2 import TemplateError

    raise TemplateError(message)


def tokenizer_in(folder: Path) -> TokenizerFile | None:
    """The tokenizer in a folder with a model, if it has one and the package `tokenizers` is installed."""
    return _tokenizer(folder / FILE)


def tokenizer_of(model: str, revision: str | None = None) -> TokenizerFile | None:
    """The tokenizer of a model `owner/name` where the cache of the Hub has it; nothing is downloaded."""
    path = in_cache(model, FILE, revision) if model.count("/") == 1 else None
    return _tokenizer(path) if path else None


def _tokenizer(path: Path) -> TokenizerFile | None:
    return TokenizerFile(path) if find_spec("tokenizers") and path.is_file() else None
