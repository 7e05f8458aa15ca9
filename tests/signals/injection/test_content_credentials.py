"""Signed pictures, checked by the real library: needs the extra `c2pa`."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from engine.frames import Frame
from signals.injection.content_credentials import credentials_state, has_credentials
from tests.signals.injection.captures import jpeg, scene

c2pa = pytest.importorskip("c2pa", reason="the extra `c2pa` is not installed")
CAPTURED = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"


def name(common: str) -> x509.Name:
    parts = {NameOID.COMMON_NAME: common, NameOID.ORGANIZATION_NAME: "Test", NameOID.COUNTRY_NAME: "US"}
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts.items()])


def certificate(whose: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A signer's certificate, or the authority's own where both keys are one."""
    authority = key is by
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    builder = (
        x509.CertificateBuilder(name("authority"), name(whose), key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                key_cert_sign=authority,
                crl_sign=authority,
                decipher_only=False,
                **usage,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if not authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(by, hashes.SHA256())


@pytest.fixture(scope="module")
def signed() -> bytes:
    """A JPEG with credentials of a signer whom nobody trusts."""
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    chain = [certificate("signer", own, root), certificate("authority", root, root)]
    pem = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain)
    secret = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(alg=b"es256", sign_cert=pem, private_key=secret, ta_url=None))
    action = {"action": "c2pa.created", "digitalSourceType": CAPTURED}
    claim = {
        "claim_generator_info": [{"name": "test", "version": "1"}],
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [action]}}],
    }
    written = io.BytesIO()
    c2pa.Builder(claim).sign(signer, "image/jpeg", io.BytesIO(jpeg(scene())), written)
    return written.getvalue()


def test_sound_credentials_are_valid(signed: bytes) -> None:
    frame = Frame(signed)
    assert has_credentials(frame)
    assert credentials_state([frame]) == "valid"


def test_a_changed_picture_is_invalid_and_the_worst_counts(signed: bytes) -> None:
    changed = bytearray(signed)
    changed[-400] ^= 0x55
    assert credentials_state([Frame(signed), Frame(bytes(changed))]) == "invalid"


def test_frames_without_credentials_do_not_hide_those_with(signed: bytes) -> None:
    assert credentials_state([Frame(jpeg(scene())), Frame(signed)]) == "valid"
