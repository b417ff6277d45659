"""The front matter of a card: the metadata of a run on the Hub."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from huggingface_hub import DatasetCardData

from ...schemas.manifest import File, Manifest
from ...schemas.projections import hub_features
from ...schemas.recipe import CardText
from ...schemas.row import Row, columns
from ...schemas.rows.question import Question
from ...schemas.rows.shared import SHARED
from ..facts.manifest_facts import models_used, row_count, row_types, splits_with_rows, teachers_used, total_rows
from ..formats.inspect_eval import benchmarks, config_name

SIZES = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")
ARXIV = re.compile(r"(?i:arxiv(?:\.org/(?:abs|pdf)/|\.|:)\s*)(\d{4}\.\d{4,5})", re.ASCII)
"""How papers are cited: arxiv.org/abs/2309.00779, arXiv:2309.00779, 10.48550/arXiv.2309.00779."""
REPOSITORY = re.compile(r"huggingface\.co/datasets/([\w.-]+/[\w.-]*\w)", re.ASCII)


def metadata(manifest: Manifest) -> dict[str, Any]:
    """The front matter of a run, without fields whose value is unknown."""
    tables = {name: row_type for name, row_type in row_types(manifest).items() if splits_with_rows(manifest, name)}
    tasks = benchmarks(manifest)
    fields = {
        **_declared(manifest),
        "annotations_creators": _creators(manifest) if _has_labels(manifest) else ["no-annotation"],
        "language_creators": ["found", *_creators(manifest)],
        "size_categories": [size_category(row_count(manifest, manifest.main_table))],
        "task_categories": _tasks(manifest),
        "task_ids": ["multi-class-classification"] if tasks else [],
        "tags": [
            *("pluriset", "pluralism", manifest.family),
            *(["synthetic"] if models_used(manifest) else []),
            *_papers(manifest.recipe.card),
        ],
        "configs": [
            *(
                _config(name, splits_with_rows(manifest, name), f"data/{name}", name == manifest.main_table)
                for name in tables
            ),
            *(_config(config_name(aspect), splits, f"benchmark/{aspect}") for aspect, splits in tasks.items()),
        ],
        "dataset_info": [
            *(_info(name, splits_with_rows(manifest, name), row_type) for name, row_type in tables.items()),
            *(_info(config_name(aspect), splits, Question) for aspect, splits in tasks.items()),
        ],
    }
    data = DatasetCardData(**{field: value for field, value in fields.items() if value})
    return dict(data.to_dict())  # type: ignore[no-untyped-call]


def size_category(size: int) -> str:
    """The Hub's category for a number of rows."""
    at = sum(size >= 10**power for power in range(3, 3 + len(SIZES)))
    if at in (0, len(SIZES)):
        return f"n<{SIZES[0]}" if at == 0 else f"n>{SIZES[-1]}"
    return f"{SIZES[at - 1]}<n<{SIZES[at]}"


def _declared(manifest: Manifest) -> dict[str, Any]:
    """Fields that the recipe declares."""
    recipe, card = manifest.recipe, manifest.recipe.card
    repositories = {found for source in card.sources for found in REPOSITORY.findall(source.url or "")}
    return {
        "pretty_name": card.pretty_name or manifest.name,
        "language": card.language,
        "multilinguality": ["monolingual" if len(card.language) == 1 else "multilingual"] if card.language else [],
        "license": recipe.license,
        "license_name": card.license_name,
        "license_link": card.license_link,
        "source_datasets": sorted(repositories),
    }


def _papers(card: CardText) -> list[str]:
    """Papers on arXiv that the recipe cites, for the dataset and its sources, as tags of the Hub."""
    texts = [card.citation, *(text for source in card.sources for text in (source.url, source.citation))]
    return sorted({f"arxiv:{found}" for text in texts if text for found in ARXIV.findall(text)})


def _creators(manifest: Manifest) -> list[str]:
    models = models_used(manifest)
    return sorted({"machine-generated" if name in models else "other" for name in teachers_used(manifest)})


def _has_labels(manifest: Manifest) -> bool:
    """Whether someone annotated: there are annotations, or a table of the family has a column of closed labels."""
    types = row_types(manifest)
    closed = {
        name
        for name, row_type in types.items()
        if name not in SHARED and any("enum" in column.schema for column in columns(row_type))
    }
    return any(row_count(manifest, name) for name in {"annotations", *closed})


def _tasks(manifest: Manifest) -> list[str]:
    """Generation if a table of the family other than the main one has rows; classification if there are annotations."""
    written = any(row_count(manifest, name) for name in manifest.tables if name not in {*SHARED, manifest.main_table})
    return ["text-generation"] * written + ["text-classification"] * bool(row_count(manifest, "annotations"))


def _config(name: str, splits: Mapping[str, list[File]], folder: str, default: bool = False) -> dict[str, Any]:
    files = [{"split": split, "path": f"{folder}/{split}-*.parquet"} for split in splits]
    return {"config_name": name, **({"default": True} if default else {}), "data_files": files}


def _info(name: str, splits: Mapping[str, list[File]], row_type: type[Row]) -> dict[str, Any]:
    """Sizes are those of the files; sizes in memory are not recorded."""
    sizes = {split: sum(file.bytes for file in files) for split, files in splits.items()}
    described = [{"name": s, "num_bytes": sizes[s], "num_examples": total_rows(files)} for s, files in splits.items()]
    size = sum(sizes.values())
    features = hub_features(row_type)
    return {"config_name": name, "features": features, "splits": described, "download_size": size, "dataset_size": size}
