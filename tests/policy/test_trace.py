"""Why a decision fell, where a policy works values out: each is shown with what it came from."""

from __future__ import annotations

from tests.policy.shipped import policy_of, shipped

ADULT = {"face.count": 1, "liveness.passive_score": 0.93, "age.predicted": 19.0}
HERE = {"context.market": "AU", "context.product": "social_media", "context.day": "2026-11-23"}

TEXT = """
policy: derived
tables:
  ages:
    hit: first
    inputs: [age.predicted]
    rows:
      - {id: child, when: ["< 13"], then: reject, reason: R845}
      - {id: teen, when: ["< 18"], then: review, reason: R1301}
      - {id: young, when: ["< 21"], then: review, reason: R1301}
"""


def test_a_value_of_a_pack_is_shown_with_what_it_was_looked_up_by() -> None:
    """Where a rule names it, and only where it is first met."""
    lines = shipped("age_gate").explain({**ADULT, **HERE}).render().splitlines()
    first = next(n for n, line in enumerate(lines) if line.endswith("age_of_access = 16"))
    assert "lookup" in lines[first + 1]
    assert any("context.market = 'AU'" in line for line in lines[first : first + 6])
    assert sum("lookup" in line for line in lines) == 1


def test_json_has_every_derived_value_with_its_tree() -> None:
    """In the order in which they are worked out: a row, then what is open after it."""
    derived = policy_of(TEXT).explain({"age.predicted": 15}).to_json()["derived"]
    values = {each["name"]: each["value"] for each in derived}
    assert values == {
        "ages.child": False, "ages.teen": True, "ages.young": True, "ages.open.teen": True, "ages.open.young": False,
    }  # fmt: skip
    tree = next(each["tree"] for each in derived if each["name"] == "ages.teen")
    assert (tree["text"], tree["children"][0]["value"]) == ("age.predicted < 18", 15)
    unknown = policy_of(TEXT).explain({}).to_json()["derived"][0]
    assert (unknown["value"], unknown["known"]) == (None, False)


def test_a_long_chain_of_values_is_cut_short() -> None:
    """The first row of a table is the last in turn where it is the mildest: it stands on two thousand others."""
    rows = ["{when: ['< 100'], then: accept, reason: I845}"]
    rows += [f"{{when: ['< {1 + n / 40}'], then: reject, reason: R845}}" for n in range(1999)]
    table = f"{{hit: severest, inputs: [age.predicted], rows: [{', '.join(rows)}]}}"
    lines = policy_of(f"policy: long\ntables: {{t: {table}}}\n").explain({"age.predicted": 99}).render().splitlines()
    assert len(lines) > 2000
    assert max(map(len, lines)) < 400
