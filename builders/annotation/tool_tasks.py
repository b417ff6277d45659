"""The requests to people as tasks of an annotation tool, one task for each item whoever is to judge it."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from ...schemas.component import Spec, load, names
from ...schemas.errors import DataError, RecipeError
from ...schemas.forms import Form, Input
from ...validators.tables.atomic_write import atomic_folder
from .. import PACKAGE
from ..annotation_tools import AnnotationTool, ToolTask
from ..convert.export import Exported
from .requests import OpenRequest, Requests

TOOLS = f"{PACKAGE}.annotation_tools"


@dataclass
class Item:
    """An item that people judge: its task, and the request that each of them has for it."""

    task: ToolTask
    form: Form
    requests: dict[str, OpenRequest] = field(default_factory=dict)
    """Annotator -> request."""


def items(run: Path, teacher: str | None = None) -> dict[str, Item]:
    """Task id -> item of a run, in a random order that is always the same.

    Of several teachers that are people, `teacher` chooses one. Raises `DataError` if no requests were written.
    """
    requests, found = Requests(run, done=True), dict[str, Item]()
    for request in requests.all():
        ask = requests.ask(request)
        if ask["attempt"] or (teacher and request.teacher != teacher):
            continue
        form = requests.form(request)
        fields = ",".join(sorted(each.name for each in form.fields()))
        id_ = _mark(ask["role"], ask["seed"], str(ask["sample"]), fields, form.question)
        if id_ not in found:
            found[id_] = Item(ToolTask(id_, form.question, form.instruction, _flat(form)), form)
        found[id_].requests[request.annotator] = request
    if not found:
        raise DataError("no requests for people", where=str(run), hint="`pluriset build` writes them")
    return dict(sorted(found.items(), key=lambda one: _mark("order", one[0])))


def is_tool(as_: Spec) -> bool:
    """Whether a format is that of an annotation tool."""
    return (as_ if isinstance(as_, str) else next(iter(as_), "")) in names(TOOLS)


def export_tasks(run: Path, as_: Spec, out: Path) -> Exported:
    """Write the tasks of a run for a tool into the new folder `out`, a sub-folder for each kind of question."""
    tool: AnnotationTool = load(TOOLS, as_, "--as")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError("already there", where=str(out), expected="a new or empty folder", hint="choose another --out")
    kinds: dict[tuple[str, ...], list[ToolTask]] = {}
    for item in items(run).values():
        kinds.setdefault(tuple(each.name for each in item.task.fields), []).append(item.task)
    with atomic_folder(out) as draft:
        for number, tasks in enumerate(kinds.values(), 1):
            folder = draft if len(kinds) == 1 else draft / str(number)
            folder.mkdir(exist_ok=True)
            tool.write(tasks, folder)
    files = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    return Exported(out, files, {"tasks": {"all": sum(map(len, kinds.values()))}}, {})


def _flat(form: Form) -> list[Input]:
    """The inputs of a form. Raises `RecipeError` for one that tools cannot show, as its answer is nested."""
    if nested := [part.name for part in form.inputs.parts if not isinstance(part, Input)]:
        raise RecipeError(
            "annotation tools take labels, numbers and texts", got=nested[0], hint="let people answer with `annotate`"
        )
    return [*form.fields()]


def _mark(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=6).hexdigest()
