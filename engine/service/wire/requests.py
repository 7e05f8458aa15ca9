"""What integrators send. Strict: every field of the contract is taken, any other is refused.

Fields that nothing here uses are taken, so that an integrator need not change its call, and dropped: they are read
from the request and nowhere written.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    JsonValue,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic.config import JsonDict
from pydantic.json_schema import JsonSchemaValue

from engine.frames import MAX_FRAMES

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _rfc_3339(value: object) -> datetime:
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise ValueError("a time is written as RFC 3339 says, with its time zone")
    try:
        return datetime.fromisoformat(value.upper().replace(" ", "T")).astimezone(UTC)
    except OverflowError:
        raise ValueError("a time lies in the years 1 to 9999, in UTC too") from None
    except ValueError:  # its own message may repeat what was sent
        raise ValueError("there is no such day, hour, minute, second or time zone") from None


Time = Annotated[
    AwareDatetime,
    BeforeValidator(_rfc_3339, json_schema_input_type=Annotated[str, Field(json_schema_extra={"format": "date-time"})]),
]
_MARKET = r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$"
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
"""No control characters: one of them, NUL, cannot be stored everywhere, and none of them is meant."""

Id = Annotated[str, Field(min_length=1, max_length=256, pattern=PRINTABLE)]
Note = Annotated[str, Field(max_length=1024, pattern=PRINTABLE)]
Name = Annotated[str, Field(min_length=1, max_length=64)]

T = TypeVar("T")


class _LeftOut:
    """For the schema: a field that may be left out, and is not null."""

    @staticmethod
    def __get_pydantic_json_schema__(core: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        (given,) = (one for one in schema.pop("anyOf") if one != {"type": "null"})
        return {**given, **schema}


OrLeftOut = Annotated[T | None, _LeftOut]


def _one_mistake(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """A value that is none of a union's types is one mistake, not one for each of them."""
    try:
        return read(value)
    except ValidationError:
        raise ValueError(
            "a feature is a finite number, a text, true, false, null, or a list of at most 1000 of these"
        ) from None


Member = float | int | bool | str | None
Feature = Annotated[Member | Annotated[list[Member], Field(max_length=1000)], WrapValidator(_one_mistake)]
Dropped = Annotated[JsonValue, Field(description="Taken and dropped; never stored.")]
Image = Annotated[str, Field(description="Base64 of a JPEG, PNG or WebP of at most 10 MiB and 40 megapixels.")]


class Strict(BaseModel):
    """Nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def _one_of(*names: str) -> JsonDict:
    """For the schema: exactly one of these fields is there."""
    return {"oneOf": [{"required": [name]} for name in names]}


class Docv(Strict):
    """Of another product; dropped."""

    transaction_token: Dropped = None
    config: Dropped = None


class Individual(Strict):
    """The person, as integrators describe one. Not used by any shipped policy, and dropped."""

    id: Dropped = None
    given_name: Dropped = None
    family_name: Dropped = None
    suffix: Dropped = None
    national_id: Dropped = None
    date_of_birth: Dropped = None
    gender: Dropped = None
    email: Dropped = None
    phone_number: Dropped = None
    address: Dropped = None
    account: Dropped = None
    otp: Dropped = None
    di_session_token: Dropped = None
    docv: Docv | None = None
    additional_context: Dropped = None
    custom: Dropped = None


class TimedImage(Strict):
    """One frame of a burst."""

    image: Image
    t_ms: Annotated[int, Field(ge=0, le=600_000, description="Milliseconds since the first frame.")]


class Selfie(Strict):
    """One image, or a burst of frames."""

    model_config = ConfigDict(json_schema_extra=_one_of("image", "frames"))

    image: OrLeftOut[Image] = None
    frames: OrLeftOut[Annotated[list[TimedImage], Field(min_length=1, max_length=MAX_FRAMES)]] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Selfie:
        if (self.image is None) == (self.frames is None):
            raise ValueError("a selfie has either an image or frames")
        return self


class Context(Strict):
    """Where the person wants what; told by the caller, never by the person."""

    market: (
        Annotated[str, Field(pattern=_MARKET, description="ISO 3166-1 alpha-2, or a subdivision: `US-TX`.")] | None
    ) = None
    product: Annotated[str, Field(min_length=1, max_length=128, pattern=PRINTABLE)] | None = None


class Data(Strict):
    """`data` of an evaluation."""

    individual: Individual | None = None
    additional_individuals: Annotated[list[Individual], Field(max_length=100)] | None = None
    external_device: Dropped = None
    event_type: Dropped = None
    event_category: Dropped = None
    channel: Dropped = None
    ip_address: Dropped = None
    line_of_business: Dropped = None
    di_session_token: Dropped = None
    custom: Dropped = None
    selfie: Selfie | None = None
    features: Annotated[dict[Name, Feature], Field(max_length=1000)] | None = None
    context: Context = Context()
    strategy: Name | None = None


_EXAMPLE: JsonDict = {
    "id": "customer-7",
    "timestamp": "2026-05-01T10:00:00Z",
    "workflow": "selfie_features",
    "data": {"features": {"face.count": 1, "liveness.passive_score": 0.93, "age.predicted": 31.0}},
}


class EvaluationRequest(Strict):
    """`POST /api/evaluation`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: Id
    timestamp: Time
    workflow: Name
    data: Data


class CheckRequest(Strict):
    """A policy's text to check."""

    text: Annotated[str, Field(max_length=1_000_000)]
    name: Name | None = None


class TryRequest(Strict):
    """A policy's text to try on a record or on a selfie."""

    model_config = ConfigDict(json_schema_extra=_one_of("features", "selfie"))

    text: Annotated[str, Field(max_length=1_000_000)]
    strategy: Name
    features: OrLeftOut[Annotated[dict[Name, Feature], Field(max_length=1000)]] = None
    selfie: OrLeftOut[Selfie] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> TryRequest:
        if (self.features is None) == (self.selfie is None):
            raise ValueError("a try has either features or a selfie")
        return self


class SaveRequest(Strict):
    """A new version of a policy."""

    text: Annotated[str, Field(max_length=1_000_000)]
    base_version: Annotated[int, Field(ge=0)]
    note: Note = ""
