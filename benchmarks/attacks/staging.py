"""Attacks that put something else before the page than a camera's picture of a person who is there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

from playwright.sync_api import Page

from benchmarks.attacks import films
from benchmarks.attacks.clips import Clip
from benchmarks.attacks.disguise import disguised
from benchmarks.attacks.films import Film
from benchmarks.attacks.session import Outcome, Refused, captured, decided, new_session
from benchmarks.attacks.stage import Stage, camera_script, other_colours
from benchmarks.attacks.wire import Wire

Maker = Callable[[Clip, int], Film]
_VIRTUAL = """
(() => {
  const name = "OBS Virtual Camera";
  const named = { get: () => name, configurable: true, enumerable: true };
  Object.defineProperty(MediaStreamTrack.prototype, "label", named);
  const list = MediaDevices.prototype.enumerateDevices;
  const known = Function.prototype.toString;
  MediaDevices.prototype.enumerateDevices = {
    async enumerateDevices() {
      const renamed = (device) => (device.kind === "videoinput" ? Object.create(device, { label: named }) : device);
      return (await list.call(this)).map(renamed);
    },
  }.enumerateDevices;
  const replaced = MediaDevices.prototype.enumerateDevices;
  Function.prototype.toString = {
    toString() {
      if (this === replaced) return known.call(list);
      return known.call(this === Function.prototype.toString ? known : this);
    },
  }.toString;
})();
"""


def through(
    stage: Stage,
    page: AbstractContextManager[Page],
    strategy: str,
    customer: str,
    wire: Wire | None = None,
    choice: str = "flash",
) -> Outcome:
    """One session on this page, from a new evaluation to its end; `choice` where a challenge is asked."""
    eval_id, link = new_session(stage.service, strategy, customer)
    try:
        with page as opened:
            captured(opened, link, wire or Wire(), choice if asks(strategy) else None)
    except Refused as refused:
        return Outcome("refused", (str(refused),))
    return decided(stage.service, eval_id)


def asks(strategy: str) -> bool:
    """Whether the shipped workflow asks a challenge under this strategy."""
    return strategy != "lenient"


@lru_cache(maxsize=4)
def film_of(maker: Maker, clip: Clip, seed: int) -> Film:
    """A film; the same one under each strategy, since the service forgets in between."""
    return maker(clip, seed)


def played(maker: Maker) -> Callable[..., Outcome]:
    """A film as Chromium's own camera. What a virtual camera or a patched driver does."""

    def run(stage: Stage, clip: Clip, seed: int, strategy: str, masked: bool) -> Outcome:
        film = film_of(maker, clip, seed)
        browser = stage.playing(f"{maker.__name__}-{clip.name}-{seed}", film)
        return through(stage, disguised(browser, masked=masked), strategy, f"{maker.__name__}-{seed}")

    return run


def drawn(maker: Maker = films.silent, choice: str = "flash", **how: Any) -> Callable[..., Outcome]:
    """A film on a canvas in place of the camera. What a script in the page, or a browser's extension, does.

    `how` goes to `responder_script`; `follows="other"` means the colours of another session.
    """

    def run(stage: Stage, clip: Clip, seed: int, strategy: str, masked: bool) -> Outcome:
        asked = {**how, "follows": other_colours(seed)} if how.get("follows") == "other" else how
        camera = camera_script(film_of(maker, clip, seed), seed, **asked)
        page = disguised(stage.blind, masked=masked, camera=camera)
        return through(stage, page, strategy, f"canvas-{seed}", choice=choice)

    return run


def named_virtual(stage: Stage, clip: Clip, seed: int, strategy: str, masked: bool) -> Outcome:
    """A camera whose name is the only tell: all else is hidden, and the face answers the flash."""
    camera = camera_script(film_of(films.silent, clip, seed), seed)
    page = disguised(stage.blind, masked=masked, camera=camera, after=_VIRTUAL if masked else "")
    return through(stage, page, strategy, f"virtual-{seed}")
