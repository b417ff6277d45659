"""The tokenizer in a GGUF file, asked through a llama.cpp server of this process that answers nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...schemas.errors import TeacherError
from ...schemas.request import Message


class LlamaTokenizer:
    """Counts as llama.cpp will: the chat template of the model, then its tokens. Starts in about half a second."""

    def __init__(self, path: Path, xllamacpp: Any) -> None:
        self.path, self._xllamacpp = path, xllamacpp

    @property
    def source(self) -> str:
        """Where the tokenizer is from."""
        return self.path.name

    def count(self, text: str) -> int:
        """Tokens of a text."""
        return len(self._reply("/tokenize", {"content": text})["tokens"])

    def count_prompt(self, messages: Iterable[Message]) -> tuple[int, int]:
        """The fewest and the most tokens of a conversation, here the same."""
        turns = [{"role": message.role, "content": message.content} for message in messages]
        counted = self._reply("/v1/messages/count_tokens", {"model": self.source, "messages": turns})["input_tokens"]
        return counted, counted

    def close(self) -> None:
        """Stop the server, if it was started."""
        if (connection := self.__dict__.pop("_connection", None)) is not None:
            connection.close()
        self.__dict__.pop("_server", None)

    def _reply(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self._connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        with self._connection.getresponse() as response:
            reply: dict[str, Any] = json.loads(response.read())
        if "error" in reply:
            raise TeacherError("llama.cpp cannot count these tokens", where=self.source, got=str(reply["error"]))
        return reply

    @cached_property
    def _connection(self) -> HTTPConnection:
        return HTTPConnection(urlsplit(self._server.listening_address).netloc)

    @cached_property
    def _server(self) -> Any:
        params = self._xllamacpp.CommonParams()
        params.model.path, params.warmup = str(self.path), False
        params.n_parallel, params.n_ctx, params.n_gpu_layers, params.verbosity = 1, 256, 0, 0
        try:
            return self._xllamacpp.Server(params)
        except RuntimeError as error:
            raise TeacherError("llama.cpp cannot load this model", got=f"{self.path.name}: {error}") from None
