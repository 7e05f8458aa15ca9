"""An authenticator in software: makes a key, signs with it, counts. `attestation` is `none`, as browsers send it."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


def unpadded(data: bytes) -> str:
    """Base64url, as WebAuthn's JSON carries it."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Authenticator:
    """One key on one device. Fields may be changed to misbehave."""

    site: str = "selfie.example"
    origin: str = "https://selfie.example"
    counts: bool = True
    flags: int = PRESENT | VERIFIED
    count: int = 0
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: Mapping[str, Any], **client: Any) -> dict[str, Any]:
        """`navigator.credentials.create`, as JSON."""
        data = self._data(HAS_KEY) + bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential
        attestation = {"fmt": "none", "attStmt": {}, "authData": data + self._public_key()}
        told = self._client("webauthn.create", options, client)
        return self._answer(told, attestationObject=unpadded(cbor2.dumps(attestation)), transports=["internal"])

    def get(self, options: Mapping[str, Any], **client: Any) -> dict[str, Any]:
        """`navigator.credentials.get`, as JSON."""
        told, data = self._client("webauthn.get", options, client), self._data(0)
        signature = self.key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(told, authenticatorData=unpadded(data), signature=unpadded(signature), userHandle=None)

    def _data(self, more: int) -> bytes:
        self.count += self.counts
        return hashlib.sha256(self.site.encode()).digest() + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _public_key(self) -> bytes:
        """COSE: an ES256 key on P-256."""
        numbers = self.key.public_key().public_numbers()
        coordinates = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return cbor2.dumps({1: 2, 3: -7, -1: 1, **coordinates})

    def _client(self, kind: str, options: Mapping[str, Any], other: Mapping[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False, **other}
        return json.dumps(told).encode()

    def _answer(self, told: bytes, **response: Any) -> dict[str, Any]:
        named = unpadded(self.credential)
        more = {"authenticatorAttachment": "platform", "clientExtensionResults": {}, "type": "public-key"}
        return {"id": named, "rawId": named, "response": {"clientDataJSON": unpadded(told), **response}, **more}
