"""What a plan predicts, against what the build then sends."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.builders.preflight.token_estimate import estimate_tokens
from pluriset.tests.builders.making import made

Write = Callable[..., Path]
SITUATIONS = [f"Situation number {i}" for i in range(4)]
EDITS: list[dict[str, Any]] = [
    {"family": {"values": {"judge_prompt": "Judge."}}},
    {"n": 3},
    {"family": {"values": {"list_prompt": "List what is at stake."}}},
    {"annotators": {"panel": [{"teacher": "main"}, {"teacher": "main", "id": "second"}]}, "roles": {"judge": "panel"}},
]
COUNTED = {
    "My friend asked me whether her painting is good. Should I tell her the truth?": (17, 18),
    # ruff: noqa: E501
    "سألتني صديقتي إن كانت لوحتها جيدة. أعتقد أنها ليست كذلك، لكنها عملت عليها لمدة عامين. هل يجب أن أقول لها الحقيقة؟": (114, 112),
    "मेरी दोस्त ने मुझसे पूछा कि क्या उसकी पेंटिंग अच्छी है। मुझे नहीं लगता, लेकिन उसने इस पर दो साल काम किया है। क्या मुझे उसे सच बताना चाहिए?": (149, 150),
    "我的朋友问我她的画好不好。我觉得不好，但她为此努力了两年。我应该告诉她真相吗？": (48, 70),
    '{"answer":{"values":[{"text":"Honesty","explanation":"Friends count on the truth."}],"rights":[],"duties":[]}}': (29, 35),
}  # fmt: skip
"""Text -> its tokens by the tokenizers of Claude (anthropic-tokenizer 0.1.0) and of SmolLM2."""


@pytest.mark.parametrize("edit", EDITS, ids=["judge prompt", "n", "list prompt", "panel"])
def test_a_plan_after_an_edit_holds_what_the_build_then_sends(
    edit: dict[str, Any], recipe: Write, tmp_path: Path
) -> None:
    made(recipe(SITUATIONS, curation=[]), out := tmp_path / "run")
    edited = recipe(SITUATIONS, curation=[], **edit)
    plan = pluriset.plan(pluriset.recipe(edited), out)
    requests = made(edited, out).books.requests
    assert plan.asks.least <= requests.sent <= plan.asks.most
    assert plan.answered <= requests.cached, "only what this recipe finds in the journal counts as cached"
    after = pluriset.plan(pluriset.recipe(edited), out)
    assert (after.asks.least, after.asks.most, after.answered) == (0, 0, requests.total)


@pytest.mark.parametrize("text", COUNTED)
def test_the_estimate_by_script_holds_what_tokenizers_count(text: str) -> None:
    bounds = estimate_tokens(text)
    assert all(bounds.least <= tokens <= bounds.most for tokens in COUNTED[text])
