"""Argilla: settings and records in the format of its SDK, version 2; records with responses come back.

https://docs.argilla.io/latest/how_to_guides/import_export
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...schemas.forms import Input
from ...validators.profiles.nested_judgements import judgements
from . import REASON, AnnotationTool, ToolAnswer, ToolTask, item_of, json_records, texts

NOT_SUBMITTED = ("draft", "discarded")


class Argilla(AnnotationTool):
    """Files for Argilla: `settings.json` of the dataset, `records.json` to log."""

    one_order = True

    def write(self, tasks: Sequence[ToolTask], folder: Path) -> None:
        """Write settings and records; Argilla shows options in one order for all records."""
        reason = _question(Input(REASON, "Reason", "text"), required=False)
        settings = {
            "guidelines": tasks[0].instruction or None,
            "questions": [*(_question(each) for each in tasks[0].fields), reason],
            "fields": [{"name": "question", "title": "Item", "required": True, "settings": _text_settings()}],
            "vectors": [],
            "metadata": [],
            "allow_extra_metadata": True,
            "distribution": {"strategy": "overlap", "min_submitted": 1},
            "mapping": None,
        }
        records = [{"id": task.id, "fields": {"question": task.question}, "metadata": {}} for task in tasks]
        for name, content in (("settings", settings), ("records", records)):
            (folder / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")

    def read(self, path: Path) -> Iterator[ToolAnswer]:
        """One answer for each record and user; drafts and discarded responses do not count."""
        for place, record in json_records(path):
            by_user: dict[str, ToolAnswer] = {}
            for question, response in _responses(record):
                user = str(response.get("user_id"))
                found = by_user.setdefault(user, ToolAnswer(f"{place}, user {user}", str(record.get("id") or ""), user))
                if response.get("status") in NOT_SUBMITTED:
                    found.ignored = f"{response['status']} in the tool"
                elif question == REASON:
                    found.reason = "\n".join(texts(response.get("value")))
                else:
                    found.values[question] = texts(response.get("value"))
            fields: dict[str, Any] = record["fields"] if isinstance(record.get("fields"), dict) else record
            for found in by_user.values():
                found.item = item_of({**fields, "id": record.get("id") or record.get("external_id") or ""}, "text")
                yield found


def _responses(record: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Question and response: nested by question, as lists of columns, or as a list of each question (version 1)."""
    if isinstance(nested := record.get("responses"), dict):
        for question, responses in nested.items():
            yield from ((question, response) for response in responses or ())
        return
    for column, cell in record.items():
        if column.endswith(".responses") and cell:
            name = column.removesuffix(".responses")
            users, statuses = record.get(f"{column}.users") or [], record.get(f"{column}.status") or []
            for at, value in enumerate(cell):
                status = statuses[at] if at < len(statuses) else "submitted"
                yield name, {"value": value, "user_id": users[at] if at < len(users) else None, "status": status}
        elif isinstance(cell, list) and cell and judgements(cell) is not None:
            yield from ((column, response) for response in cell)


def _question(field: Input, required: bool = True) -> dict[str, Any]:
    settings: dict[str, Any] = {"type": "text", "use_markdown": False}
    if field.choices:
        options = [{"value": str(one.value), "text": one.text, "description": None} for one in field.choices]
        kind = "multi_label_selection" if field.kind == "choices" else "label_selection"
        settings = {"type": kind, "options": options, "visible_options": None}
    return {
        "name": field.name,
        "title": field.label,
        "description": None,
        "required": required,
        "settings": settings,
    }


def _text_settings() -> dict[str, Any]:
    return {"type": "text", "use_markdown": False}
