"""What the person's browser sends. Strict: nothing unknown, nothing converted, everything bounded.

Facts about camera, device and behaviour are the browser's own word. Each may be left out; what is left out is unknown.
An envelope is JSON text inside a request: exactly the text that was signed.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.contracts import ChallengeKind
from engine.service.wire.requests import Image, Strict

MAX_ENVELOPE = 128 * 1024
MAX_ENCODED = 16 * 1024
MOST_LISTED = 32
MOST_SENT = 1000
"""Members of a list of frames that are looked at before it is refused as too long."""
LONGEST_MS = 600_000

Text = Annotated[str, Field(max_length=256)]
Texts = Annotated[list[Text], Field(max_length=MOST_LISTED)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Pixels = Annotated[int, Field(ge=0, le=100_000)]
Number = Annotated[int | float, Field(ge=0, le=1_000_000_000)]
Milliseconds = Annotated[int, Field(ge=0, le=LONGEST_MS)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Nonce = Annotated[str, Field(min_length=1, max_length=64)]
Envelope = Annotated[
    str,
    Field(
        max_length=MAX_ENVELOPE,
        description="The JSON text that was signed; see docs/capture.md.",
        json_schema_extra={"contentMediaType": "application/json"},
    ),
]
Encoded = Annotated[str, Field(min_length=1, max_length=MAX_ENCODED, pattern=r"^[A-Za-z0-9_-]+$")]
Mac = Annotated[
    str, Field(pattern=r"^[0-9a-f]{64}$", description="HMAC-SHA-256 of the envelope's UTF-8 under the take's key.")
]


class OpenRequest(Strict):
    """Open a capture session, perhaps by a hand-off from another browser."""

    handoff: Annotated[str, Field(max_length=128)] | None = None


class ConsentRequest(Strict):
    """The person agreed to the text of this version."""

    version: Annotated[str, Field(max_length=32)]
    agreed: bool


class ChallengeRequest(Strict):
    """Begin a take. `choice` is what the person can do, where the strategy asks something."""

    choice: Literal["flash", "turn", "neither"] | None = None


class FramesRequest(Strict):
    """What was captured: each frame base64, in the envelope's order."""

    envelope: Envelope
    mac: Mac
    frames: Annotated[list[Image], Field(max_length=MOST_SENT)]


class SubmitRequest(Strict):
    """Use up the session with the frames of this digest."""

    digest: Sha256
    envelope: Envelope
    mac: Mac


class PasskeyOptionsRequest(Strict):
    """Ask what the browser's authenticator is to do for the take of this nonce."""

    nonce: Nonce


class Lenient(BaseModel):
    """What browsers write themselves: they add members from version to version, which are dropped."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class AuthenticatorResponse(Lenient):
    """`PublicKeyCredential.response` as JSON: base64url."""

    client_data: Encoded = Field(alias="clientDataJSON")
    attestation: Encoded | None = Field(default=None, alias="attestationObject")
    authenticator_data: Encoded | None = Field(default=None, alias="authenticatorData")
    signature: Encoded | None = None
    user_handle: Encoded | None = Field(default=None, alias="userHandle")


class Credential(Lenient):
    """`PublicKeyCredential.toJSON()`."""

    id: Encoded
    raw_id: Encoded = Field(alias="rawId")
    type: Literal["public-key"]
    response: AuthenticatorResponse

    @property
    def is_registration(self) -> bool:
        """Whether a key was made, not used."""
        return self.response.attestation is not None

    def as_json(self) -> dict[str, Any]:
        """As it came, without what was dropped."""
        return self.model_dump(by_alias=True, exclude_none=True)


class PasskeyRequest(Strict):
    """What the authenticator answered."""

    nonce: Nonce
    credential: Credential


class DeclineRequest(Strict):
    """Nothing to say."""


class TrackSettings(Strict):
    """`MediaStreamTrack.getSettings()`."""

    width: Number | None = None
    height: Number | None = None
    frame_rate: Number | None = Field(default=None, alias="frameRate")
    aspect_ratio: Number | None = Field(default=None, alias="aspectRatio")
    facing_mode: Text | None = Field(default=None, alias="facingMode")
    resize_mode: Text | None = Field(default=None, alias="resizeMode")


class TrackCapabilities(Strict):
    """Of `MediaStreamTrack.getCapabilities()`."""

    width_max: Number | None = None
    height_max: Number | None = None
    frame_rate_max: Number | None = Field(default=None, alias="frameRate_max")
    facing_mode: Texts | None = Field(default=None, alias="facingMode")


class CameraFacts(Strict):
    """What the page says of the camera."""

    label: Text | None = None
    listed: bool | None = None
    devices: Texts | None = None
    facing: Text | None = None
    width: Pixels | None = None
    height: Pixels | None = None
    settings: TrackSettings | None = None
    capabilities: TrackCapabilities | None = None
    track: Text | None = None
    native: bool | None = None
    capture_time: bool | None = None
    pixel_format: Text | None = None
    auto: bool | None = None


class Screen(Strict):
    """`window.screen`."""

    width: Number | None = None
    height: Number | None = None
    ratio: Number | None = None
    depth: Number | None = None


class DeviceFacts(Strict):
    """What the page says of the device."""

    webdriver: bool | None = None
    bot: bool | None = None
    bot_kind: Text | None = None
    platform: Text | None = None
    languages: Texts | None = None
    timezone: Text | None = None
    screen: Screen | None = None
    cores: Count | None = None
    memory: Number | None = None
    touch_points: Count | None = None
    renderer: Text | None = None
    vendor: Text | None = None
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{1,128}$")] | None = None


class BehaviorFacts(Strict):
    """What the page says of how it was used."""

    completion_ms: Count | None = None
    events: Count | None = None
    untrusted_events: Count | None = None
    retakes: Count | None = None
    focus_losses: Count | None = None
    pointer: Annotated[list[Literal["mouse", "touch", "pen", "keyboard"]], Field(max_length=MOST_LISTED)] | None = None


class SignedFrame(Strict):
    """One frame of the burst: its SHA-256 and its time."""

    sha256: Sha256
    t_ms: Annotated[Milliseconds, Field(description="Milliseconds since the first frame.")]


class ShownChallenge(Strict):
    """What the page showed, and when, on the frames' clock."""

    kind: ChallengeKind | None = None
    shown_ms: Annotated[list[Milliseconds], Field(max_length=MOST_LISTED)] | None = None


class FramesEnvelope(Strict):
    """What is signed of a burst."""

    nonce: Nonce
    frames: Annotated[list[SignedFrame], Field(max_length=MOST_SENT)]
    camera: CameraFacts | None = None
    challenge: ShownChallenge | None = None


class SubmitEnvelope(Strict):
    """What is signed of a submission."""

    nonce: Nonce
    digest: Sha256
    device: DeviceFacts | None = None
    behavior: BehaviorFacts | None = None
