"""RPR, Reasonable Preference Reversal (arXiv 2407.14916): https://huggingface.co/datasets/microsoft/rpr."""

from __future__ import annotations

from typing import Annotated, ClassVar

from ..published_dataset import Config, Licence, PublishedDataset, Rule, View
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


class RPR(PublishedDataset):
    """Pairs whose preference reverses with the criterion."""

    title = "RPR"
    configs: ClassVar = {"rpr": Config(Reversal)}
    licence = Licence(name="CDLA-Permissive-2.0", url="https://huggingface.co/datasets/microsoft/rpr")
    citation = """\
@article{pitis2024rpr,
  title = {Improving Context-Aware Preference Modeling for Language Models},
  author = {Pitis, Silviu and Xiao, Ziang and Le Roux, Nicolas and Sordoni, Alessandro},
  journal = {arXiv preprint arXiv:2407.14916},
  year = {2024}
}"""
    evidence = "The dataset card."
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
