"""The example policies: good without warnings, every case passes, the cases see all, the readings agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from engine.cli import app
from tests.policy.records import records
from tests.policy.shipped import policy_of

FOLDER = Path(__file__).parent.parent.parent / "examples/policies"
NAMES = sorted(file.stem for file in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_good_and_its_cases_see_all(name: str) -> None:
    """As a person would ask."""
    file = str(FOLDER / f"{name}.yaml")
    assert CliRunner().invoke(app, ["policy", "check", file]).stdout == f"{file}: good\n"
    tested = CliRunner().invoke(app, ["policy", "test", "--cover", file])
    assert (tested.exit_code, "never" in tested.stdout) == (0, False), tested.stdout


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_readings_of_an_example_agree(name: str, data: st.DataObject) -> None:
    """Outcome, codes, rules, unknown names and score."""
    policy = policy_of((FOLDER / f"{name}.yaml").read_text())
    for _ in range(5):
        record = data.draw(records(policy))
        for strategy in policy.strategies:
            assert policy.decide(record, strategy) == policy.explain(record, strategy).decision
