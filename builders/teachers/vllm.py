"""vLLM in this process, for a machine with GPUs: many requests at once, prompts that begin alike are read once.

https://docs.vllm.ai/en/latest/
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import signal
from functools import cache
from itertools import count
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, JsonValue, PositiveInt, model_validator
from pydantic_core import PydanticSerializationError, to_json

from ...schemas.component import Transport
from ...schemas.errors import BadCompletion, TeacherError
from ...schemas.request import Completion, Finish, Request
from ..openai_api.answer_format import format_fields
from . import Teacher, Tokenizer
from ._tokenizer_file import tokenizer_in, tokenizer_of

INSTALL = "pip install 'pluriset[vllm]'"
HOLDS_THE_MODEL = {".safetensors", ".json", ".jinja", ".model", ".txt"}
"""Endings of the files of a model folder that can change an answer."""

# Free white space between JSON tokens lets a small model write line breaks for ever. What a grammar cannot say
# (unique items, say) is left to the parser of the answer.
GUIDANCE = {"x-guidance": {"whitespace_flexible": False, "coerce_one_of": True, "lenient": True}}
FIXED: dict[str, Any] = {
    "structured_outputs_config": {"backend": "guidance", "disable_any_whitespace": True},
    "enable_prefix_caching": True,
    "load_format": "safetensors",
    "disable_log_stats": True,
    "use_tqdm_on_load": False,
}
# On a CPU, a seed ends the engine if a prompt is read in parts, and blocks are by default too long to be shared.
ON_CPU: dict[str, Any] = {"enable_chunked_prefill": False, "block_size": 32}
SILENT = {"VLLM_LOGGING_LEVEL": "ERROR", "VLLM_LOGGING_STREAM": "ext://sys.stderr", "VLLM_NO_USAGE_STATS": "1"}


class VLLM(Teacher):
    """A model that vLLM runs in this process; all teachers that need the same engine share one."""

    model: str | None = Field(default=None, pattern=r"^\w[\w.-]*/\w[\w.-]*$")
    """A model on the Hub, `owner/name`; say its `revision` too."""
    commit: str | None = Field(default=None, alias="revision", pattern=r"^[0-9a-f]{40}$")
    """The commit of the model on the Hub: 40 hexadecimal digits, as a branch may change."""
    path: Annotated[Path | None, Transport()] = None
    """A folder with a model, in place of `model`."""
    lora: Annotated[Path | None, Transport()] = None
    """A folder with a LoRA adapter of the model."""
    temperature: float = Field(default=1.0, ge=0)
    """Sampling temperature."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    """Nucleus sampling."""
    logprobs: PositiveInt | None = Field(default=None, le=20)
    """Keep with each token of an answer so many of the likeliest, with their probabilities under the schema."""
    context: PositiveInt = 4096
    """Tokens of prompt and answer together, for each request."""
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    """Type of the numbers computed with; auto: the model's own."""
    quantization: str | None = None
    """How vLLM quantizes the weights, such as fp8; default: as the model says."""
    template: dict[str, JsonValue] = {}
    """Options of the model's chat template, such as {enable_thinking: false}."""
    concurrency: Annotated[PositiveInt, Transport()] = 256
    """How many requests are in the engine at once."""
    tensor_parallel: Annotated[PositiveInt, Transport()] = 1
    """GPUs that share each copy of the model."""
    data_parallel: Annotated[PositiveInt, Transport()] = 1
    """Copies of the model."""
    memory: Annotated[float | None, Transport()] = Field(default=None, gt=0, le=1)
    """Share of the memory of a GPU, or of the machine if it has none, that vLLM takes; default: vLLM's own."""
    lora_rank: Annotated[PositiveInt | None, Transport()] = None
    """Highest rank of the adapters in the engine; say it in every teacher that shares the engine with an adapter."""
    eager: Annotated[bool, Transport()] = False
    """Start sooner and run slower: nothing is compiled."""

    engines: ClassVar[dict[bytes, Engine]] = {}
    """What an engine was started with -> that engine."""

    @model_validator(mode="after")
    def _one_model(self) -> Self:
        if (self.model is None) == (self.path is None):
            raise ValueError("either `model` with `revision`, or `path`, says which model it is")
        if (self.model is None) != (self.commit is None):
            raise ValueError("a `model` on the Hub, and no other, needs its `revision`, a commit")
        return self

    def gpus(self) -> int:
        """One for each part of each copy of the model."""
        return self.tensor_parallel * self.data_parallel

    def own_tokenizer(self) -> Tokenizer | None:
        """That in the folder of the model, or in the cache of the Hub."""
        return tokenizer_in(self.path) if self.path else tokenizer_of(self.model or "", self.commit)

    async def complete(self, request: Request) -> Completion:
        """Put one request into the engine and wait for its answer."""
        # Shielded: who stops waiting for an engine that starts does not take it from the others.
        engine = self.engine()
        return await engine.answer(await asyncio.shield(engine.starting), request, self)

    def body(self, request: Request) -> bytes:
        """A request as `vllm run-batch` and `vllm serve` take it; an adapter goes by the name of its folder."""
        try:
            return to_json(
                {
                    "model": self.lora.name if self.lora else self.model_name(),
                    "messages": request.messages,
                    **format_fields("json_schema", {**request.schema, **GUIDANCE}, strict=True),
                    "max_tokens": request.max_tokens,
                    "seed": request.seed,
                    "temperature": self.temperature if request.temperature is None else request.temperature,
                    "top_p": self.top_p,
                    "chat_template_kwargs": self.template,
                    **({"logprobs": True, "top_logprobs": self.logprobs} if self.logprobs else {}),
                }
            )
        except PydanticSerializationError:
            raise BadCompletion("the prompt is not Unicode text", got=str(request.messages)) from None

    def model_name(self) -> str:
        """Repo on the Hub, or name of the folder."""
        return self.model or _folder(self.path).name

    def revision(self) -> str:
        """Commit, or sha256 of the files of the model; with that of the adapter."""
        model = self.commit or f"sha256:{_sha256(_folder(self.path))}"
        return f"{model}+sha256:{_sha256(_folder(self.lora))}" if self.lora else model

    async def close(self) -> None:
        """Let go of the engine; the last teacher that does stops it."""
        for key, engine in list(self.engines.items()):
            engine.holders.discard(id(self))
            if not engine.holders:
                self.engines.pop(key, None)
                await engine.stop()

    def engine(self) -> Engine:
        """The engine of this model, held until `close`; it starts unless it runs already."""
        args = self._arguments()
        if (engine := self.engines.get(key := to_json(args))) is None:
            engine = self.engines[key] = Engine(args)
        engine.holders.add(id(self))
        return engine

    def _arguments(self) -> dict[str, Any]:
        """The options of the engine by vLLM's names; unset ones are left to vLLM."""
        options = {
            "model": self.model or str(_folder(self.path)),
            "revision": self.commit,
            "served_model_name": self.model_name(),
            "dtype": self.dtype,
            "quantization": self.quantization,
            "max_model_len": self.context,
            "tensor_parallel_size": self.tensor_parallel,
            "data_parallel_size": self.data_parallel,
            "gpu_memory_utilization": self.memory,
            "enable_lora": bool(self.lora or self.lora_rank),
            "max_lora_rank": self.lora_rank,
            "enforce_eager": self.eager,
        }
        return {name: value for name, value in options.items() if value is not None}


class Engine:
    """vLLM's engine, started in a thread, and the teachers that hold it."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self.holders: set[int] = set()
        self.starting = asyncio.get_running_loop().create_task(asyncio.to_thread(_start, arguments))
        self.numbers = count(1)
        self.adapters: dict[str, int] = {}

    async def answer(self, vllm: Any, request: Request, teacher: VLLM) -> Completion:
        """Answer one request as this teacher would. Raises `BadCompletion` if vLLM refuses it, else `TeacherError`."""
        numbered = str(next(self.numbers))
        try:
            prompt = vllm.get_tokenizer().apply_chat_template(
                [{"role": m.role, "content": m.content} for m in request.messages],
                add_generation_prompt=True,
                return_dict=False,
                **teacher.template,
            )
            async for output in vllm.generate(
                {"prompt_token_ids": prompt}, _sampling(request, teacher), numbered, lora_request=self._lora(teacher)
            ):
                final = output
        except Exception as error:  # noqa: BLE001 (vLLM and all below it)
            raise _mapped(vllm, error) from None
        [answer] = final.outputs
        finish: Finish = "length" if answer.finish_reason == "length" else "stop"
        tokens = len(prompt), len(answer.token_ids)
        return Completion(answer.text, finish, *tokens, teacher.model_name(), _likely(answer, teacher.logprobs))

    async def stop(self) -> None:
        """End the engine's processes."""
        await asyncio.wait([self.starting])
        if not self.starting.cancelled() and self.starting.exception() is None:
            await asyncio.to_thread(self.starting.result().shutdown)
        del self.starting
        gc.collect()  # an engine that is found only when the interpreter ends complains

    def _lora(self, teacher: VLLM) -> Any:
        if teacher.lora is None:
            return None
        from vllm.lora.request import LoRARequest

        path = str(_folder(teacher.lora))
        number = self.adapters.setdefault(path, len(self.adapters) + 1)
        return LoRARequest(path, number, path)


def _sampling(request: Request, teacher: VLLM) -> Any:
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

    return SamplingParams(
        temperature=teacher.temperature if request.temperature is None else request.temperature,
        top_p=teacher.top_p,
        seed=request.seed,
        max_tokens=request.max_tokens,
        logprobs=teacher.logprobs,
        structured_outputs=StructuredOutputsParams(json={**request.schema, **GUIDANCE}),
        output_kind=RequestOutputKind.FINAL_ONLY,
    )


def _likely(answer: Any, kept: int | None) -> list[list[tuple[str, float]]] | None:
    """The token in each place, then the likeliest ones there; vLLM lists the token even if it was unlikely."""
    if kept is None:
        return None
    return [
        [(place[token].decoded_token, place[token].logprob)]
        + [(likely.decoded_token, likely.logprob) for likely in place.values() if likely.rank <= kept]
        for token, place in zip(answer.token_ids, answer.logprobs, strict=True)
    ]


def _start(arguments: dict[str, Any]) -> Any:
    for name, value in SILENT.items():
        os.environ.setdefault(name, value)
    try:
        from vllm import AsyncEngineArgs, AsyncLLMEngine
        from vllm.platforms import current_platform
    except ImportError as error:
        raise TeacherError("vLLM is not installed", got=str(error), hint=INSTALL) from None
    fixed = ON_CPU if current_platform.is_cpu() else {}
    # The engine's process inherits the mask: Ctrl-C is ours, and what is in flight is answered first.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return AsyncLLMEngine.from_engine_args(AsyncEngineArgs(**FIXED, **fixed, **arguments))
    except Exception as error:  # noqa: BLE001 (vLLM and all below it)
        where = arguments["served_model_name"]
        raise TeacherError("vLLM cannot start this model", where=where, got=str(error)) from None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _mapped(vllm: Any, error: Exception) -> TeacherError:
    got = str(error.__cause__ or error)
    if vllm.errored:
        return TeacherError("vLLM's engine has ended", got=got, hint="run the same command again: it goes on from here")
    return BadCompletion("vLLM refuses this request", got=got)


def _folder(path: Path | None) -> Path:
    if path is None or not path.is_dir():
        raise TeacherError("no such model folder", got=str(path), expected="a folder with config.json and safetensors")
    return path.resolve()


def _sha256(folder: Path) -> str:
    files = sorted(file for file in folder.iterdir() if file.suffix in HOLDS_THE_MODEL)
    return _hashed(tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files))


@cache
def _hashed(files: tuple[tuple[Path, int, int], ...]) -> str:
    whole = hashlib.sha256()
    for path, *_ in files:
        with path.open("rb") as file:
            whole.update(path.name.encode() + b"\0" + hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()
