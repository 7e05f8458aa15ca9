"""A cell may name what a pack gives: by market, product and day, and unknown where no figure is in force."""

from __future__ import annotations

from tests.policy.shipped import policy_of

TEXT = """
policy: p
parameters:
  age_of_access: {title: Age of access, unit: years, range: [0, 30], pack: age_of_access}
tables:
  t:
    hit: first
    inputs: [age.predicted]
    rows:
      - {id: young, when: ["< {age_of_access}"], then: reject, reason: R845}
      - {id: near, when: ["[{age_of_access}, {age_of_access} + 5)"], then: review, reason: R1301}
      - {id: adult, when: [any], then: accept, reason: I845}
"""
WHERE = {"context.market": "AU", "context.product": "social_media", "context.day": "2026-11-23"}


def test_a_cell_reads_the_figure_that_is_in_force() -> None:
    """16 in Australia, for social media, since 10 December 2025; before that nobody can tell."""
    policy = policy_of(TEXT)
    for age, outcome in ((15.9, "reject"), (16, "review"), (20.9, "review"), (21, "accept")):
        decided = policy.decide({**WHERE, "age.predicted": age})
        assert decided.outcome == outcome
        assert decided == policy.explain({**WHERE, "age.predicted": age}).decision
    before = policy.decide({**WHERE, "context.day": "2025-12-09", "age.predicted": 50})
    assert (before.outcome, before.rules) == ("review", ("t.young", "t.near", "t.adult"))
    assert policy.decide({"age.predicted": 50}).outcome == "review"
