"""Potato: a configuration and its data; the folder `annotation_output` comes back, one sub-folder an annotator.

https://potato-annotation.readthedocs.io
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...schemas.errors import DataError
from ...schemas.forms import Input
from ...schemas.yaml_text import dump_yaml
from . import REASON, AnnotationTool, ToolAnswer, ToolTask, item_of, json_records

TIME = re.compile(r"(\d+)d (\d+)h (\d+)m (\d+)s")
OUTPUT = "annotated_instances.jsonl"


class Potato(AnnotationTool):
    """Files for Potato: `config.yaml` and `data.jsonl`."""

    one_order = True

    def write(self, tasks: Sequence[ToolTask], folder: Path) -> None:
        """Write the configuration and the data; Potato shows options in one order for all items."""
        config = {
            "annotation_task_name": "pluriset",
            "data_files": ["data.jsonl"],
            "item_properties": {"id_key": "id", "text_key": "text"},
            "output_annotation_dir": "annotation_output/",
            "output_annotation_format": "jsonl",
            "annotation_schemes": [*(_scheme(each) for each in tasks[0].fields), _text(REASON, "Reason", False)],
        }
        (folder / "config.yaml").write_text(dump_yaml(config), encoding="utf-8")
        lines = [json.dumps({"id": task.id, "text": task.question}, ensure_ascii=False) for task in tasks]
        (folder / "data.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def read(self, path: Path) -> Iterator[ToolAnswer]:
        """One answer for each line of each annotator's file; the annotator is the name of the folder."""
        files = [path] if path.is_file() else sorted(path.rglob(OUTPUT))
        if not files:
            raise DataError("no answers of Potato", where=str(path), expected=f"*/{OUTPUT}")
        for file in files:
            for place, record in json_records(file):
                who = file.parent.name
                answer = ToolAnswer(f"{who}/{place}", str(record.get("id") or ""), who, seconds=_seconds(record))
                answer.item = item_of(record, "displayed_text", "text")
                for scheme, labels in (record.get("label_annotations") or {}).items():
                    _add(answer, scheme, labels)
                yield answer


def _add(answer: ToolAnswer, scheme: str, labels: Any) -> None:
    """Labels are keys; the text of a text box is the value of its one key."""
    if not isinstance(labels, dict):
        return
    box = labels.get("text_box")
    if scheme == REASON:
        answer.reason = str(box or "")
    else:
        answer.values[scheme] = [str(box)] if box else [label for label, given in labels.items() if given]


def _seconds(record: dict[str, Any]) -> float | None:
    spent = TIME.search(str((record.get("behavioral_data") or {}).get("time_string")))
    if spent is None:
        return None
    days, hours, minutes, seconds = map(int, spent.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _scheme(field: Input) -> dict[str, Any]:
    if not field.choices:
        return _text(field.name, field.label, True)
    kind = "multiselect" if field.kind == "choices" else "radio"
    return {
        "annotation_type": kind,
        "name": field.name,
        "description": field.label,
        "labels": [str(choice.value) for choice in field.choices],
        "label_requirement": {"required": True},
    }


def _text(name: str, label: str, required: bool) -> dict[str, Any]:
    return {
        "annotation_type": "text",
        "name": name,
        "description": label,
        "label_requirement": {"required": required},
    }
