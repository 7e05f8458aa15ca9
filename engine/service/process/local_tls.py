"""A certificate of our own, so that a phone on the same network may use its camera. Nobody trusts it by itself."""

from __future__ import annotations

import ipaddress
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID = timedelta(days=397)
"""Browsers refuse certificates that are valid for longer."""


@dataclass(frozen=True, slots=True)
class LocalCertificate:
    """Two PEM files."""

    certificate: Path
    key: Path


def local_certificate(folder: Path, public_url: str) -> LocalCertificate:
    """The certificate of this data folder; made anew where it ends soon or does not name `public_url`'s host."""
    found = LocalCertificate(folder / "certificate.pem", folder / "key.pem")
    names = {"localhost", "127.0.0.1", urlsplit(public_url).hostname or "localhost"}
    if not _is_good(found, names):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(found, names)
    return found


def lan_address() -> str:
    """This machine's address in its network; the loopback address where it has none. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address of no machine: connecting a datagram socket only picks a route
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _is_good(found: LocalCertificate, names: set[str]) -> bool:
    if not found.certificate.is_file() or not found.key.is_file():
        return False
    certificate = x509.load_pem_x509_certificate(found.certificate.read_bytes())
    alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    named = {str(name.value) for name in alternatives}
    return names <= named and certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=1)


def _write(where: LocalCertificate, names: set[str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Selfie Intelligence on this network")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in sorted(names)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(where.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(private)
    where.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
