"""The Capture App: the pages in which a person takes a selfie. Its source is TypeScript; this names the build."""

from pathlib import Path


def folder() -> Path:
    """The folder of the built pages, which is empty or absent until `make setup` (or `npm run build` here) ran."""
    return Path(__file__).parent / "dist"
