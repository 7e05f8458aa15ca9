"""The words that engine, signals and stores share: evidence, signals, feature records, decisions, and the ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:  # frames need OpenCV, and most of who reads these words never sees a picture
    from engine.frames import Frame

Scalar = float | int | bool | str
Value = Scalar | Sequence[Scalar | None]
"""A known value of a feature. Unknown is None, and never read as true, false or zero. A time is a string."""

Outcome = Literal["accept", "review", "reject"]
SEVERITY: Mapping[Outcome, int] = MappingProxyType({"accept": 0, "review": 1, "reject": 2})

EvidenceKind = Literal["capture", "still", "features"]
TokenState = Literal["valid", "missing", "invalid"]
PasskeyResult = Literal["none", "registered", "verified", "failed"]


def most_severe(outcomes: list[Outcome]) -> Outcome:
    """The outcome that wins; with none at all a person decides."""
    return max(outcomes, key=SEVERITY.__getitem__, default="review")


@dataclass(frozen=True, slots=True)
class DeviceToken:
    """What the service found when it checked the token it had signed for this browser."""

    state: TokenState
    device_id: str | None = None
    """Pseudonymous id of a valid token's browser with this customer; never the token itself."""
    browser_id: str | None = None
    """Pseudonymous id of the browser whoever its customer is: what tells a farm from a family."""
    passkey: PasskeyResult | None = None
    """What a passkey said, where the workflow offers one; `none` where nothing was said; None where nobody can tell."""


ChallengeKind = Literal["none", "flash", "turn", "declined"]
"""What was asked in front of the camera. `none`: the strategy asks nothing; `declined`: the person can do neither."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the service asked for one take, drawn at random, and when the page says that it showed each step.

    Args:
        steps: for `flash` the screen's colours as `#rrggbb`; for `turn` the directions `left` and `right`, the person's
            own; empty otherwise.
        shown_ms: the page's word, one time for each step that it showed, on the clock of the frames' `t_ms`.
    """

    kind: ChallengeKind
    steps: tuple[str, ...] = ()
    shown_ms: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """How the evidence came, found by the service itself and by its own clock; nothing here is the browser's word.

    Args:
        nonce_valid: the nonce is the one that was given out for this take, and it was not used before.
        payload_digest_match: what arrived is what the page signed, frame by frame, in its order.
        nonce_age_ms: from the take's nonce to the arrival of its frames.
        session_ms: from the first `open` to the submission.
        takes: nonces drawn in this session, at least 1.
        deliveries: bursts that were accepted before this submission, at least 1.
        refused: deliveries and submissions that the binding refused before this one.
    """

    nonce_valid: bool
    payload_digest_match: bool
    nonce_age_ms: int
    session_ms: int
    takes: int = 1
    deliveries: int = 1
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something to be known again: a device, an address, a picture's print.

    A provider leaves it in its signal; it is stored when the evaluation ends, for a bounded time, with its key as a
    keyed digest and its detail encrypted.

    Args:
        kind: at most 16 characters.
        key: what it is looked up by; any text.
        detail: what a look-up gives back; at most 256 bytes.
    """

    kind: str
    key: str
    detail: bytes = b""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one evaluation looks at.

    `headers` are the request's own, as the service received them from the browser (lower-case names, only those
    on a short list). `browser` is what the page's script told of camera and device. Both are untrusted: they may
    raise risk and never lower it.
    """

    kind: EvidenceKind
    frames: tuple[Frame, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    browser: Mapping[str, object] = field(default_factory=dict)
    device: DeviceToken | None = None
    given: Mapping[str, Value | None] = field(default_factory=dict)
    """The caller's own features, for a workflow that says so."""
    context: Mapping[str, Value | None] = field(default_factory=dict)
    """`context.*`: set by the workflow or by the caller with the key, never by the person or the browser."""
    binding: Binding | None = None
    """None where there was no capture session."""
    challenge: Challenge | None = None
    """None where there was no capture session."""
    customer: str | None = None
    """The caller's id of the person; a key for counting and nothing else."""
    address: str | None = None
    """The person's IP address as the service itself established it; None where it cannot be told."""
    scope: str = ""
    """The environment whose history counts."""
    evaluation: str = ""
    """Of an evaluation that goes on after it waited: its id, since what it left to be known again is not earlier."""

    @property
    def neutral(self) -> tuple[int, ...]:
        """Numbers of the frames taken before the first step of a challenge: what passive signals read."""
        shown = self.challenge.shown_ms if self.challenge else ()
        return tuple(number for number, frame in enumerate(self.frames) if not shown or frame.t_ms < shown[0])


Cause = Literal["evidence", "provider"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a provider gave no features. `evidence`: there was nothing to read; `provider`: it could not do its work."""

    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class Signal:
    """What one provider read.

    Args:
        features: catalogued names to values; None, or leaving a name out, is unknown.
        failure: why there is nothing, or why it is partial; with a failure every feature of it is unknown.
        findings: typed working results for later providers of the same run (boxes, crops); never stored.
        models: the sha256 of each model file that was used, by the model's name.
        sightings: what shall be known again in later evaluations.
    """

    features: Mapping[str, Value | None] = field(default_factory=dict)
    failure: Failure | None = None
    findings: Mapping[str, object] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    sightings: tuple[Sighting, ...] = ()

    @staticmethod
    def failed(cause: Cause, reason: str) -> Signal:
        """A signal with nothing but the reason."""
        return Signal(failure=Failure(cause, reason))


@dataclass(frozen=True, slots=True)
class Readings:
    """What the providers before this one found in the same run."""

    features: Mapping[str, Value | None] = field(default_factory=dict)
    findings: Mapping[str, object] = field(default_factory=dict)


class SignalProvider(Protocol):
    """A source of features. It never raises for bad evidence; it answers a failed signal.

    One instance serves all requests of a process, from several threads.
    """

    @property
    def name(self) -> str: ...

    @property
    def requires(self) -> frozenset[str]:
        """Features of other providers that it reads."""

    @property
    def provides(self) -> frozenset[str]:
        """Every feature that it may give; each must be in the catalogue."""

    def read(self, evidence: Evidence, so_far: Readings) -> Signal: ...


class Clock(Protocol):
    """The time, passed in so that an evaluation can be replayed."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""


class ModelUnavailable(Exception):  # noqa: N818 - the word of the domain
    """A model file could not be had or was not what it should be. The message names the way out."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A verified model on disk, converted to ONNX. `sha256` identifies its graph and weights."""

    name: str
    path: Path
    sha256: str


class Models(Protocol):
    """Where providers get their model files. Never the network at the time of a request."""

    def get(self, name: str) -> ModelFile:
        """The verified file; raises `ModelUnavailable`."""


class ModelStore(Models, Protocol):
    """The store behind the port, as the service sees it (entry point `selfie.models`)."""

    def ensure(self, *, progress: bool = True) -> Mapping[str, str]:
        """Fetch what is missing; returns name -> reason for what could not be had. Never raises for an absent model."""


class History(Protocol):
    """What earlier evaluations tell."""

    def device_seen(self, device_id: str, before: datetime) -> bool | None:
        """Whether a completed evaluation before `before` had this device; None where that cannot be told."""

    def counts(
        self, scope: str, kind: str, key: str, *, since: datetime, but: str = ""
    ) -> Mapping[Outcome, int] | None:
        """Evaluations of this scope that left this sighting since: how many by how they stand, and none that did not
        occur. None where it cannot be told.

        Args:
            but: the id of one that is not counted.
        """

    def recall(self, scope: str, kind: str, keys: Sequence[str], *, since: datetime) -> Sequence[Sighting] | None:
        """Sightings with one of these keys, the newest first, at most 1,000. None where it cannot be told."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What a provider's factory receives. `settings` are the `SELFIE_*` environment without the service's own keys."""

    clock: Clock
    history: History
    settings: Mapping[str, str]
    models: Models


@dataclass(frozen=True, slots=True)
class Decision:
    """What one policy says of one record."""

    outcome: Outcome
    strategy: str
    reasons: tuple[str, ...] = ()
    """Codes of the rules that gave the outcome, then of those that inform, in the file's order, each once."""
    rules: tuple[str, ...] = ()
    """Ids of the rules that were true or, where they decide on unknown, unknown; in the file's order."""
    unknown: tuple[str, ...] = ()
    """Names of the features that the policy reads and the record does not know, sorted."""
    score: int | None = None
    """The total of the policy's scorecard; None where it is unknown or the policy has none."""
