"""What must be true of a workbook's archive before anything reads it: no bomb, no entity, nothing without bounds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

MAX_BYTES = 4 * 1024 * 1024
MAX_MEMBERS = 500
MAX_MEMBER, MAX_TOTAL = 12 * 1024 * 1024, 24 * 1024 * 1024
"""Bytes after unpacking."""
MAX_RATIO = 200
SMALL = 64 * 1024
"""Below this many bytes a ratio says nothing: a few repeated lines pack well."""
MAX_TAGS = 1_500_000
_PLAIN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_CHUNK = 64 * 1024


class BadArchive(Exception):  # noqa: N818 - the word of the domain
    """A file that is not read as a workbook. The message says why."""


def check_archive(content: bytes) -> None:
    """Raise `BadArchive` unless the file is an archive of bounded, plain XML without declarations of entities."""
    if len(content) > MAX_BYTES:
        raise BadArchive(f"a workbook has at most {MAX_BYTES} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _are_bounded(members)
            tags = sum(_tags(archive, member) for member in members)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise BadArchive("the file is no workbook, or it is damaged") from error
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]  # the module that zipfile unpacks with
        raise BadArchive("the file is no workbook, or it is damaged") from error
    if tags > MAX_TAGS:
        raise BadArchive(f"a workbook has at most {MAX_TAGS} elements")


def _are_bounded(members: list[zipfile.ZipInfo]) -> None:
    """By what the archive says of itself; unpacking stops at these sizes, whatever the data would give."""
    if len(members) > MAX_MEMBERS:
        raise BadArchive(f"a workbook has at most {MAX_MEMBERS} parts, not {len(members)}")
    if len({member.filename for member in members}) < len(members):
        raise BadArchive("two parts of the workbook have one name")
    for member in members:
        if member.flag_bits & 1:
            raise BadArchive("the workbook is encrypted")
        if member.compress_type not in _PLAIN:
            raise BadArchive("the workbook is packed in an unusual way")
        if member.file_size > MAX_MEMBER:
            raise BadArchive(f"a part of the workbook unpacks to more than {MAX_MEMBER} bytes")
        if member.file_size > SMALL and member.file_size > MAX_RATIO * max(1, member.compress_size):
            raise BadArchive(f"a part of the workbook unpacks to more than {MAX_RATIO} times its size")
    if sum(member.file_size for member in members) > MAX_TOTAL:
        raise BadArchive(f"the workbook unpacks to more than {MAX_TOTAL} bytes")


def _tags(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """How many elements a part has, about; raises for a declaration of a document type, which is where entities are."""
    count, before = 0, b""
    for chunk in _chunks(archive, member):
        seen = before + chunk
        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
            raise BadArchive("the workbook declares XML entities")
        if b"\0" in chunk and _is_xml(member):
            raise BadArchive("a part of the workbook is XML in another encoding than UTF-8")
        count += chunk.count(b"<")
        before = seen[-16:]
    return count


def _is_xml(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith((".xml", ".rels", ".vml"))


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as part:
        while chunk := part.read(_CHUNK):
            yield chunk
