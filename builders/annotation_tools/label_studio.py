"""Label Studio: a labelling configuration and tasks; exports in its JSON format come back.

https://labelstud.io/guide/tasks and https://labelstud.io/guide/export. Options are loaded from each task
(`value="$..."`), so that they keep the order that was drawn for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from ...schemas.forms import Input
from ...validators.profiles.nested_judgements import judgements
from . import REASON, AnnotationTool, ToolAnswer, ToolTask, item_of, json_records, texts


class LabelStudio(AnnotationTool):
    """Files for Label Studio: `config.xml` for the project, `tasks.json` to import."""

    def write(self, tasks: Sequence[ToolTask], folder: Path) -> None:
        """Write the configuration and the tasks."""
        controls = "\n".join(_control(each) for each in tasks[0].fields)
        config = f"""<View>
  <Header value="$instruction"/>
  <Text name="question" value="$question"/>
{controls}
  <Header value="Reason"/>
  <TextArea name="{REASON}" toName="question" rows="2" maxSubmissions="1"/>
</View>
"""
        (folder / "config.xml").write_text(config, encoding="utf-8")
        records = [{"data": _data(task)} for task in tasks]
        (folder / "tasks.json").write_text(json.dumps(records, ensure_ascii=False, indent=1), encoding="utf-8")

    def read(self, path: Path) -> Iterator[ToolAnswer]:
        """One answer for each annotation of each task; cancelled ones do not count."""
        for place, record in json_records(path):
            task = str((record.get("data") or {}).get("task_id") or "")
            for at, annotation in enumerate(record.get("annotations") or [], 1):
                answer = _answer(f"{place}, annotation {at}", task, annotation)
                answer.item = item_of({**(record.get("data") or {}), "id": record.get("id", "")}, "text", "question")
                yield answer


def _answer(place: str, task: str, annotation: Mapping[str, Any]) -> ToolAnswer:
    who = annotation.get("completed_by")
    person = who.get("email") or who.get("id") if isinstance(who, dict) else who
    found = ToolAnswer(place, task, None if person is None else str(person), seconds=annotation.get("lead_time"))
    if annotation.get("was_cancelled"):
        found.ignored = "cancelled in the tool"
        return found
    for judgement in judgements([annotation]) or []:
        found.values.setdefault(judgement.aspect or "", []).extend(texts(judgement.value))
    for result in annotation.get("result") or []:
        if isinstance(result, dict) and result.get("type") == "textarea":
            written = texts((result.get("value") or {}).get("text"))
            if result.get("from_name") == REASON:
                found.reason = "\n".join(written)
            else:
                found.values.setdefault(str(result.get("from_name")), []).extend(written)
    return found


def _data(task: ToolTask) -> dict[str, Any]:
    options = {f"{name}_options": [{"value": one} for one in shown] for name, shown in task.options.items()}
    return {"task_id": task.id, "question": task.question, "instruction": task.instruction, **options}


def _control(field: Input) -> str:
    name, head = quoteattr(field.name), f"  <Header value={quoteattr(field.label)}/>\n"
    if field.choices:
        choice = "multiple" if field.kind == "choices" else "single"
        options = quoteattr(f"${field.name}_options")
        return f'{head}  <Choices name={name} toName="question" choice="{choice}" required="true" value={options}/>'
    if field.kind == "number":
        bounds = "".join(
            f' {key}="{end:g}"' for key, end in (("min", field.low), ("max", field.high)) if end is not None
        )
        return f'{head}  <Number name={name} toName="question" required="true"{bounds}/>'
    return f'{head}  <TextArea name={name} toName="question" required="true" maxSubmissions="1"/>'
