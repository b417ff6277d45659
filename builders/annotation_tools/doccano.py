"""Doccano: texts and labels of one classification project for each field; a file for each annotator comes back.

https://doccano.github.io/doccano. Doccano keeps further keys of a text and exports them again, which is how a label
finds its task and its field.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...schemas.errors import DataError
from . import AnnotationTool, ToolAnswer, ToolTask, item_of, json_records, texts

NO_ANNOTATOR = "unknown"
"""Doccano's file of texts that nobody annotated."""


class Doccano(AnnotationTool):
    """Files for Doccano: for each field a folder with `texts.jsonl` and `labels.json`."""

    one_order = True

    def write(self, tasks: Sequence[ToolTask], folder: Path) -> None:
        """Write a folder for each field. Raises `DataError` for a field without labels, which Doccano cannot ask."""
        for field in tasks[0].fields:
            if not field.choices:
                raise DataError("Doccano has labels only", got=field.name, hint="export to another tool")
            (folder / field.name).mkdir()
            labels = [{"text": str(choice.value)} for choice in field.choices]
            (folder / field.name / "labels.json").write_text(json.dumps(labels, ensure_ascii=False), encoding="utf-8")
            lines = [
                json.dumps({"text": t.question, "label": [], "task_id": t.id, "field": field.name}, ensure_ascii=False)
                for t in tasks
            ]
            (folder / field.name / "texts.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def read(self, path: Path) -> Iterator[ToolAnswer]:
        """One answer for each task and annotator, put together from all fields; the annotator is the file's name."""
        files = [path] if path.is_file() else sorted(path.rglob("*.jsonl"))
        found: dict[tuple[str, str], ToolAnswer] = {}
        for file in (one for one in files if one.stem != NO_ANNOTATOR):
            for place, record in json_records(file):
                task = str(record.get("task_id") or "")
                key = (task or f"{record.get('id')}", file.stem)
                answer = found.setdefault(key, ToolAnswer(f"{file.parent.name}/{place}", task, file.stem))
                answer.item = item_of(record, "text")
                answer.values[str(record.get("field") or "label")] = texts(record.get("label"))
                answer.reason = answer.reason or "\n".join(texts(record.get("Comments")))
        if not files:
            raise DataError("no answers of Doccano", where=str(path), expected="a JSONL file for each annotator")
        yield from found.values()
