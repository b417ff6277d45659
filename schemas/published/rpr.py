"""RPR, Reasonable Preference Reversal (arXiv 2407.14916): https://huggingface.co/datasets/microsoft/rpr."""

from __future__ import annotations

from typing import Annotated, ClassVar

from ..left_out import left_out
from ..published_dataset import Config, Licence, PublishedDataset, Rule, Translation, View
from ..row import Key, Row


class Reversal(Row):
    """Two responses and two criteria: the first is better under x, the second under y."""

    id: Annotated[int, Key()]
    """Number of the row."""
    prompt: str
    """The prompt."""
    response_a: str
    """Better under criterion x."""
    response_b: str
    """Better under criterion y."""
    criteria_x: str
    """A criterion."""
    criteria_y: str
    """Another criterion."""
    category_x: str | None = None
    """Category of the first."""
    category_y: str | None = None
    """Category of the second."""
    scenario_x: str | None = None
    """A scenario in which the first holds."""
    scenario_y: str | None = None
    """A scenario in which the second holds."""
    profile_0: str | None = None
    """Somebody who goes by one of the criteria; which one is not stated."""
    profile_1: str | None = None
    """Another person."""
    profile_2: str | None = None
    """Another person."""
    profile_3: str | None = None
    """Another person."""
    profile_4: str | None = None
    """Another person."""


UNNAMED = "(none)"
"""Category of a criterion whose source names none."""
ROWS = f"""
SELECT CASE WHEN bool_and(TRY_CAST(r.prompt_id AS BIGINT) IS NOT NULL) OVER () THEN TRY_CAST(r.prompt_id AS BIGINT)
        ELSE row_number() OVER (ORDER BY r.prompt_id) - 1 END AS id, p.text AS prompt, a.text AS response_a,
    b.text AS response_b, x.text AS criteria_x, y.text AS criteria_y, nullif(x.category, '{UNNAMED}') AS category_x,
    nullif(y.category, '{UNNAMED}') AS category_y, x.scenario AS scenario_x, y.scenario AS scenario_y,
    n[1] AS profile_0, n[2] AS profile_1,
    n[3] AS profile_2, n[4] AS profile_3, n[5] AS profile_4,
    CASE r.split WHEN 'train' THEN 'train' ELSE 'test' END AS split
FROM ours.reversals r JOIN ours.prompts p USING (prompt_id)
JOIN ours.responses a ON a.response_id = first_id JOIN ours.responses b ON b.response_id = second_id
JOIN ours.criteria x ON x.criterion_id = x_id JOIN ours.criteria y ON y.criterion_id = y_id
LEFT JOIN (SELECT c.prompt_id, list(f.text ORDER BY profile_id) AS n FROM ours.profiles f
    JOIN ours.criteria c USING (criterion_id) GROUP BY c.prompt_id) f USING (prompt_id)
WHERE verified ORDER BY id
"""
SIDES = f"""
SELECT split, CAST(id AS VARCHAR) AS prompt_id, id, unnest(['x', 'y']) AS side,
    unnest([response_a, response_b]) AS response, unnest([criteria_x, criteria_y]) AS text,
    coalesce(unnest([category_x, category_y]), '{UNNAMED}') AS category,
    unnest([scenario_x, scenario_y]) AS scenario FROM theirs.rpr
"""
TABLES = {
    "prompts": """SELECT split, CAST(id AS VARCHAR) AS prompt_id, prompt AS text, [] AS turns, 'RPR' AS source
        FROM theirs.rpr ORDER BY id""",
    "categories": "SELECT DISTINCT category, 'train' AS split FROM _sides ORDER BY category",
    "responses": """SELECT split, prompt_id || '/' || place AS response_id, prompt_id, place, response AS text,
        0 AS sample, '' AS digest FROM (SELECT *, CASE side WHEN 'x' THEN 0 ELSE 1 END AS place FROM _sides)
        ORDER BY id, place""",
    "criteria": """SELECT split, prompt_id || '/' || side AS criterion_id, prompt_id, category, side, text, scenario,
        'RPR' AS writer_id, '' AS digest FROM _sides ORDER BY id, side""",
    "reversals": """SELECT split, CAST(id AS VARCHAR) AS prompt_id, id || '/0' AS first_id, id || '/1' AS second_id,
        id || '/x' AS x_id, id || '/y' AS y_id, NULL::DOUBLE AS agreed_x, NULL::DOUBLE AS agreed_y, true AS verified
        FROM theirs.rpr ORDER BY id""",
    "pairs": """SELECT split, prompt_id || '/' || side AS pair_id, prompt_id, prompt_id || '/0' AS first_id,
        prompt_id || '/1' AS second_id, category AS objective, text AS context,
        CASE side WHEN 'x' THEN 'first' ELSE 'second' END AS preferred, [] AS distribution, 0 AS n,
        [{'table': 'criteria', 'key': prompt_id || '/' || side}, {'table': 'reversals', 'key': prompt_id}] AS basis
        FROM _sides ORDER BY id, side""",
    "annotators": "SELECT 'train' AS split, 'RPR' AS annotator_id, 'model' AS kind",
}
PROFILES = """
SELECT id, unnest([profile_0, profile_1, profile_2, profile_3, profile_4]) AS text, unnest(range(5)) AS number
FROM theirs.rpr
"""


class RPR(PublishedDataset):
    """Pairs whose preference reverses with the criterion."""

    title = "RPR"
    family = "reversals"
    splits: ClassVar = {"train": "train", "test": "test"}
    configs: ClassVar = {"rpr": Config(Reversal)}
    licence = Licence(name="CDLA-Permissive-2.0", url="https://huggingface.co/datasets/microsoft/rpr")
    citation = """\
@article{pitis2024rpr,
  title = {Improving Context-Aware Preference Modeling for Language Models},
  author = {Pitis, Silviu and Xiao, Ziang and Le Roux, Nicolas and Sordoni, Alessandro},
  journal = {arXiv preprint arXiv:2407.14916},
  year = {2024}
}"""
    evidence = "The dataset card. Not known: which profile goes by which criterion."
    notes = (
        "Each split has a file of its own name: a converter that names both alike overwrites one with the other.",
        "Only reversals that annotators confirmed are here. The first profiles of a row go by criterion x, the others "
        "by y; more than five are left out. A validation split of the run is part of `test`.",
    )
    rules: ClassVar = {
        "two_criteria": Rule(
            "The two criteria differ",
            "have|has two identical criteria",
            "SELECT id, criteria_x AS problem FROM theirs.rpr WHERE norm(criteria_x) = norm(criteria_y)",
        ),
    }
    views: ClassVar = (
        View(
            "pairs",
            """SELECT id || side AS pair_id, concat_ws(chr(10), prompt, criterion) AS prompt, response_a AS first,
            response_b AS second, preferred, id AS group_id, split FROM (
                SELECT *, unnest(['x', 'y']) AS side, unnest([criteria_x, criteria_y]) AS criterion,
                unnest(['first', 'second']) AS preferred FROM theirs.rpr)""",
        ),
    )
    example: ClassVar = {
        "rpr": [
            {
                "id": n,
                "prompt": f"Tell me about {n}.",
                "response_a": f"{n} is a number.",
                "response_b": f"{n} comes after {n - 1}, and it is a number with a long history.",
                "criteria_x": "Be short.",
                "criteria_y": "Be thorough.",
            }
            for n in (3, 4)
        ]
    }

    def from_tables(self) -> Translation:
        """One row for each verified reversal."""
        reason = "CASE WHEN NOT verified THEN 'annotators do not confirm the reversal' END"
        return Translation(
            steps={}, rows={"rpr": ROWS}, rejects=left_out("reversals", "prompt_id", reason, "ours.reversals")
        )

    def to_tables(self) -> Translation:
        """Every row; its profiles are left out, since it does not say by which criterion they go."""
        reason = "'by which criterion a profile goes is not stated'"
        profiles = "(SELECT id || '/' || number AS key FROM _profiles WHERE text IS NOT NULL)"
        return Translation(
            steps={"_sides": SIDES, "_profiles": PROFILES},
            rows=TABLES,
            rejects=left_out("profiles", "key", reason, profiles),
        )
