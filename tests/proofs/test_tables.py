"""Gaps and overlaps of decision tables, by row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.policy import CompiledPolicy
from engine.policy.proofs import tables
from engine.policy.proofs.report import report
from engine.policy.proofs.tables import table_findings
from engine.policy.proofs.text import rendered
from tests.proofs.policies import made_of


def table(hit: str, *cells: str) -> CompiledPolicy:
    """A table of ages whose rows alternate between review and reject."""
    rows = [
        {"id": f"row{n}", "when": [cell], "then": ["review", "reject"][n % 2], "reason": "R845"}
        for n, cell in enumerate(cells)
    ]
    made: dict[str, Any] = {"hit": hit, "inputs": ["age.predicted"], "rows": rows}
    rule = {"id": "faces", "when": {">": [{"var": "face.count"}, 1]}, "then": "reject", "reason": "R835"}
    return made_of({"policy": "tabled", "otherwise": "accept", "tables": {"ages": made}, "rules": [rule]})


def test_a_table_without_gaps_and_overlaps() -> None:
    """Nothing is said of it."""
    assert table_findings(table("first", "< 13", "[13, 18)", ">= 18"), "standard") == ()


def test_a_gap() -> None:
    """An age that no row takes, confirmed by the policy."""
    policy = table("first", "< 13", "[14, 18)", ">= 18")
    (found,) = table_findings(policy, "standard")
    assert found.gap is not None
    assert 13 <= found.gap.record["age.predicted"] < 14
    assert found.gap.outcome == policy.decide(found.gap.record).outcome
    assert found.overlaps == ()


def test_overlaps() -> None:
    """Each pair of rows with an age that both take; under `first` the order decides."""
    (found,) = table_findings(table("first", "< 14", "[13, 18)", "[17, 20)", ">= 20"), "standard")
    assert [overlap.rows for overlap in found.overlaps] == [("row0", "row1"), ("row1", "row2")]
    assert found.ordered
    ages = [overlap.example.record["age.predicted"] for overlap in found.overlaps]
    assert 13 <= ages[0] < 14
    assert 17 <= ages[1] < 18
    (every,) = table_findings(table("all", "< 14", ">= 13"), "standard")
    assert not every.ordered


def test_a_row_that_nothing_reaches_never_fires() -> None:
    """The rows before it take every record."""
    policy = table("first", "< 18", ">= 18", "< 13")
    assert [rule.id for rule in report(policy).silent] == ["ages.row2"]


def test_a_record_is_worked_out_once_however_many_rows_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of two thousand rows would otherwise take minutes for one gap."""
    worked_out, times = tables.values_of, []
    monkeypatch.setattr(tables, "values_of", lambda *given: times.append(1) or worked_out(*given))
    (found,) = table_findings(table("first", *(f"[{n}, {n + 1})" for n in range(20))), "standard")
    assert found.gap is not None
    assert len(times) == 1


def test_a_table_too_long_to_compare_every_pair_says_so() -> None:
    """And does not say that more rows overlap, which nobody knows."""
    found = report(table("all", *(f"[{n}, {n + 1})" for n in range(3))))
    finding = found.tables[0]
    shown = rendered(replace(found, tables=(replace(finding, cut_off=True),)), "ages.yaml")
    assert shown.splitlines()[-1] == "  … only the first 2000 pairs of rows were compared"
    assert "overlap" not in shown
