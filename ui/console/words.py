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
}

_SUB_STATUS_WORDS = {"awaiting_capture": "Awaiting the selfie"}

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
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    local = time.astimezone(_zone(zone))
    return local.strftime("%d %b %Y, %H:%M:%S %Z" if long else "%d %b %H:%M:%S")


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


def provider(name: str) -> str:
    return PROVIDER_WORDS.get(name, name.replace("_", " ").capitalize())


def counted(count: int, one: str, many: str = "") -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
