"""Every block of README and docs is run: Python as it is, console sessions command by command.

Numbers in the output of a session may differ, and `...` matches anything. A session under
`<!-- a model writes this -->` runs with the real model, so its commands must succeed and its output is not compared.
A block under `<!-- file: NAME -->` is written to that file first; what a `pyproject.toml` declares counts as installed.
Commands in other blocks must exist with their options.
"""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pluriset.cli import main
from pluriset.schemas.catalog import KINDS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"(?P<mark><!-- (?P<what>[^\n]*) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```", re.DOTALL)
MODEL, SETUP = "a model writes this", "set-up"


def blocks(kind: str, mark: str | None = None) -> list[tuple[Path, str]]:
    return [
        (page, found["body"])
        for page in PAGES
        for found in BLOCK.finditer(page.read_text())
        if found["kind"] == kind and found["what"] == mark
    ]


def write_files(page: Path, folder: Path) -> None:
    """Write the files that a page shows, and install its package as far as entry points need it."""
    for found in BLOCK.finditer(page.read_text()):
        kind, _, name = (found["what"] or "").partition(": ")
        if kind == "file":
            (folder / name).write_text(found["body"])
    if (folder / "pyproject.toml").exists():
        project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
        info = folder / f"{project['name']}-{project['version']}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        )
        groups = [
            f"[{group}]\n" + "".join(f"{name} = {module}\n" for name, module in entries.items())
            for group, entries in project["entry-points"].items()
        ]
        (info / "entry_points.txt").write_text("".join(groups))


def commands(body: str) -> list[tuple[str, str]]:
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


def run(command: str, where: Path) -> subprocess.CompletedProcess[str]:
    env = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(where)}
    env |= {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
    return subprocess.run(["bash", "-c", command], cwd=where, capture_output=True, text=True, env=env)


def same(expected: str, got: str) -> bool:
    pattern = re.escape(re.sub(r"\s+", " ", expected).strip())
    pattern = re.sub(r"\\\.\\\.\\\.", ".*", re.sub(r"\d+(\\?[.,]\d+)*", r"[\\d.,]+", pattern))
    return re.fullmatch(pattern, re.sub(r"\s+", " ", got).strip(), re.DOTALL) is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_python_block_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(page, tmp_path)
    code = [body for where, body in blocks("python") if where == page]
    if code:
        done = subprocess.run([sys.executable, "-W", "error", "-c", "\n".join(code)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_session_prints_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    write_files(page, tmp_path)
    for where, body in blocks("console"):
        for command, expected in commands(body) if where == page else ():
            done = run(command, tmp_path)
            assert same(expected, done.stdout + done.stderr), f"$ {command}\n{done.stdout}{done.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_session_with_a_model_succeeds(page: Path, tmp_path: Path) -> None:
    sessions = [found for found in BLOCK.finditer(page.read_text()) if found["kind"] == "console"]
    if not any(found["what"] == MODEL for found in sessions):
        pytest.skip("no session with a model")
    for session in sessions:
        for command, _ in commands(session["body"]):
            done = run(command, tmp_path)
            assert done.returncode in (0, 1), f"$ {command}\n{done.stdout}{done.stderr}"


def test_setup_commands_install_what_they_need() -> None:
    build, test = (body for _, body in blocks("bash", SETUP))
    for body, needed in ((build, ["pluriset build values", "embedded"]), (test, ["pytest", "test"])):
        assert shlex.split(body.replace("\\\n", " ")) and all(word in body for word in needed)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_in_a_shell_block_exists(page: Path) -> None:
    for where, body in [*blocks("bash"), *blocks("bash", SETUP)]:
        for line in re.findall(r"^pluriset .*", body, re.MULTILINE) if where == page else ():
            _, name, *words = shlex.split(line, comments=True)
            options = {option for parameter in main.commands[name].params for option in parameter.opts}
            assert {word for word in words if word.startswith("-")} <= options, line


def test_reference_covers_every_component_and_command() -> None:
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import build_site  # type: ignore[import-not-found, unused-ignore]
    finally:
        sys.path.pop(0)
    pages = build_site.reference_pages()
    assert pages == build_site.reference_pages()
    for kind in KINDS:
        page = pages.get(f"reference/{kind}.md", pages["reference/components.md"])
        headings = re.findall(r"^##+ (.*)$", page, re.MULTILINE)
        assert {name for name, _ in build_site.components(kind)} <= {*headings}
    assert all(f"## {command}\n" in pages["reference/cli.md"] for command in main.commands)
