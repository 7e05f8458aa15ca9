"""`capture` and `signals`: the person's selfie, and what providers read of it."""

from __future__ import annotations

from engine.policy.schema.forms import TEXT, listed, told
from engine.workflow.reading.forms.form import Form
from engine.workflow.reading.forms.shapes import ERROR, NEXT, STRATEGY
from engine.workflow.reading.written import Written
from engine.workflow.steps import Capture, Signals


def _capture(written: Written) -> Capture:
    return Capture(
        written.id,
        next=written.goes_on(),
        on_error=written.target("on_error", "error"),
        strategy=written.text("strategy") or None,
    )


def _signals(written: Written) -> Signals:
    return Signals(
        written.id,
        next=written.goes_on(),
        on_error=written.target("on_error", "error"),
        providers=written.existing("providers", "provider", "providers", written.known.providers),
    )


CAPTURE = Form({**NEXT, **ERROR, "strategy": STRATEGY}, (), _capture)
SIGNALS = Form(
    {**NEXT, **ERROR, "providers": told(listed(TEXT, 1), "Signal providers by name.")}, ("providers",), _signals
)
