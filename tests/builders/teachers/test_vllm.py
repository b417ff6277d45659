from __future__ import annotations

import asyncio
import json
import multiprocessing
from itertools import count
from pathlib import Path

import numpy
import pytest

from pluriset.builders.teachers.vllm import VLLM, Engine
from pluriset.schemas.component import load
from pluriset.schemas.errors import BadCompletion, RecipeError, TeacherError
from pluriset.tests.builders.teachers.smollm2 import OPTIONS, SMOLLM2, needs_vllm
from pluriset.tests.builders.teachers.verdict import Verdict, ask

COMMIT = "12fd25f77366fa6b3b4b768ec3050bf629380bac"


def folder(path: Path, **files: str) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / name.replace("__", ".")).write_text(text)
    return path


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "either `model` with `revision`, or `path`"),
        ({"model": "a/b", "path": "c", "revision": COMMIT}, "either `model` with `revision`, or `path`"),
        ({"model": "a/b"}, "needs its `revision`"),
        ({"path": "c", "revision": COMMIT}, "needs its `revision`"),
        ({"model": "a/b", "revision": "main"}, "revision"),
        ({"model": "../b", "revision": COMMIT}, "model"),
    ],
)
def test_says_which_model_it_needs(options: dict[str, str], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        load("pluriset.builders.teachers", {"vllm": options})


def test_a_model_of_the_hub_is_its_repo_and_commit() -> None:
    who = VLLM(model="HuggingFaceTB/SmolLM2-135M-Instruct", revision=COMMIT).identity()
    assert (who["model"], who["revision"]) == ("HuggingFaceTB/SmolLM2-135M-Instruct", COMMIT)


def test_a_folder_is_the_hash_of_what_can_change_an_answer(tmp_path: Path) -> None:
    model = folder(tmp_path / "tiny", model__safetensors="weights", config__json="{}")
    before = VLLM(path=model).revision()
    folder(model, README__md="A model.")
    assert VLLM(path=model).model_name() == "tiny" and VLLM(path=model).revision() == before
    folder(model, config__json='{"a": 1}')
    assert VLLM(path=model).revision() != before
    adapter = folder(tmp_path / "adapter", adapter_model__safetensors="more weights")
    assert VLLM(path=model, lora=adapter).revision().startswith(VLLM(path=model).revision() + "+sha256:")


def test_says_which_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(TeacherError, match="no such model folder") as caught:
        VLLM(path=tmp_path / "none").identity()
    assert caught.value.got == str(tmp_path / "none")


class Strict:
    """What is used of vLLM's engine before it generates, with a chat template that refuses two user turns in a row."""

    errored = False

    def get_tokenizer(self) -> Strict:
        return self

    def apply_chat_template(self, turns: object, **options: object) -> list[int]:
        raise ValueError("Conversation roles must alternate user/assistant")


async def test_a_conversation_that_the_chat_template_refuses_is_a_refused_request() -> None:
    engine = Engine.__new__(Engine)
    engine.numbers = count(1)
    with pytest.raises(BadCompletion, match="vLLM refuses this request") as caught:
        await engine.answer(Strict(), ask("One", "Two"), VLLM(model="a/b", revision=COMMIT))
    assert "must alternate" in str(caught.value.got)


@pytest.mark.slow
async def test_says_which_folder_is_no_model(tmp_path: Path) -> None:
    needs_vllm()
    teacher = VLLM(path=folder(tmp_path / "bad", config__json="{}"))
    for error in await asyncio.gather(*(teacher.complete(ask()) for _ in range(2)), return_exceptions=True):
        assert isinstance(error, TeacherError) and error.where == "bad" and str(tmp_path) not in error.what
    await teacher.close()


@pytest.mark.slow
async def test_teachers_of_one_model_share_its_engine(tmp_path: Path, vllm_holder: VLLM) -> None:
    vllm_holder.engine()
    cold, adapted = (
        VLLM(**OPTIONS | {"temperature": 0}),
        VLLM(**OPTIONS | {"temperature": 0, "lora": adapter(tmp_path)}),
    )
    await asyncio.gather(cold.complete(ask()), adapted.complete(ask()))
    assert len(VLLM.engines) == 1
    # One after another: in bf16 an answer also depends on what else is in its batch.
    answers = [await one.complete(asked) for one, asked in ((cold, ask()), (adapted, ask()), (cold, ask(seed=2)))]
    assert answers[0].text == answers[2].text != answers[1].text, "the adapter changes the answer, the seed does not"
    for answer in answers:
        Verdict.model_validate_json(answer.text)
    await cold.close()
    await adapted.complete(ask())
    await adapted.close()
    assert len(VLLM.engines) == 1, "another teacher holds it"


@pytest.mark.slow
async def test_keeps_probabilities_under_the_schema(vllm_holder: VLLM) -> None:
    vllm_holder.engine()
    teacher = VLLM(**OPTIONS | {"logprobs": 2})
    answer = await teacher.complete(ask())
    assert answer.logprobs and len(answer.logprobs) == answer.output_tokens
    for (said, logprob), *likeliest in answer.logprobs:
        assert isinstance(said, str) and logprob <= 0 and len(likeliest) == 2
    first = {token: logprob for token, logprob in answer.logprobs[0][1:] if logprob > -20}
    assert all(token.lstrip().startswith("{") for token in first), "what the schema forbids has no probability"
    await teacher.close()


@pytest.mark.slow
async def test_the_last_to_let_go_stops_the_engine(vllm_holder: VLLM) -> None:
    await vllm_holder.complete(ask())
    children = multiprocessing.active_children()
    await vllm_holder.close()
    for child in children:
        child.join(30)
    assert children and not VLLM.engines and not any(child.is_alive() for child in children)


def adapter(path: Path) -> Path:
    """An adapter of rank 8 that shifts what the first layer attends to."""
    width, layer = json.loads((SMOLLM2 / "config.json").read_text())["hidden_size"], "base_model.model.model.layers.0"
    numbers = numpy.random.default_rng(0)
    sides = {"A": numbers.normal(size=(8, width)), "B": numbers.normal(size=(width, 8))}
    weights = {f"{layer}.self_attn.q_proj.lora_{side}.weight": w.astype("f4") for side, w in sides.items()}
    pytest.importorskip("safetensors.numpy").save_file(weights, path / "adapter_model.safetensors")
    config = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 8, "lora_alpha": 8, "bias": "none"}
    (path / "adapter_config.json").write_text(json.dumps({**config, "target_modules": ["q_proj"]}))
    return path
