"""Attacks on what the page sends: swapped, replayed, late, reordered, answering something else.

As it comes, the attacker sits between page and service and cannot sign. Masked, the attacker runs the page, has the
take's key and signs what is sent: then the binding holds, and the frames themselves must give the attack away.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from benchmarks.attacks import films
from benchmarks.attacks.clips import Clip
from benchmarks.attacks.disguise import disguised
from benchmarks.attacks.late import winding_service
from benchmarks.attacks.session import Outcome, Refused, decided, new_session, shoot, submitted, to_preview
from benchmarks.attacks.stage import Stage, camera_script
from benchmarks.attacks.staging import asks, film_of, through
from benchmarks.attacks.wire import Body, TakeSeen, Tamper, Wire, signed_anew
from tests.capture.steps import press

LATE_MS = 301_000


def recorded(stage: Stage, clip: Clip, seed: int, strategy: str) -> list[str]:
    """Frames of a genuine capture of this clip, by the page's own encoder, that the service never saw."""
    _, link = new_session(stage.service, strategy, f"donor-{seed}")
    wire = Wire(withheld=True)
    camera = camera_script(film_of(films.silent, clip, seed + 50), seed + 50)
    try:
        with disguised(stage.blind, masked=True, camera=camera) as page:
            to_preview(page, link, wire, "flash" if asks(strategy) else None)
    except Refused:
        pass
    if wire.delivered is None:
        raise AssertionError("the page sent no frames")
    return list(wire.delivered["frames"])


def swapped(stage: Stage, clip: Clip, seed: int, strategy: str, masked: bool, *, neutral_only: bool = False) -> Outcome:
    """Frames of another person in the delivered request; or only those before the flash, which age is read from."""
    theirs = recorded(stage, stage.another(clip), seed, strategy)

    def tamper(body: Body, take: TakeSeen) -> Body:
        count = take.neutral if neutral_only else len(body["frames"])
        frames = [*theirs[:count], *body["frames"][count:]]
        return signed_anew(body, take, frames) if masked else {**body, "frames": frames}

    return _tampered(stage, clip, seed, strategy, tamper)


def reordered(stage: Stage, clip: Clip, seed: int, strategy: str, masked: bool) -> Outcome:
    """The session's own frames in another order."""

    def tamper(body: Body, take: TakeSeen) -> Body:
        frames = list(body["frames"])
        random.Random(seed).shuffle(frames)
        return signed_anew(body, take, frames) if masked else {**body, "frames": frames}

    return _tampered(stage, clip, seed, strategy, tamper)


def wrong_kind(stage: Stage, clip: Clip, seed: int, strategy: str, masked: bool) -> Outcome:  # noqa: ARG001 - as all
    """Says that a turn was answered where a flash was asked; signed, since the page's key is there."""

    def tamper(body: Body, take: TakeSeen) -> Body:
        told = (
            {"kind": "none", "shown_ms": []}
            if take.kind == "turn"
            else {"kind": "turn", "shown_ms": [1000, 2000, 3000]}
        )
        return signed_anew(body, take, body["frames"], challenge=told)

    return _tampered(stage, clip, seed, strategy, tamper)


def replayed(
    stage: Stage,
    clip: Clip,
    seed: int,
    strategy: str,
    masked: bool,
    *,
    first: Callable[[Outcome], object] | None = None,
) -> Outcome:
    """A recorded genuine delivery of another session, which the service has decided; `first` is told how."""
    wire = Wire()
    camera = camera_script(film_of(films.silent, clip, seed), seed)
    genuine = through(stage, disguised(stage.blind, masked=True, camera=camera), strategy, f"first-{seed}", wire)
    if genuine.ending == "refused" or wire.delivered is None:
        raise AssertionError(f"the genuine session was refused: {genuine.reasons}")
    if first is not None:
        first(genuine)
    earlier = wire.delivered

    def tamper(body: Body, take: TakeSeen) -> Body:
        return signed_anew(body, take, earlier["frames"]) if masked else earlier

    return _tampered(stage, clip, seed, strategy, tamper)


def earlier_take(stage: Stage, clip: Clip, seed: int, strategy: str, masked: bool) -> Outcome:
    """A retake answered with the delivery of the take before."""
    eval_id, link = new_session(stage.service, strategy, f"retake-{seed}")
    camera = camera_script(film_of(films.silent, clip, seed), seed)
    wire = Wire()
    try:
        with disguised(stage.blind, masked=True, camera=camera) as page:
            to_preview(page, link, wire, "flash" if asks(strategy) else None)
            earlier = wire.delivered or {}
            wire.tamper = lambda body, take: signed_anew(body, take, earlier["frames"]) if masked else earlier
            press(page, "retake")
            shoot(page, wire)
            submitted(page)
    except Refused as refused:
        return Outcome("refused", (str(refused),))
    return decided(stage.service, eval_id)


def late(stage: Stage, clip: Clip, seed: int, strategy: str, masked: bool) -> Outcome:
    """A genuine delivery, sent five minutes and a second after its nonce: the service's clock is wound forward."""
    camera = camera_script(film_of(films.silent, clip, seed), seed)
    with winding_service(stage.folder / f"late-{seed}-{strategy}-{masked}") as (service, wind):
        elsewhere = replace(stage, service=service)
        page = disguised(stage.blind, masked=masked, camera=camera)
        return through(elsewhere, page, strategy, f"late-{seed}", Wire(on_the_way=lambda: wind(LATE_MS)))


def _tampered(stage: Stage, clip: Clip, seed: int, strategy: str, tamper: Tamper) -> Outcome:
    """A genuine session, hidden from its browser on, whose frames are changed on the way."""
    camera = camera_script(film_of(films.silent, clip, seed), seed)
    page = disguised(stage.blind, masked=True, camera=camera)
    return through(stage, page, strategy, f"tampered-{seed}", Wire(tamper))
