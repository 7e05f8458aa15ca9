"""The generated code on one policy of every kind of condition; and that changes planted in it are seen."""

from __future__ import annotations

import inspect
import sys
import textwrap
from typing import Any

import pytest

from engine.diagnostics import Refused
from engine.features import BadRecord
from engine.logic import known
from engine.policy import program, ruling
from engine.policy.index import atoms, forms, masks, source
from tests.speed.everything import RECORDS, disagreement, everything
from tests.speed.policies import policy_of, text_of

BY_MASKS, BY_RULES = 0, 1000


@pytest.mark.parametrize("crossover", [BY_MASKS, BY_RULES])
@pytest.mark.parametrize("requires", [(), ("n.0", "e.0")])
def test_generated_code_decides_as_the_explanation(
    crossover: int, requires: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By masks and rule by rule, with and without what is required."""
    monkeypatch.setattr(ruling, "CROSSOVER", crossover)
    assert disagreement(everything(requires)) == ""


def changed(function: Any, old: str, new: str) -> Any:
    """The function with a piece of its source replaced."""
    text = textwrap.dedent(inspect.getsource(function))
    assert old in text, f"{old!r} is not in {function.__qualname__}"
    scope = dict(vars(sys.modules[function.__module__]))
    exec("from __future__ import annotations\n" + text.replace(old, new), scope)  # noqa: S102 - our own source
    return scope[function.__name__]


MUTANTS = [
    (BY_MASKS, atoms.Steps, "negated", "not self.first", "self.first"),
    (BY_MASKS, atoms.Members, "negated", "not true for", "true for"),
    (BY_MASKS, atoms.Members, "negated", "not self.other", "self.other"),
    (BY_MASKS, atoms, "_representatives", "(low, 1), value", "(low, 0), value"),
    (BY_MASKS, atoms, "_representatives", "yield (high, 0), high", "pass"),
    (BY_MASKS, program, "form_of", "negated=True", "negated=False"),
    (BY_MASKS, forms, "_terms", "not positive, depth", "positive, depth"),
    (BY_MASKS, forms, "_terms", "is positive else", "else"),
    (BY_MASKS, masks, "_stepped", "1 if falls else -1", "-1 if falls else 1"),
    (BY_MASKS, masks, "_stepped", "if false[bit] else", "if change > 0 else"),
    (BY_MASKS, masks, "_stepped", "if not atom.first", "if atom.first"),
    (BY_MASKS, masks, "_silent", "every & ~_joined(bits)", "every"),
    (BY_MASKS, masks, "_looked_up", "if not _truth", "if _truth"),
    (BY_MASKS, masks, "_looked_up", "if not atom.other", "if atom.other"),
    (BY_MASKS, source, "_test", "'<=' if beyond", "'<' if beyond"),
    (BY_MASKS, source, "_test", "math.floor(at) + 1 if beyond", "math.floor(at) if beyond"),
    (BY_MASKS, source, "_test", "math.ceil(at)", "math.floor(at)"),
    (BY_MASKS, source, "_branches", "tests[:middle]", "tests[: middle - 1]"),
    (BY_MASKS, program._General, "_unsure", "sure &= fired", "sure |= fired"),
    (BY_MASKS, program._General, "_unsure", "~fired & {flipped", "fired & {flipped"),
    (BY_MASKS, program._General, "_unsure", "is not None)", "is None)"),
    (BY_MASKS, program._General, "_settled", ":#x} ^ {flipped", ":#x} | {flipped"),
    (BY_MASKS, program, "_gathered", "1 << rule", "2 << rule"),
    (BY_RULES, known.KnownLowering, "_logic", "f' {name} '.join", "' or '.join"),
    (BY_RULES, known.KnownLowering, "_logic", "(not ", "("),
    (BY_RULES, known.KnownLowering, "_as_compared", "float(value) if", "float(value) + 1 if"),
    (BY_RULES, program, "ask", "layout.true(number)", "layout.true(number + 1)"),
    (BY_RULES, program, "read_known", "{code} is None", "False"),
]  # fmt: skip


@pytest.mark.parametrize(("crossover", "owner", "name", "old", "new"), MUTANTS)
def test_a_change_planted_in_the_generator_is_seen(
    crossover: int, owner: Any, name: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong decision somewhere, or no decision at all."""
    text = textwrap.dedent(inspect.getsource(getattr(owner, name)))
    if old not in text:
        old, new = old.replace("'", '"'), new.replace("'", '"')
    monkeypatch.setattr(ruling, "CROSSOVER", crossover)
    monkeypatch.setattr(owner, name, changed(getattr(owner, name), old, new))
    try:
        wrong = disagreement(everything())
    except (ArithmeticError, LookupError, TypeError, ValueError, NameError, SyntaxError, BadRecord, Refused):
        return
    assert wrong


BAD = {
    "n.0": [float("nan"), float("inf"), -float("inf"), 3.0000000000000004, -4, True, "1", [], 2**60, object()],
    "i.0": [4, -4, 1.0, True, "1", float("nan")],
    "b.0": [0, 1, 1.0, "true", []],
    "e.0": ["pink", "", 1, True, ["red"], {}],
    "s.0": [1, "x" * 1025, "\ud800", b"DE", ["DE"]],
}


@pytest.mark.parametrize("crossover", [BY_MASKS, BY_RULES])
@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_value_that_cannot_be_is_refused(
    name: str, value: Any, crossover: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside known and unknown features, and where the policy does not read the feature."""
    monkeypatch.setattr(ruling, "CROSSOVER", crossover)
    policy, unaware = everything(), _of_one("n.1" if name == "n.0" else "n.0")
    whole = next(record for record in RECORDS if len(record) == 7 and None not in record.values())
    for record in (whole | {name: value}, whole | {"n.1": None, name: value}, {name: value}):
        for asked in (policy, unaware):
            with pytest.raises(BadRecord, match=f"`{name}`"):
                asked.decide(record)


@pytest.mark.parametrize("crossover", [BY_MASKS, BY_RULES])
def test_a_name_that_does_not_exist_is_refused(crossover: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where as many names are left out."""
    monkeypatch.setattr(ruling, "CROSSOVER", crossover)
    for policy in (everything(), _of_one("n.0")):
        records: list[Any] = [RECORDS[0] | {"n.9": 1.0}, {"n.9": None}, {"n.0": 1.0, "n.9": 1}, {1: 2}]
        for record in records:
            with pytest.raises(BadRecord):
                policy.decide(record)


def _of_one(name: str) -> Any:
    return policy_of(text_of([({"<": [{"var": name}, 0.5]}, "review")], []))
