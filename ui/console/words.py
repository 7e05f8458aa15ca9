"""How values are said: times, statuses, numbers. Nothing is ever said as `None`."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ui.console.api import Json

UNKNOWN = "unknown"

DECISIONS = ("accept", "review", "reject")
DECISION_WORDS = {"accept": "Accept", "review": "Review", "reject": "Reject", "waiting": "Waiting", "failed": "Failed"}

PROVIDER_WORDS = {
    "evaluation": "Capture and context",
    "face": "Face",
    "quality": "Quality",
    "liveness": "Liveness",
    "age": "Age",
    "device": "Device",
    "outside": "From outside",
}

STEP_WORDS = {
    "capture": "Selfie",
    "signals": "Signals",
    "policy": "Policy",
    "branch": "Branch",
    "split": "Split",
    "shadow": "Shadow",
    "step_up": "Step up",
    "http": "Outside",
    "set": "Set",
    "wait": "Wait",
    "review": "Review",
    "webhook": "Webhook",
    "end": "End",
}

EDGE_WORDS = {"next": "then", "exhausted": "no try left", "unknown": "not known"}

WAITS_WORDS = {"capture": "the person's selfie", "outside": "an answer from outside", "time": "its time"}

DELIVERY_WORDS = {"waiting": "Waiting", "delivered": "Delivered", "dead": "Given up"}

EVENTS = (
    "evaluation_completed",
    "evaluation_paused",
    "reevaluation",
    "workflow_execution_failed",
    "decision_update",
    "review_case_assigned",
    "case_status_updated",
    "case_notes_added",
    "fraud_confirming",
)
"""Every type of event that a webhook may tell."""

WAITS_SHORT = {"capture": "Selfie", "outside": "Outside", "time": "Time"}

_SUB_STATUS_WORDS = {
    "awaiting_capture": "Awaiting the selfie",
    "awaiting_outside": "Awaiting an answer from outside",
    "waiting": "Waiting for its time",
}

_UNITS = {"years": "years", "degrees": "°", "px": "px"}


def decision_of(evaluation: Json) -> str:
    """`accept`, `review`, `reject`; `waiting` while the answer must not be routed on."""
    if evaluation.get("eval_status") != "evaluation_completed":
        return "waiting"
    return str(evaluation.get("decision") or "failed").lower()


def status_of(evaluation: Json) -> str:
    """Where an evaluation stands, in a few words."""
    if evaluation.get("eval_status") == "evaluation_in_progress":
        return "Running"
    more = str(evaluation.get("sub_status") or "")
    said = _SUB_STATUS_WORDS.get(more, more.replace("_", " ").capitalize())
    if evaluation.get("eval_status") == "evaluation_paused":
        return said or "Waiting for the person"
    status = {"OPEN": "Open", "ON_HOLD": "On hold", "CLOSED": "Closed"}.get(str(evaluation.get("status")), "Completed")
    return f"{status}, {said.lower()}" if said else status


def moment(text: str | None, zone: str | None, *, long: bool = False) -> str:
    """A time of the API, in the reader's time zone; empty where there is none."""
    if not text:
        return ""
    local = _local(text, zone)
    return local.strftime("%d %b %Y, %H:%M:%S %Z" if long else "%d %b %H:%M:%S")


def moment_after(text: str, before: str | None, zone: str | None) -> str:
    """A time that is read below another one: its day is said only where it is another day."""
    local = _local(text, zone)
    same_day = before is not None and local.date() == _local(before, zone).date()
    return local.strftime("%H:%M:%S" if same_day else "%d %b %H:%M:%S")


def time_in_full(text: str) -> str:
    """A time that was a value, in UTC as it was decided on; midnight is a day."""
    return _local(text, None).strftime("%d %b %Y, %H:%M:%S UTC").removesuffix(", 00:00:00 UTC")


def _local(text: str, zone: str | None) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return time.astimezone(_zone(zone))


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def value(given: object, unit: str | None = None) -> str:
    """A value as an analyst reads it: numbers to about four digits, yes and no, its unit; `unknown` for null."""
    if given is None:
        return UNKNOWN
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, float | int):
        return with_unit(number(given), unit)
    if isinstance(given, list):
        return "[" + ", ".join(value(item) for item in given) + "]"
    return with_unit(str(given), unit) or "“”"


def number(given: float) -> str:
    """A number without the noise of binary fractions."""
    if isinstance(given, int) or given.is_integer():
        return f"{int(given)}"
    digits = 4 if abs(given) < 2 else 2
    return f"{given:.{digits}f}".rstrip("0").rstrip(".")


def with_unit(text: str, unit: str | None) -> str:
    if not unit:
        return text
    mark = _UNITS.get(unit, unit)
    return f"{text}{mark}" if mark == "°" else f"{text} {mark}"


def type_of(feature: Json) -> str:
    """A feature's type, range or values and unit, in words."""
    if feature.get("values"):
        return "one of " + ", ".join(feature["values"])
    span = "" if feature.get("low") is None else f" {number(feature['low'])} to {number(feature['high'])}"
    return with_unit(f"{feature['type']}{span}", feature.get("unit"))


def step(word: str) -> str:
    """What kind of step this is."""
    return STEP_WORDS.get(word, word.replace("_", " ").capitalize())


def edge(name: str) -> str:
    """By which edge a step is left."""
    return EDGE_WORDS.get(name, name)


def waits_for(word: str) -> str:
    """What is waited for."""
    return WAITS_WORDS.get(word, word.replace("_", " "))


def share(part: int, whole: int) -> str:
    """A part in percent; a few of many are never said as none, nor almost all as all."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "<0.1 %"
    if 99.9 < percent < 100:
        return ">99.9 %"
    return f"{percent:.0f} %" if percent in {0, 100} else f"{percent:.1f} %"


def span_of(seconds: float) -> str:
    """A length of time, in its two largest units: `3 h 20 min`; less than a second is `0 s`."""
    left = max(0, int(seconds))
    parts: list[str] = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
        elif parts:
            break
    return " ".join(parts[:2])


def seconds_between(start: str, end: str) -> float:
    """From one time of the API to another, negative where `end` is earlier."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def provider(name: str) -> str:
    return PROVIDER_WORDS.get(name, name.replace("_", " ").capitalize())


def counted(count: int, one: str, many: str = "") -> str:
    """`1 error`, `2 errors`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
