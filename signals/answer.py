"""The one place where a provider's exceptions become a failed signal."""

from __future__ import annotations

import logging
from collections.abc import Callable

from engine.contracts import ModelUnavailable, Signal
from engine.frames import BadFrame

_log = logging.getLogger(__name__)


class NothingToRead(Exception):  # noqa: N818 - the word of the domain
    """The evidence lacks what a provider reads. The message says what."""


def answered(name: str, read: Callable[[], Signal]) -> Signal:
    """What `read` answers; a failed signal where it raises. Unexpected errors are logged with their trace."""
    try:
        return read()
    except NothingToRead as lacking:
        return Signal.failed("evidence", str(lacking))
    except BadFrame as bad:
        return Signal.failed("evidence", f"a frame cannot be read: {bad}")
    except ModelUnavailable as absent:
        return Signal.failed("provider", str(absent))
    except Exception as unexpected:
        _log.exception("signal provider `%s` failed", name)
        return Signal.failed("provider", f"an error of the kind {type(unexpected).__name__}")
