"""Where attacks happen: one service, one browser without a camera, and one browser for each film that is its camera."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from benchmarks.attacks.clips import Clip, portrait
from benchmarks.attacks.faces import face_of
from benchmarks.attacks.films import Film
from tests.harness.browser import chromium_with
from tests.harness.responder import responder_script
from tests.harness.server import Service, running_service

COLOURS = ("#ffc8d8", "#ffd0a8", "#e8dc90", "#b0eab0", "#a0e4ec", "#c8d0ff")
"""Of the flash, as anybody reads them off the page."""
LIGHT = (0.06, 0.25)
"""The screen's light on a face over the room's: from a bright room to a dim one."""
BACKGROUND = (0.1, 0.35)
"""How much of it reaches what is behind the person, as a share."""


@dataclass
class Stage:
    """Shared by all sessions."""

    service: Service
    folder: Path
    chromium: str
    blind: Browser
    clips: Sequence[Clip]
    _browsers: ExitStack = field(default_factory=ExitStack)
    _film: Path | None = None
    _playing: Browser | None = None

    def playing(self, name: str, film: Film) -> Browser:
        """A browser whose camera plays this film; the latest one stays open."""
        path = self.folder / f"{name}.mjpeg"
        if self._film != path or self._playing is None:
            self.close()
            film.written(path)
            self._playing = self._browsers.enter_context(chromium_with(self.chromium, film=path))
            self._film = path
        return self._playing

    def close(self) -> None:
        """Close the browser of the latest film."""
        self._browsers.close()
        self._browsers = ExitStack()
        if self._film is not None:
            self._film.unlink(missing_ok=True)
        self._film = self._playing = None

    def another(self, clip: Clip) -> Clip:
        """A clip of another person; the portrait where there is none."""
        return next((one for one in self.clips if one.person != clip.person), portrait())

    def forget(self) -> None:
        """Let the service forget whom and what it saw, as if each session were the first of a new service.

        All sessions here come from one address, one device and a handful of clips. Without this their counts, and the
        index of pictures, would decide instead of what is measured.
        """
        with closing(sqlite3.connect(self.folder / "data" / "selfie.sqlite3", timeout=30)) as tables, tables:
            tables.execute("DELETE FROM sighting")


@contextmanager
def open_stage(folder: Path, chromium: str, clips: Sequence[Clip], **env: str) -> Iterator[Stage]:
    """The real service with a data folder of its own, and a browser that has no camera."""
    with running_service(folder, **env) as service, chromium_with(chromium) as blind:
        stage = Stage(service, folder, chromium, blind, clips)
        try:
            yield stage
        finally:
            stage.close()


def camera_script(film: Film, seed: int, **how: Any) -> str:
    """A canvas in place of the camera that shows a film, lit by the screen as a face before it would be."""
    chance = random.Random(seed)
    low, high = LIGHT
    how.setdefault("screen_to_ambient", low * (high / low) ** chance.random())
    how.setdefault("background", chance.uniform(*BACKGROUND))
    return responder_script(film.jpegs, face=face_of(film.jpegs[0]), fps=film.rate, **how)


def other_colours(seed: int) -> list[str]:
    """The colours of another session."""
    chance = random.Random(seed)
    steps = [chance.choice(COLOURS)]
    while len(steps) < 8:
        steps.append(chance.choice([colour for colour in COLOURS if colour != steps[-1]]))
    return steps
