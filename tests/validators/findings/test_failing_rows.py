from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pluriset import validate
from pluriset.schemas.report import Finding, Report
from pluriset.validators.findings.failing_rows import write_rows_to


def finding(check: str, table: str, count: int = 2) -> Finding:
    return Finding(check=check, severity="error", rule="", table=table, count=count, of=9, examples=[])


def test_all_failing_rows_are_kept_by_check_and_said_in_the_report(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("id,text\n" + "".join(f"{i}, spaced {i}\n" for i in range(3000)))
    report = validate(tmp_path / "rows.csv", out=tmp_path / "out")
    [spaced] = [f for f in report.findings if f.check == "outer_white_space"]
    assert spaced.file == "outer_white_space-rows.parquet" and len(spaced.examples) == 5
    rows = pq.read_table(tmp_path / "out" / spaced.file)
    assert rows.num_rows == spaced.count == 3000 and {"_row", "problem"} <= set(rows.column_names)
    assert Report.model_validate_json((tmp_path / "out" / "report.json").read_text()) == report
    assert f'href="{spaced.file}"' in (tmp_path / "out" / "report.html").read_text()
    kept = {f.file for f in report.findings if f.file}
    assert {path.name for path in (tmp_path / "out").glob("*.parquet")} == kept


def test_a_file_name_is_safe_and_no_others(tmp_path: Path) -> None:
    keep, row = write_rows_to(tmp_path), duckdb.connect().sql("SELECT 1")
    names = ["../../x", "a/b", "a b", "a_b", ".", "x" * 500, "t.key"]
    files = [keep(finding(name, "t"), lambda: row).file for name in names]
    assert len(set(files)) == len(names) and files[-1] == "t.key.parquet"
    assert {path.name for path in tmp_path.iterdir()} == set(files)
    assert keep(finding("none", "t", count=0), lambda: row).file is None
