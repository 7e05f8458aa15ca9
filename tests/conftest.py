"""What tests need from outside, found once; what cannot run is listed as *not run, because …*, and fails in CI."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.harness.postgres import PostgresServer, running_postgres, why_no_postgres

ROOT = Path(__file__).parent.parent
IN_CI = os.environ.get("CI") == "true"


def find_chromium() -> str | None:
    """The system's Chromium or Chrome."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    return None


def folder_from(variable: str) -> Path | None:
    """The folder that an environment variable names, where it exists."""
    named = os.environ.get(variable)
    return Path(named).resolve() if named and Path(named).is_dir() else None


def _why_not(marker: str) -> str | None:
    """Why tests with this marker cannot run here; None where they can."""
    if marker == "browser" and find_chromium() is None:
        return "there is no Chromium (Debian: chromium)"
    if marker == "browser" and not (ROOT / "ui/capture/dist/index.html").is_file():
        return "the Capture App is not built (run `make setup`)"
    if marker == "accuracy" and folder_from("SELFIE_EVAL_DATA") is None:
        return "SELFIE_EVAL_DATA names no folder of labelled images"
    tools = {
        "spark": _why_no_spark,
        "postgres": why_no_postgres,
        "models": _missing_models,
        "accuracy": _missing_models,
    }
    return tools[marker]() if marker in tools else None


def _why_no_spark() -> str | None:
    if find_spec("pyspark") is None:
        return "PySpark is not installed (run `make setup`)"
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        return "there is no Java (Debian: default-jre-headless)"
    return None


def _missing_models() -> str | None:
    from signals.model_store import open_store

    missing = open_store(dict(os.environ)).ensure(progress=False)
    return f"models could not be had: {', '.join(sorted(missing))}" if missing else None


OPTIONAL_MARKERS = ("browser", "accuracy", "models", "postgres", "spark")
NEEDS = {"accuracy": "SELFIE_EVAL_DATA", "models": "SELFIE_MODEL_MIRROR"}
"""These need files that only some machines have, named by a variable; all else is installed by the CI script."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take out what cannot run here, with its reason; in CI a missing tool fails the test instead."""
    reasons: dict[str, str | None] = {}
    for item in items:
        for marker in OPTIONAL_MARKERS:
            if item.get_closest_marker(marker) is None:
                continue
            if marker not in reasons:
                reasons[marker] = _why_not(marker)
            reason = reasons[marker]
            if reason is None:
                continue
            lenient = not IN_CI or (marker in NEEDS and NEEDS[marker] not in os.environ)
            item.add_marker(
                pytest.mark.skip(reason=f"not run, because {reason}") if lenient else pytest.mark.missing(reason)
            )


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark that turns a missing tool into a failure, and take chance out of what hypothesis draws."""
    config.addinivalue_line("markers", "missing(reason): the tool that this test needs is not there")
    # The same examples each time, the long ones too, and no clock: what fails, fails for a reason that stays.
    quiet = list(HealthCheck)
    settings.register_profile("suite", deadline=None, derandomize=True, database=None, suppress_health_check=quiet)
    settings.load_profile("suite")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail, in CI, what a missing tool keeps from running."""
    missing = item.get_closest_marker("missing")
    if missing is not None:
        pytest.fail(f"not run, because {missing.args[0]}", pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once for each reason what was not run; the reports come from all processes that ran tests."""
    skipped = (str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ()))
    for reason, count in sorted(Counter(skipped).items()):
        terminalreporter.write_line(f"{count} tests {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def eval_data() -> Path:
    """The folder of labelled images; only for tests marked `accuracy`."""
    folder = folder_from("SELFIE_EVAL_DATA")
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def model_cache() -> dict[str, str]:
    """The settings with which the model store finds verified models; for tests marked `models` or `accuracy`."""
    return {name: value for name, value in os.environ.items() if name.startswith("SELFIE_MODEL_")}


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's executable; only for tests marked `browser`."""
    found = find_chromium()
    assert found is not None
    return found


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL of this test process; only for tests marked `postgres`."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The SQLAlchemy address of an empty PostgreSQL database of this test; only for tests marked `postgres`."""
    with postgres_server.fresh_database() as url:
        yield url
