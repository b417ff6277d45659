import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOMS = ("builders", "cards", "schemas", "validators")


def test_pyproject_lists_every_package() -> None:
    found = {"pluriset"} | {
        ".".join(["pluriset", *path.parent.relative_to(ROOT).parts])
        for room in ROOMS
        for path in (ROOT / room).rglob("__init__.py")
    }
    assert sorted(found) == sorted(PROJECT["tool"]["setuptools"]["packages"])


def test_top_level_holds_only_the_four_packages_and_project_files() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    top = {path.split("/")[0] for path in listed.stdout.splitlines()}
    allowed = {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "cli.py",
        "__init__.py",
        "py.typed",
        ".gitignore",
    }
    assert top <= allowed | {*ROOMS, "tests", "docs", "benchmarks", ".ci"}


def test_import_loads_nothing_heavy() -> None:
    heavy = [
        "duckdb",
        "polars",
        "pyarrow",
        "datasets",
        "openai",
        "numpy",
        "pydantic",
        "xllamacpp",
        "vl_convert",
        "rich",
    ]
    code = f"import sys, pluriset, pluriset.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_schemas_import_no_engine() -> None:
    modules = [
        ".".join(["pluriset", *path.relative_to(ROOT).with_suffix("").parts]).removesuffix(".__init__")
        for path in (ROOT / "schemas").rglob("*.py")
    ]
    code = f"""
import importlib, sys
for module in {modules}: importlib.import_module(module)
print([m for m in ["duckdb", "polars", "pyarrow", "datasets", "numpy"] if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_import_contracts_hold() -> None:
    done = subprocess.run([Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_wheel_holds_the_package_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    names = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    rooms = "|".join(ROOMS)
    vendored = r"cards/viewer/vendor/hyparquet/[\w.-]+"
    fitting = re.compile(rf"pluriset/((({rooms})/)?([\w/.]+)\.(py|yaml|j2|jsonl|css|mjs)|py\.typed|{vendored})")
    assert all(fitting.fullmatch(name) for name in names), [n for n in names if not fitting.fullmatch(n)]
    for needed in (
        "py.typed",
        "cards/readme/card.md.j2",
        "cards/report/report.html.j2",
        "cards/viewer/assets/app.mjs",
        "cards/viewer/vendor/hyparquet/LICENSE",
        "builders/recipes/values.yaml",
        "builders/sources/samples/situations.jsonl",
    ):
        assert f"pluriset/{needed}" in names
    assert not any(name.startswith(("pluriset/tests", "pluriset/benchmarks", "pluriset/docs")) for name in names)


def test_files_name_nothing_outside_the_project() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    words = re.compile(r"/work/|/root/|issue \d", re.IGNORECASE)
    for name in filter(None, tracked.stdout.split("\0")):
        path = ROOT / name
        if path == Path(__file__) or not path.is_file() or path.suffix in {".png", ".parquet"}:
            continue
        found = words.search(path.read_text(encoding="utf-8", errors="replace"))
        assert not found, f"{name}: {found and found[0]}"


def test_dir_lists_the_public_names() -> None:
    import pluriset

    assert dir(pluriset) == sorted(pluriset.__all__)
    assert all(getattr(pluriset, name).__doc__ for name in pluriset.__all__)
    assert issubclass(pluriset.DataError, pluriset.PlurisetError)
