"""What the Hub would refuse or misread in the front matter of a card, known before anything is sent.

https://github.com/huggingface/hub-docs/blob/main/datasetcard.md
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ...schemas.hub_lists import hub_list
from ...schemas.licences import HUB_LICENCES

TASKS = frozenset([
    "text-classification", "token-classification", "table-question-answering", "question-answering",
    "zero-shot-classification", "translation", "summarization", "feature-extraction", "text-generation", "fill-mask",
    "sentence-similarity", "tabular-to-text", "table-to-text", "multiple-choice", "text-ranking", "text-retrieval",
    "tabular-classification", "tabular-regression", "other",
])  # fmt: skip
"""Task ids of the Hub (huggingface.js, tasks/src/pipelines.ts) that a dataset of texts can have."""

CLOSED: dict[str, Callable[[], Container[str]]] = {
    "license": lambda: HUB_LICENCES,
    "language": lambda: hub_list("languages"),
    "annotations_creators": lambda: hub_list("creators")["annotations"],
    "language_creators": lambda: hub_list("creators")["language"],
    "multilinguality": lambda: hub_list("multilingualities"),
    "size_categories": lambda: hub_list("size_categories"),
    "task_categories": lambda: TASKS,
}
"""Field -> the only values that the Hub knows in it."""

Texts = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
"""One text or several."""
Split = Annotated[str, Field(pattern=r"^\w+(\.\w+)*$")]


def front_matter_problems(front: object) -> list[str]:
    """What is wrong with a front matter, a line each; none means that the Hub takes it."""
    try:
        _FrontMatter.model_validate(front)
    except ValidationError as error:
        return [_problem(complaint) for complaint in error.errors(include_url=False, include_context=False)]
    return []


def _problem(complaint: Any) -> str:
    place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in complaint["loc"]).lstrip(".")
    message = complaint["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class _DataFile(_Part):
    split: Split
    path: Texts


class _Config(_Part):
    config_name: Annotated[str, Field(min_length=1)]
    default: bool = False
    data_files: list[_DataFile]


class _Split(_Part):
    name: Split
    num_bytes: NonNegativeInt
    num_examples: NonNegativeInt


class _Info(_Part):
    config_name: str
    features: list[dict[str, Any]]
    splits: list[_Split]
    download_size: NonNegativeInt
    dataset_size: NonNegativeInt


class _FrontMatter(_Part):
    pretty_name: str
    license: Texts
    license_name: str | None = None
    license_link: str | None = None
    language: Texts = []
    annotations_creators: Texts = []
    language_creators: Texts = []
    multilinguality: Texts = []
    size_categories: Texts = []
    task_categories: Texts = []
    task_ids: Texts = []
    source_datasets: Texts = []
    tags: Texts = []
    configs: list[_Config] = []
    dataset_info: list[_Info] = []

    @field_validator(*CLOSED)
    @classmethod
    def _listed(cls, values: list[str], info: ValidationInfo) -> list[str]:
        known = CLOSED[str(info.field_name)]()
        if unknown := [value for value in values if value not in known]:
            raise ValueError(f"not on the Hub's list: {', '.join(map(repr, unknown))}")
        return values

    @model_validator(mode="after")
    def _licence_can_be_read(self) -> Self:
        if "other" in self.license and not (self.license_name and self.license_link):
            raise ValueError("license: other needs license_name and license_link")
        return self

    @model_validator(mode="after")
    def _configs_differ(self) -> Self:
        names = [config.config_name for config in self.configs]
        if "data" in names:
            raise ValueError("configs: none may be named data")
        if len(set(names)) < len(names):
            raise ValueError("configs: two have one name")
        if sum(config.default for config in self.configs) > 1:
            raise ValueError("configs: only one can be the default")
        return self

    @model_validator(mode="after")
    def _infos_fit_configs(self) -> Self:
        splits = {config.config_name: [file.split for file in config.data_files] for config in self.configs}
        for info in self.dataset_info:
            if sorted(split.name for split in info.splits) != sorted(splits.get(info.config_name, [])):
                raise ValueError(f"dataset_info: {info.config_name} has other splits than its config")
        return self


FIELDS = frozenset(_FrontMatter.model_fields)
"""What we write into a front matter."""
