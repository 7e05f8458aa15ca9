"""`http`, `set` and `webhook`: asking outside, working out values, telling the integrator."""

from __future__ import annotations

import re
from datetime import timedelta

from engine.logic.mistakes import quoted
from engine.logic.types import NUMBER
from engine.policy.schema.forms import TEXT, Schema, listed, ref, told
from engine.workflow.conditions import TypedCondition, read_value
from engine.workflow.reading.addresses import problem_of_url
from engine.workflow.reading.answers import may_be_given
from engine.workflow.reading.forms.form import Form
from engine.workflow.reading.forms.shapes import DURATION, ERROR, GIVEN, NEXT, whole
from engine.workflow.reading.pointers import PATTERN, is_pointer
from engine.workflow.reading.written import NAME, Written, word_of
from engine.workflow.steps import Http, Set, Webhook
from engine.workflow.words import EVENTS, METHODS

LONGEST_REQUEST = timedelta(seconds=30)
MOST_RETRIES = 5
MOST_TAGS = 50
SECRET_NAME = r"[A-Z][A-Z0-9_]{0,63}"  # noqa: S105 - the form of a name
SENT = r"[A-Za-z_][A-Za-z0-9_.-]{0,63}"
VALUE_NAME = r"[a-z][a-z0-9_]{0,63}"
"""Of computed values: conditions read them as `computed.NAME`."""


def _http(written: Written) -> Http:
    method = written.choice("method", METHODS, "method")
    return Http(
        written.id,
        next=written.goes_on(),
        on_error=written.target("on_error", "error"),
        method="GET" if method == "GET" else "POST",
        url=_url(written),
        send=_conditions(written, "send", SENT),
        response=_response(written),
        timeout=written.duration("timeout", timedelta(seconds=2), LONGEST_REQUEST),
        retries=written.whole("retries", 0, MOST_RETRIES, 1),
        secret=_secret(written),
    )


def _url(written: Written) -> str:
    url = written.text("url")
    problem = problem_of_url(url) if url else ""
    if problem:
        hint = "as in `https://risk.example.com/score`"
        written.mistakes.add("bad-address", f"the address {problem}", written.at("url"), hint)
    return url


def _secret(written: Written) -> str | None:
    name = written.text("secret")
    if name and not re.fullmatch(SECRET_NAME, name):
        hint = "upper-case letters, digits and `_`: `RISK` stands for `SELFIE_HTTP_SECRET_RISK`"
        written.mistakes.add("bad-name", f"{quoted(name)} is no name of a secret", written.at("secret"), hint)
    return name or None


def _response(written: Written) -> dict[str, str]:
    pairs = written.pairs("response", "a mapping of features to places in the answer: `{risk.score: /score}`")
    may_be_given([(str(key.value), key.location) for key, _ in pairs], written)
    found: dict[str, str] = {}
    for key, node in pairs:
        pointer = word_of(node)
        if pointer is None or not is_pointer(pointer):
            message = f"the place of {quoted(key.value)} is a JSON pointer"
            written.mistakes.add("bad-pointer", message, node.location, "it starts with `/`, as in `/result/score`")
        else:
            found[str(key.value)] = pointer
    return found


def _set(written: Written) -> Set:
    if not any(written.has(key) for key in ("computed", "tags", "score")):
        message = "a `set` gives at least one of `computed`, `tags` and `score`"
        written.mistakes.add("missing-key", message, written.location)
    score = written.node.get("score")
    return Set(
        written.id,
        next=written.goes_on(),
        computed=_conditions(written, "computed", VALUE_NAME),
        tags=_tags(written),
        score=read_value(score, written.names, written.mistakes, NUMBER) if score else None,
    )


def _tags(written: Written) -> tuple[str, ...]:
    """Each once; a tag that is there twice is warned of."""
    node = written.node.get("tags")
    words = [(word_of(member), member.location) for member in getattr(node, "members", ())]
    good = [(word, at) for word, at in words if word is not None and re.fullmatch(NAME, word)]
    if node is not None and (not words or len(good) < len(words) or len(words) > MOST_TAGS):
        written.wrong("tags", f"a list of 1 to {MOST_TAGS} names of lower-case letters, digits, `_` and `-`", node)
        return ()
    seen: set[str] = set()
    for word, at in good:
        if word in seen:
            written.mistakes.add("repeated-tag", f"tag {quoted(word)} is given twice", at, "remove one", "warning")
        seen.add(word)
    return tuple(dict.fromkeys(word for word, _ in good))


def _conditions(written: Written, key: str, form: str) -> dict[str, TypedCondition]:
    found: dict[str, TypedCondition] = {}
    for name, node in written.pairs(key, "a mapping of names to what is worked out"):
        if not re.fullmatch(form, str(name.value)):
            hint = "lower-case letters, digits and `_`" if form == VALUE_NAME else "letters, digits, `_`, `.` and `-`"
            written.mistakes.add("bad-name", f"{quoted(name.value)} is no name of a value", name.location, hint)
        made = read_value(node, written.names, written.mistakes)
        if made is not None:
            found[str(name.value)] = made
    return found


def _webhook(written: Written) -> Webhook:
    return Webhook(
        written.id, next=written.goes_on(), event=written.choice("event", EVENTS, "event") or "decision_update"
    )


def _named(pattern: str, description: str) -> Schema:
    names = {"propertyNames": {"pattern": f"^{pattern}$"}}
    return told({"type": "object", "minProperties": 1, "additionalProperties": ref("condition"), **names}, description)


_RESPONSE: Schema = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": GIVEN,
    "additionalProperties": {"type": "string", "pattern": f"^{PATTERN}$"},
}
HTTP = Form(
    {
        **NEXT,
        **ERROR,
        "method": {"enum": list(METHODS)},
        "url": told(TEXT, "An https address; its host must be among those that the operator allows."),
        "send": _named(SENT, "What is sent, by name: the JSON body, or the query with GET."),
        "response": told(_RESPONSE, "Features by the place of their value in the answer, a JSON pointer."),
        "timeout": told(DURATION, "How long all tries together may take, at most 30s; 2s unless given."),
        "retries": whole(0, MOST_RETRIES, "Further tries after the first; 1 unless given."),
        "secret": told(
            {"type": "string", "pattern": f"^{SECRET_NAME}$"}, "`NAME` stands for `SELFIE_HTTP_SECRET_NAME`."
        ),
    },
    ("url", "response"),
    _http,
)
SET = Form(
    {
        **NEXT,
        "computed": _named(VALUE_NAME, "Values by name; conditions read them as `computed.NAME`."),
        "tags": told(listed({"type": "string", "pattern": f"^{NAME}$"}, 1, MOST_TAGS), "Words for the evaluation."),
        "score": told(ref("condition"), "The evaluation's score."),
    },
    (),
    _set,
)
WEBHOOK = Form({**NEXT, "event": told({"enum": list(EVENTS)}, "What is told.")}, ("event",), _webhook)
