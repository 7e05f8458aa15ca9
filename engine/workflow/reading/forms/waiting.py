"""`step_up`, `wait` and `review`: what waits for the person, for somebody outside, for time, for an analyst."""

from __future__ import annotations

from datetime import timedelta

from engine.logic.mistakes import quoted
from engine.policy.schema.forms import TEXT, listed, told
from engine.workflow.reading.addresses import problem_of_link
from engine.workflow.reading.answers import may_be_given
from engine.workflow.reading.durations import LONGEST
from engine.workflow.reading.forms.form import Form
from engine.workflow.reading.forms.shapes import DURATION, ERROR, GIVEN, NEXT, STRATEGY, TARGET, whole
from engine.workflow.reading.written import NAME, Written
from engine.workflow.steps import Asked, Review, StepUp, Wait
from engine.workflow.words import CHALLENGES

BY = ("capture", "link")
MOST_TIMES = 5
DEFAULT_WITHIN = timedelta(hours=24)
_OF_LINK = ("link", "takes", "within")
_OF_CAPTURE = ("challenge",)


def _step_up(written: Written) -> StepUp:
    by = written.choice("by", BY, "way")
    foreign = {"capture": _OF_LINK, "link": _OF_CAPTURE}.get(by or "", ())
    for key in (key for key in foreign if written.has(key)):
        message = f"a step up by {by} has no {quoted(key)}"
        written.mistakes.add("unknown-key", message, written.at_key(key), "remove it")
    asked = written.choice("challenge", CHALLENGES, "challenge")
    challenge: Asked | None = next((one for one in CHALLENGES if one == asked), None)
    link, takes = _link(written) if by == "link" else ("", ())
    return StepUp(
        written.id,
        next=written.goes_on(),
        on_error=written.target("on_error", "error"),
        by="link" if by == "link" else "capture",
        most=written.whole("most", 1, MOST_TIMES, 1),
        exhausted=written.target("exhausted"),
        strategy=written.text("strategy") or None,
        challenge=challenge,
        link=link,
        takes=takes,
        within=written.duration("within", DEFAULT_WITHIN),
    )


def _link(written: Written) -> tuple[str, tuple[str, ...]]:
    for key in ("link", "takes"):
        if not written.has(key):
            message = f"a step up by link needs {quoted(key)}"
            written.mistakes.add("missing-key", message, written.location)
    link = written.text("link")
    problem = problem_of_link(link) if link else ""
    if problem:
        hint = "as in `https://documents.example.com/check?ref={eval_id}`"
        written.mistakes.add("bad-address", f"the link {problem}", written.at("link"), hint)
    takes = written.members("takes", "features")
    may_be_given(takes, written)
    return link, tuple(name for name, _ in takes)


def _wait(written: Written) -> Wait:
    return Wait(written.id, next=written.goes_on(), duration=written.duration("for", timedelta(seconds=1)))


def _review(written: Written) -> Review:
    return Review(
        written.id,
        next=written.goes_on(),
        queue=written.name("queue"),
        priority=written.whole("priority", 1, 9, 5),
        due=written.duration("due", LONGEST) if written.has("due") else None,
    )


STEP_UP = Form(
    {
        **NEXT,
        **ERROR,
        "by": told({"enum": list(BY)}, "Another capture, or somebody outside to whom a link leads."),
        "most": whole(1, MOST_TIMES, "How often it may be taken; once unless given."),
        "exhausted": told(TARGET, "Where it goes after that; to a review unless given."),
        "strategy": STRATEGY,
        "challenge": told({"enum": list(CHALLENGES)}, "What the next capture asks of the person."),
        "link": told(TEXT, "An https address in which `{eval_id}` stands for the evaluation."),
        "takes": told(listed(GIVEN, 1), "The features that the answer may give."),
        "within": told(DURATION, "How long it waits for the answer; 24h unless given."),
    },
    ("by",),
    _step_up,
)
WAIT = Form({**NEXT, "for": told(DURATION, "How long.")}, ("for",), _wait)
REVIEW = Form(
    {
        **NEXT,
        "queue": told({"type": "string", "pattern": f"^{NAME}$"}, "Where people look for it."),
        "priority": whole(1, 9, "1 is first; 5 unless given."),
        "due": told(DURATION, "By when somebody should have decided."),
    },
    ("queue",),
    _review,
)
