"""Token counts of a plan, against tokenizers that come with packages and against what a model itself counts."""

import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import anthropic_tokenizer
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from pluriset.builders.preflight.token_estimate import TokenCounter, TokenRange, estimate_prompt_tokens, estimate_tokens
from pluriset.builders.teachers.embedded import Embedded
from pluriset.builders.teachers.openai import OpenAI
from pluriset.builders.teachers.vllm import VLLM
from pluriset.schemas.errors import RecipeError
from pluriset.schemas.request import Message, Request

TEXTS = {
    "English": "My friend asked me whether her painting is good. She worked on it for two years.",
    "Arabic": "سألتني صديقتي إن كانت لوحتها جيدة. أعتقد أنها ليست كذلك، لكنها عملت عليها عامين.",
    "Hindi": "मेरी दोस्त ने मुझसे पूछा कि क्या उसकी पेंटिंग अच्छी है। मुझे नहीं लगता, लेकिन उसने इस पर दो साल काम किया है।",
    "Chinese": "我的朋友问我她的画好不好。我觉得不好，但她为此努力了两年。我应该告诉她真相吗？",
    "Spanish": "Mi amiga me preguntó si su cuadro es bueno. ¿Debería decirle la verdad?",
    "JSON": '{"answer":{"values":[{"text":"Honesty","explanation":"Friends count on it."}],"rights":[],"duties":[]}}',
    "numbers": "12 345,67 € on 2026-11-28 🙂🙂",
}
TEMPLATE = (
    "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}[you]{% endif %}"
)


@pytest.fixture(scope="module")
def smollm2() -> Iterator[TokenCounter]:
    yield (counter := TokenCounter(Embedded()))
    counter.close()


@pytest.fixture(scope="module")
def tokenizers(smollm2: TokenCounter) -> dict[str, Callable[[str], float]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it reads its vocabularies in an old way
        import bpe_openai
    openai = {name: bpe_openai.get_encoding(name) for name in ("cl100k_base", "o200k_base")}
    return {
        "claude": lambda text: len(anthropic_tokenizer.encode(text)),
        "cl100k_base": lambda text: len(openai["cl100k_base"].encode(text)),
        "o200k_base": lambda text: len(openai["o200k_base"].encode(text)),
        "smollm2": lambda text: smollm2.text(text).least,
    }


@pytest.mark.parametrize("language", TEXTS)
def test_the_estimate_by_script_holds_what_tokenizers_count(
    language: str, tokenizers: dict[str, Callable[[str], float]]
) -> None:
    text, bounds = TEXTS[language], estimate_tokens(TEXTS[language])
    counted = {name: count(text) for name, count in tokenizers.items()}
    print(f"{language}: {bounds.least:.0f} to {bounds.most:.0f}; {counted}")
    assert all(bounds.least <= tokens <= bounds.most for tokens in counted.values()), (bounds, counted)


async def test_the_tokens_of_a_gguf_model_are_those_that_it_reports(smollm2: TokenCounter) -> None:
    teacher = Embedded(context=512, concurrency=1)
    conversations = [
        (Message("system", "Be brief."), Message("user", TEXTS["Hindi"])),
        (Message("user", TEXTS["English"]), Message("assistant", TEXTS["JSON"]), Message("user", "\n\n12 34")),
    ]
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    for messages in conversations:
        completion = await teacher.complete(Request(messages, schema, 4, 1))
        assert smollm2.prompt(messages) == TokenRange(completion.input_tokens, completion.input_tokens)
    await teacher.close()
    assert smollm2.method == "counted by SmolLM2-135M-Instruct.Q4_1.gguf"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with a small tokenizer as models have it, and a chat template."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(TEXTS.values(), trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet))
    (tmp_path / "model").mkdir()
    tokenizer.save(str(tmp_path / "model" / "tokenizer.json"))
    (tmp_path / "model" / "tokenizer_config.json").write_text(json.dumps({"chat_template": TEMPLATE}))
    return tmp_path / "model"


def test_a_tokenizer_file_is_used_with_the_chat_template_beside_it(model: Path) -> None:
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    messages = Message("system", "Be brief."), Message("user", TEXTS["Hindi"])
    rendered = f"[system] Be brief.\n[user] {TEXTS['Hindi']}\n[you]"
    exact = TokenRange(*[len(tokenizer.encode(rendered).ids)] * 2)
    for teacher in (OpenAI(model="m", tokenizer=model / "tokenizer.json"), VLLM(path=model)):
        counter = TokenCounter(teacher)
        assert counter.prompt(messages) == exact and counter.method == f"counted by {model / 'tokenizer.json'}"


@pytest.mark.parametrize("template", [None, "{{ raise_exception('no system') }}", "{% broken"])
def test_without_a_usable_chat_template_only_its_tokens_are_estimated(model: Path, template: str | None) -> None:
    (model / "tokenizer_config.json").write_text(json.dumps({"chat_template": template}))
    counter = TokenCounter(VLLM(path=model))
    messages = Message("system", "Be brief."), Message("user", TEXTS["Hindi"])
    least, most = counter.prompt(messages)
    texts = sum(counter.text(message.content).least for message in messages)
    assert (least, most) == (texts + 6, texts + 32)


def test_a_hostile_template_gets_at_nothing(model: Path) -> None:
    attack = "{{ messages.__class__.__mro__[1].__subclasses__() }}"
    (model / "tokenizer_config.json").write_text(json.dumps({"chat_template": attack}))
    least, most = TokenCounter(VLLM(path=model)).prompt((Message("user", "x"),))
    assert least < most, "it is refused, and the template estimated"


def test_a_model_without_a_tokenizer_at_hand_is_estimated_by_script() -> None:
    counter, messages = TokenCounter(OpenAI(model="org/none")), (Message("user", "Why?"),)
    assert counter.prompt(messages) == estimate_prompt_tokens(messages) and counter.method == "estimated by script"
    with pytest.raises(RecipeError, match="no such tokenizer"):
        TokenCounter(OpenAI(model="m", tokenizer=Path("missing.json")))
