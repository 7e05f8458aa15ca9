"""Whether a camera's name is that of a program, a test device or a file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

_LIST = "virtual_cameras.yaml"


def virtual_camera(camera: Mapping[str, object]) -> bool | None:
    """True where the page told the name of no camera; None where it told no name at all.

    An empty name counts: a browser names the camera as soon as the person has allowed its use.
    """
    label = camera.get("label")
    return names_no_camera(label) if isinstance(label, str) else None


def names_no_camera(label: str) -> bool:
    """Whether a name is empty or matches one of the list, whatever its case, width and accents."""
    plain = folded(label)
    return not plain or any(pattern.search(plain) for pattern in _patterns())


def folded(label: str) -> str:
    """The name in small letters, without accents and invisible characters, its blanks made single."""
    spread = unicodedata.normalize("NFKD", label).casefold()
    seen = (sign for sign in spread if sign.isspace() or unicodedata.category(sign)[0] != "C")
    bare = "".join(sign for sign in seen if not unicodedata.combining(sign))
    return " ".join(unicodedata.normalize("NFKC", bare).split())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    listed = yaml.safe_load(files("signals.injection").joinpath(_LIST).read_text("utf-8"))
    return tuple(re.compile(entry["pattern"]) for entry in listed)
