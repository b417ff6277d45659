import json
from pathlib import Path
from typing import Any

import pluriset
from pluriset.schemas.recipe import Recipe
from pluriset.schemas.request import Request

ROWS = "".join(f"n{i},Anna said in meeting {i} that rule {i} is right,{'pq'[i % 2]},w{i % 5}\n" for i in range(40))
TABLE = "ref,zitat,urteil,wer\n" + ROWS
ANSWER = {"zitat": "text", "urteil": "score", "wer": "annotator_id", "nowhere": "label", "ref": "none"}


def recipe(answers: dict[str, str], seen: list[str]) -> Recipe:
    def answer(request: Request) -> str:
        seen.append(request.messages[-1].content)
        return json.dumps({"columns": [{"column": c, "role": role} for c, role in answers.items()]})

    keys: dict[str, Any] = {"teachers": {"main": {"scripted": {"answer": answer}}}}
    return pluriset.recipe("values", **keys)


def test_proposals_that_the_data_agree_with_are_taken_and_marked(tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text(TABLE)
    (tmp_path / "README.md").write_text("Ask jo@clinic.org about the quotes.")
    shown, seen = list[str](), list[str]()
    described = pluriset.describe(tmp_path, ask=recipe(ANSWER, seen), show=shown.append)
    assert described.proposed == ("votes.wer",)  # the text is found without; a score is a number
    assert "wer: annotator_id  # proposed" in (tmp_path / "pluriset.yaml").read_text()
    assert "[email]" in seen[0] and "jo@clinic.org" not in seen[0]
    assert [prompt in message for prompt, message in zip(seen, shown, strict=True)] == [True]
