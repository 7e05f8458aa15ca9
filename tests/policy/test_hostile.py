"""Hostile texts: names stay strings through generated code, and nothing nests, grows or loops without end."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import pytest

from engine.diagnostics import Diagnostic, Refused
from engine.features import Catalogue, Feature
from engine.policy import CompiledPolicy, check_policy, read_policy, shipped_catalogue, shipped_reasons

NASTY = (
    "__import__('os').system('exit 1')",
    "'; raise SystemExit; '",
    '"; hits.append(0) #',
    "line\nbreak\r\n\tand tab",
    "back\\slash \\' \\n",
    "{0} {out} {{}} %s %(x)s",
    "'''\"\"\"",
    "\u2028\u2029\x00\x1b[31m",
    "ÿ 中 \ufeff",
)


def policy_with(name: str) -> CompiledPolicy:
    """A policy in which everything that may be a free string is `name`. JSON is YAML."""
    nasty = Feature(name=name, type="string", title="t", meaning="m", provider="p")
    text = {
        "policy": "hostile",
        "title": name,
        "parameters": {name: {"title": name, "unit": name, "value": name}},
        "strategies": {
            "standard": {},
            name: {name: name},
            name + "2": {"inherits": name, "rules": {"without": [name, name + "2"]}},
        },
        "requires": [name],
        "otherwise": "accept",
        "rules": [
            {
                "id": name,
                "title": name,
                "when": {"==": [{"var": name}, {"param": name}]},
                "then": "reject",
                "reason": "R834",
            },
            {"id": name + "2", "when": {"in": [{"var": name}, [name, "x"]]}, "reason": "R835"},
            {"id": name + "3", "when": {"in": [name, {"var": name}]}, "reason": "R857"},
            {"id": name + "4", "when": {"<": [{"var": name}, name + "z"]}, "reason": "R850"},
            {"id": name + "5", "when": {"missing": [name]}, "then": "review", "reason": "R405"},
        ],
    }
    catalogue = Catalogue([*shipped_catalogue().values(), nasty])
    return read_policy(json.dumps(text), source="hostile.yaml", catalogue=catalogue, reasons=shipped_reasons())


@pytest.mark.parametrize("name", NASTY)
def test_names_stay_strings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the generated code, the explanation and the trace, under a strategy of that name."""
    monkeypatch.setattr(os, "system", pytest.fail)
    policy = policy_with(name)
    for strategy in ("standard", name):
        decision = policy.decide({name: name}, strategy)
        assert decision == policy.explain({name: name}, strategy).decision
        assert (decision.outcome, decision.reasons) == ("reject", ("R834", "R835", "R857", "R850"))
        assert decision.rules == (name, name + "2", name + "3", name + "4")
        assert policy.decide({name: "other"}, strategy).outcome == "accept"
        assert policy.decide({}, strategy).unknown == (name,)
    assert policy.decide({name: name}, name + "2").rules == (name + "3", name + "4")
    assert policy.parameters(name + "2") == {name: name}
    trace = policy.explain({name: name}, name)
    assert json.loads(json.dumps(trace.to_json()))["parameters"] == {name: name}
    assert name.splitlines()[0] in trace.render()


def diagnostics(text: str) -> tuple[Diagnostic, ...]:
    """What is said of a text; it is said soon."""
    start = time.perf_counter()
    found = check_policy(text, source="p.yaml", catalogue=shipped_catalogue(), reasons=shipped_reasons())
    assert time.perf_counter() - start < 10
    return found


HEAD = "policy: p\nrules:\n"
RULE = "- {{id: a, when: {}, then: reject, reason: R834}}\n"


@pytest.mark.parametrize("depth", [61, 100, 10_000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("{'!': [", "]}"), ("[", "]"), ("{'!': ", "}")])
def test_a_deep_rule_is_told(depth: int, opening: str, closing: str) -> None:
    """Not by a crash of the parser, the checks or Python's compiler."""
    when = opening * depth + "{var: device.bot_detected}" + closing * depth
    assert [d.code for d in diagnostics(HEAD + RULE.format(when))] == ["too-deep"]


def test_the_deepest_rule_works() -> None:
    """Sixty operators deep: also the generated code compiles."""
    when = "{'!': [" * 59 + "{var: device.bot_detected}" + "]}" * 59
    policy = read_policy(
        HEAD + RULE.format(when), source="p.yaml", catalogue=shipped_catalogue(), reasons=shipped_reasons()
    )
    assert policy.decide({"device.bot_detected": False}).outcome == "reject"
    assert policy.explain({"device.bot_detected": False}).decision.outcome == "reject"


def test_wide_operators_work() -> None:
    """As many operands as an operator takes, in those that emit a chain of statements."""
    many = [{"==": [{"var": "face.count"}, n]} for n in range(100)]
    rules: list[dict[str, Any]] = [
        {"id": "if", "when": {"if": [part for m in many for part in (m, False)]}, "then": "reject", "reason": "R834"},
        {"id": "or", "when": {"or": many}, "then": "review", "reason": "R835"},
        {
            "id": "value",
            "when": {"!!": {"or": [{"%": [{"var": "face.count"}, n]} for n in range(1, 200)]}},
            "reason": "R857",
        },
        {"id": "in", "when": {"in": [{"var": "face.count"}, list(range(1001))]}, "reason": "R850"},
    ]
    text = json.dumps({"policy": "wide", "rules": rules})
    policy = read_policy(text, source="p.yaml", catalogue=shipped_catalogue(), reasons=shipped_reasons())
    for count in (0, 7, 500, None):
        assert policy.decide({"face.count": count}) == policy.explain({"face.count": count}).decision


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("# " + "x" * (1024 * 1024), "too-large"),
        ("ü" * (600 * 1024), "too-large"),
        (HEAD + RULE.format("{in: [{var: face.count}, [" + "1," * 20_000 + "1]]}"), "too-long"),
        (HEAD + RULE.format("{in: [{var: face.count}, [" + "1," * 1_000_000 + "1]]}"), "too-large"),
        (HEAD + RULE.format("{or: [" + "{var: device.bot_detected}," * 300 + "]}"), "operand-count"),
        (HEAD + "- {}\n" * 3000, "too-long"),
        ("policy: p\nstrategies:\n" + "".join(f"  s{n + 1}: {{inherits: s{n}}}\n" for n in range(20_000)), "too-long"),
        (HEAD.replace("rules", "include: [" + "a.yaml, " * 50_000 + "]\nrules"), "too-long"),
        (HEAD + RULE.format('"' + "a" * 900_000 + '"'), "type-mismatch"),
        ("policy: p\nrules: " + "- " * 50_000 + "x\n", "bad-yaml"),
        ("policy: p\nrules:\n" + "".join(" " * n + "-\n" for n in range(1, 400)), "too-deep"),
        ("\ud800", "bad-text"),
        ("policy: \x00", "bad-yaml"),
        ("{" * 1000, "too-deep"),
        ("? " * 1000, "too-deep"),
        ("%YAML 9.9\n---\npolicy: p\n", "bad-yaml"),
    ],
)
def test_a_text_of_another_kind_is_told(text: str, code: str) -> None:
    """Large, long, deep or strange."""
    assert code in [d.code for d in diagnostics(text)]


def test_a_thousand_mistakes_are_cut_short() -> None:
    """A file of another kind is not told in full."""
    found = diagnostics("policy: p\nrules:\n" + "".join(f"- {{id: r{n}}}\n" for n in range(1000)))
    assert len(found) == 100


def test_many_rules_compile_and_decide() -> None:
    """Two thousand rules, each fires."""
    rules = "".join(
        f"- {{id: r{n}, when: {{'>=': [{{var: age.predicted}}, {n / 20}]}}, then: review, reason: R1301}}\n"
        for n in range(2000)
    )
    policy = read_policy(
        "policy: p\nrules:\n" + rules, source="p.yaml", catalogue=shipped_catalogue(), reasons=shipped_reasons()
    )
    assert len(policy.decide({"age.predicted": 100}).rules) == 2000


def test_a_refusal_reads_well_on_one_line_each() -> None:
    """Control characters of a document do not reach the terminal."""
    with pytest.raises(Refused) as refused:
        read_policy(
            json.dumps({"policy": "p", "\x1b[31mred\n": 1, "rules": [{"id": "a", "when": {"\x1b]0;x\x07": 1}}]}),
            source="p.yaml", catalogue=shipped_catalogue(), reasons=shipped_reasons(),
        )  # fmt: skip
    assert all(c.isprintable() or c == "\n" for c in str(refused.value))
