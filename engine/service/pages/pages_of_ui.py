"""The console and the Capture App: found by entry point, mounted; where one is absent a page says what to do."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, cast

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.service.pages.ready_files import ReadyFiles

if TYPE_CHECKING:
    from streamlit.starlette import App as StreamlitApp

GROUP = "selfie.apps"
HOW = "Run <code>make setup</code> in the project, then start the service again."


def installed_app(name: str) -> Path | None:
    """The path that an installed part of the user interface names, where something is there."""
    for entry in entry_points(group=GROUP, name=name):
        try:
            path = cast("Callable[[], Path]", entry.load())()
        except ImportError:
            return None
        return path if path.exists() else None
    return None


class Missing:
    """Answers 503 with what to do."""

    def __init__(self, title: str, what: str, how: str = HOW) -> None:
        page = (resources.files("engine.service") / "pages" / "missing.html").read_text(encoding="utf-8")
        self._page = page.replace("{title}", title).replace("{what}", what).replace("{how}", how)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4404})
        elif scope["type"] == "http":
            await HTMLResponse(self._page, 503)(scope, receive, send)


def capture_app() -> ASGIApp:
    """The built Capture App as files."""
    folder = installed_app("capture")
    if folder is None or not (folder / "index.html").is_file():
        return Missing("The Capture App is not built", "There is nothing to take a selfie with yet.")
    return ReadyFiles(directory=folder, html=True)


def console_app() -> StreamlitApp | None:
    """The console, to be mounted with its lifespan entered by the outer application; None where it is absent."""
    script = installed_app("console")
    if script is None:
        return None
    from streamlit.starlette import App  # noqa: PLC0415 - a second to import, and only this needs it

    return App(script)


NO_CONSOLE = Missing("The console is not there", "The package was installed without its user interface.")
