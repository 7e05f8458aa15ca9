"""The two ceremonies of WebAuthn: a key is made, or signs. Loaded when the first passkey comes, and not before."""

from __future__ import annotations

import json
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.structs import (
    AuthenticatorAttachment,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from engine.service.capture.relying_party import RelyingParty
from engine.store.passkeys import Passkey

TIMEOUT_MS = 120_000
Json = dict[str, Any]


class NotVerified(Exception):  # noqa: N818 - the word of the domain
    """The answer of a passkey does not stand for this take, this site, or this key."""


def registration_options(site: RelyingParty, owner: str, challenge: bytes) -> Json:
    """Options of `navigator.credentials.create`. The name that a device shows says nothing of the person."""
    options = generate_registration_options(
        rp_id=site.id,
        rp_name=site.id,
        user_name=site.id,
        user_id=bytes.fromhex(owner),
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            authenticator_attachment=AuthenticatorAttachment.PLATFORM,
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return dict(json.loads(options_to_json(options)))


def assertion_options(site: RelyingParty, known: Passkey, challenge: bytes) -> Json:
    """Options of `navigator.credentials.get`."""
    options = generate_authentication_options(
        rp_id=site.id,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=known.credential)],
    )
    return dict(json.loads(options_to_json(options)))


def registered(site: RelyingParty, credential: Json, challenge: bytes) -> Passkey:
    """The key of a registration; raises `NotVerified`."""
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
        )
    except Exception as error:  # a stranger's CBOR: the parsers below the library raise what they like
        raise NotVerified(type(error).__name__) from error
    return Passkey(made.credential_id, made.credential_public_key, made.sign_count)


def verified(site: RelyingParty, credential: Json, challenge: bytes, known: Passkey) -> int:
    """The counter of an assertion by this key, higher than before unless both are 0; raises `NotVerified`."""
    try:
        answer = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
        )
    except Exception as error:  # as above
        raise NotVerified(type(error).__name__) from error
    if answer.credential_id != known.credential:
        raise NotVerified("another credential")
    return answer.new_sign_count
