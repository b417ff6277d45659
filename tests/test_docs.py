"""Every block of README and docs is run: Python as it stands, consoles command by command.

Numbers in a console's output may differ, and `...` stands for anything. A block under `<!-- a model writes this -->`
is run with the real model, so only its commands are compared: all must succeed.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(?P<mark><!-- (?P<what>[^\n]*) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```", re.DOTALL)
MODEL, SETUP = "a model writes this", "set-up"


def blocks(kind: str, mark: str | None = None) -> list[tuple[Path, str]]:
    return [
        (page, found["body"])
        for page in PAGES
        for found in BLOCK.finditer(page.read_text())
        if found["kind"] == kind and found["what"] == mark
    ]


def commands(body: str) -> list[tuple[str, str]]:
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


def run(command: str, where: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    return subprocess.run(
        ["bash", "-c", command], cwd=where, capture_output=True, text=True, env={"PATH": path, "HOME": str(where)}
    )


def same(expected: str, got: str) -> bool:
    pattern = re.escape(re.sub(r"\s+", " ", expected).strip())
    pattern = re.sub(r"\\\.\\\.\\\.", ".*", re.sub(r"\d+(\\?[.,]\d+)*", r"[\\d.,]+", pattern))
    return re.fullmatch(pattern, re.sub(r"\s+", " ", got).strip(), re.DOTALL) is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_python_block_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = [body for where, body in blocks("python") if where == page]
    if code:
        done = subprocess.run([sys.executable, "-W", "error", "-c", "\n".join(code)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_console_says_what_it_says(page: Path, tmp_path: Path) -> None:
    for where, body in blocks("console"):
        for command, expected in commands(body) if where == page else ():
            done = run(command, tmp_path)
            assert same(expected, done.stdout + done.stderr), f"$ {command}\n{done.stdout}{done.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_console_with_a_model_succeeds(page: Path, tmp_path: Path) -> None:
    for where, body in blocks("console", MODEL):
        for command, _ in commands(body) if where == page else ():
            done = run(command, tmp_path)
            assert done.returncode in (0, 1), f"$ {command}\n{done.stdout}{done.stderr}"


def test_the_set_up_installs_what_the_project_needs() -> None:
    build, test = (body for _, body in blocks("bash", SETUP))
    for body, needed in ((build, ["pluriset build values", "embedded"]), (test, ["pytest", "test"])):
        assert shlex.split(body.replace("\\\n", " ")) and all(word in body for word in needed)
