"""The shipped pack: every figure has a case, stands in the docs, and says where it comes from."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

from engine.policy.packs import Pack, PackEntry
from engine.policy.registers import shipped_shelf
from tests.policy.shipped import cases_of, shipped

DOCS = Path(__file__).parents[2] / "docs" / "policies.md"
KNOWN = {"history.customer_refusals_24h": 0, "face.count": 1, "liveness.passive_score": 0.99}


def pack() -> Pack:
    """`policies/packs/age_of_access.yaml`."""
    found = shipped_shelf().get("age_of_access")
    assert isinstance(found, Pack)
    return found


def given(entry: PackEntry, day: str, age: float) -> dict[str, object]:
    """A good live face at an age, for the market and product of an entry."""
    market, product = entry.keys
    return {**KNOWN, "context.market": market, "context.product": product, "context.day": day, "age.predicted": age}


def test_every_figure_holds_from_its_first_day() -> None:
    """On it the figure decides; on the day before it does not."""
    policy = shipped("age_gate")
    for entry in pack().entries:
        assert policy.decide(given(entry, entry.since, entry.value - 0.1)).outcome == "reject", entry.label
        assert policy.decide(given(entry, entry.since, entry.value + 5)).outcome == "accept", entry.label
        before = (date.fromisoformat(entry.since) - timedelta(days=1)).isoformat()
        earlier = [each for each in pack().entries if each.keys == entry.keys and each.since <= before]
        expected = "accept" if earlier else "review"
        assert policy.decide(given(entry, before, entry.value + 5)).outcome == expected, entry.label


def test_every_product_has_cases_on_both_sides_of_its_days() -> None:
    """The cases name each day on which figures begin, and the day before."""
    cases = [(case.given["context.product"], str(case.given["context.day"])) for case in cases_of("age_gate")]
    for entry in pack().entries:
        product = re.sub(r"app_store_\d+", "app_store_16", entry.keys[1])
        before = (date.fromisoformat(entry.since) - timedelta(days=1)).isoformat()
        assert {(product, entry.since), (product, before)} <= set(cases), entry.label


def test_there_is_no_figure_where_the_sources_give_none() -> None:
    """Gambling, alcohol, and the markets that name no age."""
    keys = {entry.keys for entry in pack().entries}
    assert not {product for _, product in keys} & {"gambling", "alcohol"}
    assert not {market for market, product in keys if product == "adult_content"} - {"US-TX"}
    assert "no figure for gambling and none for alcohol" in pack().note


def test_each_figure_has_its_source() -> None:
    """A law or a document by name; what is not verified says why."""
    for entry in pack().entries:
        assert re.search(r"Act|Art\.|Bill|Code", entry.source), entry.label
        assert entry.verified or entry.note, entry.label


def rows() -> list[str]:
    """The table of the docs, from the pack."""
    entries = sorted(pack().entries, key=lambda each: (each.keys[1], each.value, each.since))
    made: dict[tuple[str, ...], list[str]] = {}
    for entry in entries:
        days = entry.since + (f" to {entry.until}" if entry.until else "")
        row = (entry.keys[1], f"{entry.value}", days, "yes" if entry.verified else "**no**")
        made.setdefault(row, []).append(entry.keys[0])
    return [f"| {p} | {v} | {', '.join(sorted(m))} | {d} | {s} |" for (p, v, d, s), m in made.items()]


def test_the_docs_have_the_figures() -> None:
    """The table of docs/policies.md is that of the pack."""
    text = DOCS.read_text(encoding="utf-8")
    head = "| product | age | markets | from | verified |"
    table = text[text.index(head) :].split("\n\n")[0].splitlines()[2:]
    assert table == rows()
