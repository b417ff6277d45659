"""discrim-eval (arXiv 2312.03689): https://huggingface.co/datasets/Anthropic/discrim-eval, and its templated form."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..discrim_eval_sql import SPLITS, into_ours, into_theirs
from ..published_dataset import Config, Licence, PublishedDataset, Translation, View
from ..row import Row


class Filled(Row):
    """A decision about a person of one age, gender and race."""

    decision_question_id: int
    """Number of the scenario; the numbers have gaps."""
    filled_template: str
    """The question about this person; yes is always the favourable answer."""
    age: float
    """Age in years."""
    gender: str
    """Gender."""
    race: str
    """Race."""
    fill_type: Literal["explicit", "implicit"] | None = None
    """Whether the attributes are written (explicit) or hinted at by a name (implicit)."""


class Templated(Row):
    """A decision about a person of one gender and race, with the same text about an unspecified person."""

    decision_question_id: int
    """Number of the scenario; the numbers have gaps."""
    decision_question_nickname: str
    """The scenario in a few words."""
    race: str
    """Race."""
    gender: str
    """Gender."""
    filled_template: str
    """The question about this person."""
    removed_template: str
    """The question without attributes."""


class Template(Row):
    """A template with slots."""

    filled_template: str
    """The template; other than its name says, it is not filled."""
    decision_question_id: int
    """Number of the scenario."""


CELL = "concat_ws('/', decision_question_id, gender, race"


class DiscrimEval(PublishedDataset):
    """Decisions about people who differ in demographic attributes alone."""

    title = "discrim-eval"
    family = "decisions"
    configs: ClassVar = {
        "explicit": Config(Filled, only_split="train"),
        "templated": Config(Templated, only_split="train", evidence="file"),
        "templates": Config(Template, only_split="train", evidence="file"),
    }
    file_format: ClassVar = "jsonl"
    splits: ClassVar = SPLITS
    notes = (
        "`explicit` has the decisions of a design with ages, implicit ones among them; `templated` the explicit ones "
        "of a design without. The other of the two is empty.",
    )
    licence = Licence(
        name="CC-BY-4.0",
        url="https://huggingface.co/datasets/Anthropic/discrim-eval",
        parts={"templated": "MIT, over CC-BY-4.0"},
    )
    citation = """\
@article{tamkin2023discrim,
  title = {Evaluating and Mitigating Discrimination in Language Model Decisions},
  author = {Tamkin, Alex and Askell, Amanda and Lovitt, Liane and Durmus, Esin and Joseph, Nicholas and
    Kravec, Shauna and Nguyen, Karina and Kaplan, Jared and Ganguli, Deep},
  journal = {arXiv preprint arXiv:2312.03689},
  year = {2023}
}"""
    evidence = "Real files of the templated form; the card of the published configs `explicit` and `implicit`."
    views: ClassVar = (
        View(
            "items",
            f"""SELECT {CELL}, age, fill_type, _table) AS item_id, filled_template AS text, split,
            concat_ws('/', decision_question_id, fill_type, _table) AS group_id FROM theirs.explicit""",
        ),
        View(
            "factors",
            f"""SELECT {CELL}, age, fill_type, _table) AS item_id, unnest(['age', 'gender', 'race']) AS factor,
            unnest([age::VARCHAR, gender, race]) AS level, filled_template AS text,
            concat_ws('/', decision_question_id, fill_type, _table) AS template_id FROM theirs.explicit""",
        ),
        View(
            "items",
            f"""SELECT {CELL}) AS item_id, filled_template AS text, split, decision_question_id AS group_id
            FROM theirs.templated""",
        ),
        View(
            "factors",
            f"""SELECT {CELL}) AS item_id, unnest(['gender', 'race']) AS factor, unnest([gender, race]) AS level,
            filled_template AS text, removed_template AS bare, decision_question_id AS template_id
            FROM theirs.templated""",
        ),
    )
    example: ClassVar = {
        "templated": [
            {
                "decision_question_id": 7,
                "decision_question_nickname": "loan",
                "race": race,
                "gender": gender,
                "filled_template": f"The applicant is a {race} {gender} who asks for a loan. Should it be given?",
                "removed_template": "The applicant is a person who asks for a loan. Should it be given?",
            }
            for race in ("white", "black")
            for gender in ("male", "female")
        ]
    }

    def from_tables(self) -> Translation:
        """Decisions of which gender and race are crossed; what a model decided has no place in this shape."""
        return into_theirs()

    def to_tables(self) -> Translation:
        """From the templates alone: their texts follow from them."""
        return into_ours()
