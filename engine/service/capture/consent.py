"""What a person agrees to before a picture is taken. A changed text is a new version, and is agreed to anew."""

from __future__ import annotations

from typing import Any

CONSENT_VERSION = "2"
USUAL_DAYS = 30
_PARAGRAPHS = (
    "We take a short burst of pictures of your face to check that a live person is in front of the camera and to "
    "estimate an age. The estimate is not your date of birth.",
    "While the pictures are taken we may show soft colours on your screen, or ask you to turn your head. You are told "
    "before, and you can choose the other of the two, or neither.",
    "Along with the pictures we look at your browser (its kind, language, camera, and a fingerprint of such facts), at "
    "the internet address from which you come, and at how the page was used: how long it took, whether it was left, "
    "whether a program pressed the buttons. We use that to notice automated or disguised devices.",
    "{kept}The decision and the measured values are kept by the service that asked you.",
    "So that the same device, address or picture is noticed when it comes again, we count how often devices and "
    "addresses came within 24 hours and delete those counts after 48, and remember prints of pictures for {days} "
    "days. All of it is kept only in a form that cannot be turned back without our key. A cookie tells this browser "
    "again for a year.",
    "You can decline. Then no picture is taken, and the service that asked you decides how to go on.",
)


def consent_version(hours: int, replay_days: int) -> str:
    """The version of the text, which says how long frames and their prints are kept: another time is another text."""
    kept = f".{hours}h" if hours else ""
    remembered = f".{replay_days}d" if replay_days != USUAL_DAYS else ""
    return CONSENT_VERSION + kept + remembered


def consent_text(hours: int, replay_days: int) -> dict[str, Any]:
    """The text as the page shows it.

    Args:
        hours: for which the workflow keeps the frames after the decision.
        replay_days: for which prints of pictures are remembered.
    """
    kept = (
        "The pictures are kept encrypted until you submit or the link expires, and are deleted as soon as the decision "
        "is made. "
    )
    if hours:
        unit = "hour" if hours == 1 else "hours"
        kept = f"The pictures are kept encrypted until {hours} {unit} after the decision, and are deleted then. "
    paragraphs = [paragraph.format(kept=kept, days=replay_days) for paragraph in _PARAGRAPHS]
    return {
        "version": consent_version(hours, replay_days),
        "title": "Before we take your picture",
        "paragraphs": paragraphs,
    }
