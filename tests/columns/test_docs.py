"""What docs/batch.md shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.logic.operators import TABLE

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/batch.md").read_text(encoding="utf-8")


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """As written, over a table beside the shipped policies."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "features").mkdir()
    (tmp_path / "policies").symlink_to(ROOT / "policies")
    record = {"face.count": 1, "liveness.passive_score": 0.93, "age.predicted": 31.0}
    pq.write_table(pa.Table.from_pylist([{"id": "a"} | record]), tmp_path / "features/one.parquet")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "docs/batch.md", "exec"), {})  # noqa: S102 - the page's own example
    assert "11 of 11 rules as columns of duckdb" in capsys.readouterr().out
    (row,) = pq.read_table("decisions.parquet").to_pylist()
    assert (row["id"], row["decision"], row["reasons"]) == ("a", "accept", ["I834", "I845"])


def test_the_page_names_every_operator_without_columns() -> None:
    """A new operator that falls back must be listed."""
    lacking = {name for name, meanings in TABLE.items() if any(meaning.columns is None for meaning in meanings)}
    assert lacking
    assert all(f"`{name}`" in PAGE for name in lacking)


def test_deciding_one_record_does_not_wait_for_ibis() -> None:
    """It takes a second to import, and only tables need it."""
    code = "import sys, engine.cli, engine.policy, engine.logic.columns; print('ibis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "False"
