"""A family of one ask a seed, so that a build can be compared with loops that ask as often."""

from __future__ import annotations

from typing import Any

from pluriset.builders.asking.ask import Ask
from pluriset.builders.families import Family, Role
from pluriset.builders.families._values_prompts import JUDGE
from pluriset.builders.families.values import Judgement
from pluriset.builders.sources import Seed
from pluriset.schemas.request import Message, Prompt
from pluriset.schemas.row import Row
from pluriset.schemas.rows.shared import SHARED, Annotation
from pluriset.schemas.rows.values import LABELS, Situation

SYSTEM = Message("system", JUDGE * 2)
SCHEMA: dict[str, Any] = Judgement.model_json_schema()
TABLES: dict[str, type[Row]] = {"situations": Situation, **SHARED}
ANSWER = '{"relevance": "yes", "valence": "supports"}'


def prompt(text: str) -> Prompt:
    """A prompt of about 700 characters."""
    return Prompt((SYSTEM, Message("user", f"Situation: {text}\nvalue: Honesty")), 60)


class Judged(Family):
    """Situations, each judged once."""

    tables = TABLES
    roles = {"judge": Role("judges a situation")}

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """One ask, two rows."""
        answer = await ask(prompt(seed.text), Judgement, role="judge")
        situation = Situation(situation_id=seed.id, text=seed.text, source=seed.origin)
        judged = Annotation(
            item_table="situations",
            item_id=seed.id,
            annotator_id=answer.annotator_id,
            aspect="valence",
            label=answer.value.valence,
            options=list(LABELS["valence"]),
            digest=answer.digest,
        )
        return [situation, judged]
