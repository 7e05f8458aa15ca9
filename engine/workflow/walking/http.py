"""`http`: of an outside service's answer some places become features."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from engine.contracts import Cause, Value
from engine.workflow.came import Came
from engine.workflow.run import failure_row
from engine.workflow.signals import ProviderFailure
from engine.workflow.state import Run, Told
from engine.workflow.steps import Http
from engine.workflow.walking.left import Left
from engine.workflow.walking.telling import Row, in_one_form, source_of, taken_in
from engine.workflow.walking.walk import Walk

ABSENT = object()
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def http(walk: Walk, run: Run, step: Http, came: Came | None) -> Left:  # noqa: ARG001 - as every step
    """Ask, and take in what the catalogue allows; raises what the act raises, which is the step's error."""
    told = walk.heard(run, lambda: _told(walk, run, step))
    return Left("next", step.next, taken_in(run, told, {source_of(step)}))


def _told(walk: Walk, run: Run, step: Http) -> Told:
    """A place that is not there is unknown; a value that cannot be is that too, and costs the accept."""
    seen = walk.seen(run)
    answer = walk.acts.fetch(step, {name: each.value(seen) for name, each in step.send.items()})
    found = {feature: at_pointer(answer, pointer) for feature, pointer in step.response.items()}
    absent = [feature for feature, value in found.items() if value is ABSENT]
    wrong = [feature for feature in found.keys() - set(absent) if not _may_be(walk, feature, found[feature])]
    values: dict[str, Value | None] = {n: None if n in absent or n in wrong else found[n] for n in found}
    return Told(
        step=step.id,
        features=in_one_form(values, walk.catalogue),
        at=walk.now,
        number=len(run.trail),
        failures=(*_noted(step, "evidence", "gave no", absent), *_noted(step, "provider", "gave a wrong", wrong)),
    )


def _may_be(walk: Walk, feature: str, value: Any) -> bool:
    """Whether the catalogue allows it, and no provider of the workflow is there to say it."""
    known = walk.catalogue.get(feature)
    if known is None or known.problem(value) or known.provider in walk.workflow.providers:
        return False
    texts = value if isinstance(value, list) else [value]
    return not any(isinstance(text, str) and _UNPRINTABLE.search(text) for text in texts)


def _noted(step: Http, cause: Cause, what: str, features: Iterable[str]) -> tuple[Row, ...]:
    named = ", ".join(f"`{feature}`" for feature in sorted(features))
    return (failure_row(ProviderFailure(source_of(step), cause, f"{what} {named}")),) if named else ()


def at_pointer(answer: Any, pointer: str) -> Any:
    """What is at a JSON pointer (RFC 6901); `ABSENT` where nothing is."""
    for token in pointer.split("/")[1:]:
        answer = _member(answer, token.replace("~1", "/").replace("~0", "~"))
    return answer


def _member(answer: Any, name: str) -> Any:
    if isinstance(answer, dict):
        return answer.get(name, ABSENT)
    if isinstance(answer, Sequence) and not isinstance(answer, str) and re.fullmatch(r"0|[1-9][0-9]{0,8}", name):
        return answer[int(name)] if int(name) < len(answer) else ABSENT
    return ABSENT
