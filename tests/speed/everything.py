"""One policy with every kind of condition that generated code treats in its own way, and records that show it."""

from __future__ import annotations

import random
from typing import Any

from engine.features import FeatureRecord
from engine.policy import CompiledPolicy
from tests.speed.policies import CATALOGUE, COLOURS, STRATEGIES, TEXTS, policy_of, text_of

N0, N1, I0, B0, B1 = ({"var": name} for name in ("n.0", "n.1", "i.0", "b.0", "b.1"))
E0, S0 = {"var": "e.0"}, {"var": "s.0"}
SUM = {"+": [{"param": "p"}, {"param": "q"}]}
WHEN: list[Any] = [
    {"<": [N0, 0.5]},
    {"<=": [N0, 0.5]},
    {">": [0.5, N0]},
    {"==": [N0, 0.5]},
    {"!=": [N0, 1]},
    {">=": [N1, SUM]},
    {"<=": [0, N0, 1]},
    {"in": [N1, [-1, 0.5]]},
    {"<": [I0, 0.5]},
    {"<=": [I0, 0.5]},
    {">=": [I0, 1]},
    {"and": [{">=": [N0, 0]}, {"<": [N0, 1]}]},
    {"and": [{"<": [N0, 0.5]}, {"<": [N0, 1]}, B0]},
    {"or": [{"<": [N0, 0]}, {">=": [N1, 1]}]},
    {"or": [{"<": [N0, 0]}, {">": [N0, 0.5]}, B1]},
    {"or": [{"and": [{"<": [N0, 0.5]}, B0]}, {"and": [{">": [I0, 1]}, {"==": [E0, "red"]}]}]},
    {"and": [{"or": [B0, {"<": [N1, 0]}]}, {"or": [B1, {">": [N1, 1]}]}]},
    {"!": {"and": [B0, {"<": [N0, 0.5]}]}},
    {"!": {"or": [B0, {"==": [E0, "blue"]}]}},
    B0,
    {"!": B1},
    {"==": [E0, "green"]},
    {"in": [E0, ["green", "blue"]]},
    {"!=": [S0, "DE"]},
    {"in": [S0, ["DE", "FR"]]},
    {"!": {"in": [S0, ["DE", "FR"]]}},
    {"<": [N0, N1]},
    {">": [{"/": [N0, N1]}, 1]},
    {"or": [{"<": [{"-": [N0, N1]}, 0]}, B0]},
]
VALUES: dict[str, list[Any]] = {
    "n.0": [-3.0, -0.5, -0.0, 0, 0.25, 0.5, 0.5000000000000001, 1, 1.5, 3.0],
    "n.1": [-1, -0.5, 0.0, 0.5, 1.0, 1.5, 2, 2.5],
    "i.0": [-3, 0, 1, 2, 3],
    "b.0": [True, False],
    "b.1": [True, False],
    "e.0": list(COLOURS),
    "s.0": [*TEXTS, "other"],
}


def everything(requires: tuple[str, ...] = ()) -> CompiledPolicy:
    """The policy. Its rules review, reject or inform by turns."""
    outcomes = ["review", "reject", None, "accept"]
    return policy_of(text_of([(when, outcomes[n % 4]) for n, when in enumerate(WHEN)], list(requires)))


def each_record() -> list[dict[str, Any]]:
    """A few hundred records at the constants of the rules; in half of them something is null or left out."""
    draw, found = random.Random(7), []
    for number in range(240):
        record = {name: draw.choice(values) for name, values in VALUES.items()}
        for name in list(record) if number % 2 else []:
            if draw.random() < 0.3:
                record[name] = None
            elif draw.random() < 0.2:
                del record[name]
        found.append(record)
    return found


RECORDS = each_record()


def disagreement(policy: CompiledPolicy) -> str:
    """The first record on which generated code and explanation differ, in words; empty where none is."""
    for record in RECORDS:
        for strategy in STRATEGIES:
            expected = policy.explain(record, strategy).decision
            for given in (record, record | {"n.2": 1.0}, FeatureRecord(record, CATALOGUE)):
                found = policy.decide(given, strategy)
                if found != expected:
                    return f"{dict(given)} under {strategy}: {found} is not {expected}"
    return ""
