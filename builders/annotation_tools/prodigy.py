"""Prodigy: tasks for its choice interface, one for each field; annotated tasks come back from `prodigy db-out`.

https://prodi.gy/docs/api-interfaces#choice
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from . import AnnotationTool, ToolAnswer, ToolTask, item_of, json_records, texts


class Prodigy(AnnotationTool):
    """JSON lines for `prodigy mark DATASET tasks.jsonl --view-id choice`, or `text_input` for numbers and texts."""

    def write(self, tasks: Sequence[ToolTask], folder: Path) -> None:
        """Write `tasks.jsonl`: a task has one set of options, so that each field is a task."""
        lines = [
            json.dumps(_record(task, field.name), ensure_ascii=False) for field in tasks[0].fields for task in tasks
        ]
        (folder / "tasks.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def read(self, path: Path) -> Iterator[ToolAnswer]:
        """One answer for each task and annotator, put together from its fields; skipped ones do not count."""
        found: dict[tuple[str, str | None], ToolAnswer] = {}
        for place, record in json_records(path):
            meta = record.get("meta") or {}
            person = record.get("_annotator_id") or record.get("_session_id")
            task, who = str(meta.get("task_id") or ""), None if person is None else str(person)
            item = item_of({**record, "id": record.get("_input_hash", "")}, "text")
            one = found.setdefault((task or item[0], who), ToolAnswer(place, task, who, item=item))
            if record.get("answer") == "accept":
                given = record.get("accept") if "options" in record else record.get("user_input")
                one.values[str(meta.get("field") or "label")] = texts(given)
                one.reason = one.reason or str(record.get("comment") or "")
            else:
                one.ignored = f"{record.get('answer')} in the tool"
        yield from found.values()


def _record(task: ToolTask, name: str) -> dict[str, Any]:
    field = next(each for each in task.fields if each.name == name)
    head = {"text": task.question, "label": field.label, "meta": {"task_id": task.id, "field": name}}
    if not field.choices:
        return {**head, "_view_id": "text_input"}
    options = [{"id": str(choice.value), "text": choice.text} for choice in field.choices]
    return {**head, "_view_id": "choice", "options": options, "config": {"choice_style": _style(field.kind)}}


def _style(kind: str) -> str:
    return "multiple" if kind == "choices" else "single"
