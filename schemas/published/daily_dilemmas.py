"""DailyDilemmas (arXiv 2410.02683): https://huggingface.co/datasets/kellycyy/daily_dilemmas."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ..daily_dilemmas_sql import SPLITS, into_ours, into_theirs
from ..published_dataset import Config, Licence, PublishedDataset, Rule, Translation, View
from ..row import ForeignKey, Key, Row

Side = Literal["to_do", "not_to_do"]


class Dilemma(Row):
    """A dilemma before anybody acts."""

    idx: Annotated[int, Key()]
    """Number of the dilemma."""
    basic_situation: str
    """The action phrase that it was written from."""
    dilemma_situation: str
    """The dilemma, which ends in a question."""


class Action(Row):
    """One of the two actions of a dilemma, with the values that it carries."""

    idx: Annotated[int, Key()]
    """Number of the row; other than in the other configs, not of the dilemma."""
    dilemma_idx: int
    """Number of the dilemma."""
    basic_situation: str
    """The action phrase that the dilemma was written from."""
    dilemma_situation: str
    """The dilemma, which ends in a question."""
    action_type: Side
    """Whether the action does it or not."""
    action: str
    """What one does."""
    negative_consequence: str
    """A story of how it goes wrong."""
    values_aggregated: Annotated[list[str], Field(min_length=1)]
    """The values that the action carries, of the vocabulary."""
    topic: int | None
    """Number of the topic."""
    topic_group: str | None
    """The group of topics."""


class Value(Row):
    """A value of the vocabulary and where five theories have it; null where one has it nowhere."""

    value: Annotated[str, Key()]
    """The value."""
    WVS: Literal["Self-expression", "Survival", "Traditional", "Secular-rational"] | None
    """Dimension of the World Values Survey."""
    MFT: Literal["Fairness", "Authority", "Care", "Loyalty", "Purity"] | None
    """Moral foundation."""
    Virtue: str | None
    """Virtue of Aristotle."""
    Emotion: str | None
    """Emotion of Plutchik."""
    Maslow: Literal["safety", "self-esteem", "love and belonging", "self-actualization", "physiological"] | None
    """Need of Maslow."""


class Detail(Row):
    """An action with the parties that it touches; lists of one kind belong together by place."""

    idx: Annotated[int, ForeignKey("dilemma.idx")]
    """Number of the dilemma."""
    action_type: Side
    """Whether the action does it or not."""
    action: str
    """What one does."""
    negative_consequence: str
    """A story of how it goes wrong."""
    parties_direct: list[str]
    """Whom it touches directly, once for each value."""
    values_direct: list[str]
    """What is at stake for them."""
    parties_indirect: list[str]
    """Whom it touches indirectly, once for each value."""
    values_indirect: list[str]
    """What is at stake for them."""
    values_names: list[str]
    """The values that are in the vocabulary."""
    values_types: list[Literal["direct", "indirect"]]
    """Whose values they are."""
    basic_situation: str | None = None
    """The action phrase that the dilemma was written from."""
    dilemma_situation: str | None = None
    """The dilemma, which ends in a question."""
    reason_direct: list[str] | None = None
    """Why it is at stake for those directly touched."""
    reason_indirect: list[str] | None = None
    """Why it is at stake for the others."""
    wvs: list[str | None] | None = None
    """Dimension of the World Values Survey of each of `values_names`."""
    mft: list[str | None] | None = None
    """Moral foundation of each."""
    virtue: list[str | None] | None = None
    """Virtue of each."""
    emotion: list[str | None] | None = None
    """Emotion of each."""
    maslow: list[str | None] | None = None
    """Need of each."""
    topic: int | None = None
    """Number of the topic."""
    topic_group: str | None = None
    """The group of topics."""


class DailyDilemmas(PublishedDataset):
    """Everyday dilemmas of two actions and the values that each of them carries."""

    title = "DailyDilemmas"
    family = "dilemmas"
    configs: ClassVar = {
        "Dilemmas_with_values_aggregated": Config(Action, only_split="test", evidence="file"),
        "Values": Config(Value, only_split="test", evidence="file"),
        "dilemma": Config(Dilemma, only_split="test", evidence="file"),
        "detail": Config(Detail, only_split="test", evidence="file"),
    }
    file_format: ClassVar = "csv"
    splits: ClassVar = SPLITS
    licence = Licence(name="CC-BY-4.0", url="https://huggingface.co/datasets/kellycyy/daily_dilemmas")
    citation = """\
@article{chiu2024dailydilemmas,
  title = {DailyDilemmas: Revealing Value Preferences of LLMs with Quandaries of Daily Life},
  author = {Chiu, Yu Ying and Jiang, Liwei and Choi, Yejin},
  journal = {arXiv preprint arXiv:2410.02683},
  year = {2024}
}"""
    evidence = "Real files of all configs but `Action_to_party_to_value`, whose columns are not known."
    notes = (
        "All configs have their rows in one split `test`, which is how users of DailyDilemmas load it; the files are "
        "still one for each split.",
        "`values_aggregated` has the values of the vocabulary of the run. Choices of a panel, the spelling of values "
        "before they were merged, and columns of `detail` on the background of a role or the choices of models have "
        "no place in this shape, or none in ours.",
    )
    rules: ClassVar = {
        "one_of_each": Rule(
            "A dilemma has one action to do and one not to do",
            "do|does not have one action of each type",
            """SELECT dilemma_idx, string_agg(action_type, ', ' ORDER BY action_type) AS problem
            FROM theirs."Dilemmas_with_values_aggregated" GROUP BY dilemma_idx
            HAVING count_if(action_type = 'to_do') <> 1 OR count(*) <> 2""",
            evidence="file",
            unit="dilemmas",
            per="dilemma_idx",
        ),
        "one_situation": Rule(
            "Both actions of a dilemma have the same situation",
            "have|has different situations for their actions",
            """SELECT dilemma_idx, count(DISTINCT dilemma_situation) || ' texts' AS problem
            FROM theirs."Dilemmas_with_values_aggregated" GROUP BY dilemma_idx
            HAVING count(DISTINCT dilemma_situation) > 1""",
            evidence="file",
            unit="dilemmas",
            per="dilemma_idx",
        ),
        "same_as_dilemma": Rule(
            "The situation is the one in the file of dilemmas",
            "have|has another situation than in the file of dilemmas",
            """SELECT DISTINCT a.dilemma_idx,
                CASE WHEN d.idx IS NULL THEN 'not there' ELSE 'another text' END AS problem
            FROM theirs."Dilemmas_with_values_aggregated" a LEFT JOIN theirs.dilemma d ON d.idx = a.dilemma_idx
            WHERE d.dilemma_situation IS DISTINCT FROM a.dilemma_situation""",
            severity="warning",
            evidence="file",
            unit="dilemmas",
            per="dilemma_idx",
        ),
        "one_topic_group": Rule(
            "A topic belongs to one group",
            "belong|belongs to several groups",
            """SELECT topic, string_agg(DISTINCT topic_group, ', ' ORDER BY topic_group) AS problem
            FROM theirs."Dilemmas_with_values_aggregated" GROUP BY topic HAVING count(DISTINCT topic_group) > 1""",
            severity="warning",
            evidence="file",
            unit="topics",
            per="topic",
        ),
        "parallel_parties": Rule(
            "Parties and values of one kind have the same number",
            "have|has different numbers of parties and values",
            """SELECT idx, action_type, lengths AS problem FROM (
                SELECT idx, action_type, [len(parties_direct), len(values_direct)] AS direct,
                [len(parties_indirect), len(values_indirect)] AS indirect, [len(values_names), len(values_types),
                len(wvs), len(mft), len(virtue), len(emotion), len(maslow)] AS named,
                format('direct {}, indirect {}, named {}', direct::VARCHAR, indirect::VARCHAR, named::VARCHAR)
                AS lengths FROM theirs.detail)
            WHERE greatest(len(list_distinct(direct)), len(list_distinct(indirect)), len(list_distinct(named))) > 1""",
            evidence="file",
        ),
    }
    views: ClassVar = (
        View(
            "items",
            """SELECT DISTINCT ON (dilemma_idx, split) dilemma_idx AS item_id, dilemma_situation AS text, split,
            basic_situation AS group_id, topic_group AS label FROM theirs."Dilemmas_with_values_aggregated\"""",
        ),
        View(
            "pairs",
            """SELECT dilemma_idx AS pair_id, any_value(dilemma_situation) AS prompt,
            any_value(action) FILTER (action_type = 'to_do') AS first,
            any_value(action) FILTER (action_type = 'not_to_do') AS second, NULL AS preferred
            FROM theirs."Dilemmas_with_values_aggregated" GROUP BY dilemma_idx""",
        ),
        View(
            "choices",
            """SELECT dilemma_idx AS item_id, CASE action_type WHEN 'to_do' THEN 0 ELSE 1 END AS position,
            action AS text, NULL AS gold FROM theirs."Dilemmas_with_values_aggregated\"""",
        ),
        View(
            "mentions",
            """SELECT dilemma_idx AS item_id, action_type AS side, unnest(range(len(values_aggregated))) AS position,
            unnest(values_aggregated) AS value FROM theirs."Dilemmas_with_values_aggregated\"""",
        ),
        View("vocabulary", 'SELECT value FROM theirs."Values"'),
    )

    def from_tables(self) -> Translation:
        """Dilemmas of which both actions have a consequence and a value; `detail` has those whose parties are known."""
        return into_theirs()

    def to_tables(self) -> Translation:
        """From the aggregated config and `Values`, which name no parties, reasons or writers."""
        return into_ours()
