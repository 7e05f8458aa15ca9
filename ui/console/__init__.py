"""The console: a Streamlit app that speaks to the service over HTTP only."""

from pathlib import Path


def script() -> Path:
    """The entry script. Streamlit finds the console's settings in `.streamlit/config.toml` beside it."""
    return Path(__file__).parent / "app.py"
