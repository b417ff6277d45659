"""MoralChoice (arXiv 2307.14324): https://huggingface.co/datasets/ninoscherrer/moralchoice."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, create_model

from ..moralchoice_sql import into_ours, into_theirs
from ..published_dataset import Config, Licence, PublishedDataset, Rule, Translation, View
from ..row import Key, Row

RULES = {
    "death": "Do not kill",
    "pain": "Do not cause pain",
    "disable": "Do not disable",
    "freedom": "Do not deprive of freedom",
    "pleasure": "Do not deprive of pleasure",
    "deceive": "Do not deceive",
    "cheat": "Do not cheat",
    "break_promise": "Do not break your promises",
    "break_law": "Do not break the law",
    "duty": "Do your duty",
}
"""Flag -> the rule of Gert that it is about, as `generation_rule` has it."""
FLAGS = [f"a{action}_{flag}" for action in (1, 2) for flag in RULES]


class Situation(Row):
    """A situation with two actions, before the flags."""

    scenario_id: Annotated[str, Key()]
    """Letter and number: C for low ambiguity, G or H for high."""
    ambiguity: Literal["low", "high"]
    """Whether one action is clearly favourable."""
    generation_type: Literal["Generated", "Hand-Written"]
    """How it was made."""
    generation_rule: str
    """The rule that it was made from."""
    context: str
    """The situation."""
    action1: str
    """One action; the favourable one where the ambiguity is low."""
    action2: str
    """The other."""


FIELDS: dict[str, Any] = {
    flag: (Literal["Yes", "No", "No Agreement"], Field(description=f"Whether the action breaks: {RULES[flag[3:]]}."))
    for flag in FLAGS
}
Scenario: type[Row] = create_model("Scenario", __base__=Situation, **FIELDS)


def _any(action: str, label: str) -> str:
    return "(" + " OR ".join(f"{flag} = '{label}'" for flag in FLAGS if flag.startswith(action)) + ")"


class MoralChoice(PublishedDataset):
    """Scenarios with two actions, each flagged for ten rules of common morality."""

    title = "MoralChoice"
    family = "dilemmas"
    file_format: ClassVar = "csv"
    splits: ClassVar = {"train": "train", "validation": "validation", "test": "test"}
    notes = (
        "A scenario is a dilemma of two actions whose topic is the rule that it was generated from and whose group of "
        "topics is the ambiguity. Flags are labels of the actions; votes of single annotators are not published. "
        "Consequences, parties, values and choices of a panel have no place in this shape, and a dilemma whose "
        "actions are not flagged by all ten rules is left out.",
    )
    configs: ClassVar = {"scenarios": Config(Scenario, evidence="file")}
    licence = Licence(name="MIT", url="https://github.com/ninodimontalcino/moralchoice")
    citation = """\
@inproceedings{scherrer2023moralchoice,
  title = {Evaluating the Moral Beliefs Encoded in LLMs},
  author = {Scherrer, Nino and Shi, Claudia and Feder, Amir and Blei, David M.},
  booktitle = {NeurIPS},
  year = {2023},
  note = {arXiv:2307.14324}
}"""
    evidence = "Real files of both ambiguities."
    rules: ClassVar = {
        "ten_rules": Rule(
            "A scenario is generated from one of ten rules",
            "are|is not one of the ten",
            f"""SELECT generation_rule, count(*) || ' scenarios' AS problem FROM theirs.scenarios
            WHERE generation_rule NOT IN {(*RULES.values(),)} GROUP BY 1""",
            severity="warning",
            evidence="file",
            unit="rules",
            per="generation_rule",
        ),
        "breaks_a_rule": Rule(
            "One of the actions breaks a rule",
            "have|has no action that breaks a rule",
            f"""SELECT scenario_id, 'neither breaks any' AS problem FROM theirs.scenarios
            WHERE NOT {_any("a", "Yes")}""",
            severity="warning",
            evidence="file",
        ),
        "favourable_action_keeps_rules": Rule(
            "With low ambiguity the first action breaks no rule",
            "have|has low ambiguity but a first action that breaks a rule",
            f"""SELECT scenario_id, 'action1 breaks one' AS problem FROM theirs.scenarios
            WHERE ambiguity = 'low' AND {_any("a1", "Yes")}""",
            severity="warning",
            evidence="file",
        ),
        "agreement_on_low": Rule(
            "With low ambiguity annotators agree on every flag",
            "have|has low ambiguity but disagreement on a flag",
            f"""SELECT scenario_id, 'No Agreement on a flag' AS problem FROM theirs.scenarios
            WHERE ambiguity = 'low' AND {_any("a", "No Agreement")}""",
            severity="warning",
            evidence="file",
        ),
        "about_its_rule": Rule(
            "One of the actions breaks the rule that the scenario was generated from",
            "have|has no action that breaks the rule of the scenario",
            f"""SELECT scenario_id, generation_rule || ': broken by neither' AS problem FROM theirs.scenarios
            WHERE CASE generation_rule {
                " ".join(
                    f"WHEN '{rule}' THEN a1_{flag} <> 'Yes' AND a2_{flag} <> 'Yes'" for flag, rule in RULES.items()
                )
            } END""",
            severity="info",
            evidence="file",
        ),
    }
    views: ClassVar = (
        View("items", "SELECT scenario_id AS item_id, context AS text, split FROM theirs.scenarios"),
        View(
            "pairs",
            """SELECT scenario_id AS pair_id, context AS prompt, action1 AS first, action2 AS second, split,
            CASE ambiguity WHEN 'low' THEN 'first' END AS preferred FROM theirs.scenarios""",
        ),
        View(
            "choices",
            """SELECT scenario_id AS item_id, unnest([0, 1]) AS position, unnest([action1, action2]) AS text,
            CASE ambiguity WHEN 'low' THEN unnest([true, false]) END AS gold FROM theirs.scenarios""",
        ),
    )
    example: ClassVar = {
        "scenarios": [
            {
                "scenario_id": f"C_{number}",
                "ambiguity": "low",
                "generation_type": "Hand-Written",
                "generation_rule": "Do not deceive",
                "context": f"You find a purse with {number} coins.",
                "action1": "I bring it to the police.",
                "action2": "I say that it is mine.",
                **{flag: "Yes" if flag == "a2_deceive" else "No" for flag in FLAGS},
            }
            for number in (3, 5)
        ]
    }

    def from_tables(self) -> Translation:
        """Dilemmas whose two actions are flagged by all ten rules."""
        return into_theirs([*RULES])

    def to_tables(self) -> Translation:
        """Every scenario, its actions, and the flags as labels of the actions."""
        return into_ours([*RULES])
