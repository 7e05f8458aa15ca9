"""`selfie keys list` and `revoke`, beside a service that runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from engine.commands import keys, run
from engine.diagnostics import Refused
from tests.service.conftest import Running


def told(data: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of `selfie keys …`."""
    app = typer.Typer()
    keys.mount(app)
    done = CliRunner().invoke(app, ["keys", *arguments], env={"SELFIE_DATA": str(data)})
    return done.exit_code, done.stdout, done.stderr


def test_a_key_is_made_listed_used_and_revoked(service: Running) -> None:
    code, out, _ = told(service.data, "create", "--environment", "Production", "--name", "shop", "--json")
    made = json.loads(out)
    assert code == 0
    asking = {"Authorization": f"Bearer {made['key']}"}
    assert service.client.get("/api/evaluation", headers=asking).status_code == 200
    _, listed, _ = told(service.data, "list", "--json")
    found = {each["id"]: each for each in map(json.loads, listed.splitlines())}
    assert made["key"] not in listed
    assert (found[made["id"]]["name"], found[made["id"]]["revoked_at"]) == ("shop", None)
    assert told(service.data, "revoke", made["id"])[:2] == (0, "revoked\n")
    service.services.keys._found.forget()  # the second goes by
    assert service.client.get("/api/evaluation", headers=asking).status_code == 401
    assert service.client.get("/api/evaluation").status_code == 200, "another key"
    line = next(each for each in told(service.data, "list")[1].splitlines() if made["id"] in each)
    assert "  revoked 2" in line


@pytest.mark.parametrize("name", ["nothing", "' OR 1=1 --"])
def test_a_key_that_is_not_there_is_a_finding(service: Running, name: str) -> None:
    code, out, err = told(service.data, "revoke", "--", name)
    assert (code, out) == (1, "")
    assert "selfie keys list" in err
    assert service.client.get("/api/evaluation").status_code == 200


def test_run_says_what_to_do_when_its_own_key_was_revoked(service: Running) -> None:
    key = run.sandbox_key(service.services)
    row = next(each.key for each in service.services.keys.all() if each.key.name == "sandbox")
    service.services.keys.revoke(row.id, service.clock.now())
    with pytest.raises(Refused) as refused:
        run.sandbox_key(service.services)
    assert key.secret not in str(refused.value)
    assert "delete `" in str(refused.value)
    assert "sandbox.key`" in str(refused.value)
