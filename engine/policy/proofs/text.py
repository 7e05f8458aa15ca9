"""A report as a person reads it in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator

from engine.policy.proofs.finding import Example, Proof
from engine.policy.proofs.report import Promise, Report
from engine.policy.proofs.tables import MAX_PAIRS, TableFinding

_MARKS = {"proved": "✓", "refuted": "✗", "undecided": "?"}
MAX_OVERLAPS = 10


def rendered(report: Report, file: str) -> str:
    """The table of proofs, then each counterexample as a command that shows it, then what else was found."""
    return "\n".join(_lines(report, file))


def _lines(report: Report, file: str) -> Iterator[str]:
    width = max(len(promise.id) for promise in report.promises)
    yield f"{report.policy}"
    yield f"{'':{width}}  {'  '.join(report.strategies)}"
    for promise in report.promises:
        marks = (f"{_MARKS[proof.status]:{len(proof.strategy)}}" for proof in promise.proofs)
        yield f"{promise.id:{width}}  {'  '.join(marks)}".rstrip()
    for promise in report.promises:
        for proof in promise.proofs:
            yield from _said(promise, proof, file)
    yield from _odd_rules(report)
    for finding in report.tables:
        yield from _table(finding, file)


def _said(promise: Promise, proof: Proof, file: str) -> Iterator[str]:
    if proof.status == "proved" and not proof.why:
        return
    yield ""
    yield f"{_MARKS[proof.status]} {promise.id} under {proof.strategy}: {proof.why or proof.status}"
    yield f"  {promise.sentence or promise.title}"
    for shown in proof.examples:
        yield from command(shown, file)


def command(shown: Example, file: str) -> Iterator[str]:
    """The command that shows an example, and what it answers."""
    features = json.dumps(shown.record, ensure_ascii=False).replace("'", "'\\''")
    yield f"  $ selfie policy decide {file} --strategy {shown.strategy} --features '{features}'"
    yield f"  {shown.outcome}  {' '.join(shown.reasons)}".rstrip()


def _odd_rules(report: Report) -> Iterator[str]:
    if report.silent or report.shadowed:
        yield ""
    for rule in report.silent:
        yield f"! rule `{rule.id}` (line {rule.line}) can never fire"
    for rule in report.shadowed:
        yield f"! rule `{rule.id}` (line {rule.line}) never changes an outcome or a code"


def _table(finding: TableFinding, file: str) -> Iterator[str]:
    yield ""
    yield f"! table `{finding.table}` under {finding.strategy}"
    if finding.gap:
        yield "  a record that no row takes:"
        yield from command(finding.gap, file)
    for overlap in finding.overlaps[:MAX_OVERLAPS]:
        how = "the order of the rows decides" if finding.ordered else "both rows fire"
        yield f"  rows `{overlap.rows[0]}` and `{overlap.rows[1]}` overlap; {how}:"
        yield from command(overlap.example, file)
    if len(finding.overlaps) > MAX_OVERLAPS:
        yield f"  … more rows overlap; --json lists {len(finding.overlaps)} pairs"
    if finding.cut_off:
        yield f"  … only the first {MAX_PAIRS} pairs of rows were compared"
