"""Packs and lists of a folder of one's own: beside a policy's file, and in `SELFIE_POLICIES`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine import load_policy
from engine.cli import app
from engine.diagnostics import Refused
from engine.policy import shipped_catalogue
from engine.policy.packs import Pack
from engine.policy.registers import shelf_of
from tests.packs.registers import BROKEN, DENIED, PACK, record
from tests.service.conftest import running

GATE = """
policy: gate
parameters:
  age: {title: Age, range: [0, 30], pack: age_of_access}
otherwise: accept
rules:
  - {id: under-age, when: {"<": [{var: age.predicted}, {param: age}]}, then: reject, reason: R845}
"""
OURS = PACK.replace("pack: ages", "pack: age_of_access")


def folder(where: Path, **files: str) -> Path:
    """A folder with files: `packs__ages` is `packs/ages.yaml`."""
    for name, text in files.items():
        file = where / f"{name.replace('__', '/')}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return where


def test_a_pack_beside_the_policy_goes_before_the_shipped_one(tmp_path: Path) -> None:
    """Whole: what only the shipped one has is not there."""
    policy = load_policy(folder(tmp_path, gate=GATE, packs__age_of_access=OURS) / "gate.yaml")
    ours = {"age.predicted": 15.0, **record(market="AU", product="a", day="2026-01-01")}
    assert policy.decide(ours).outcome == "reject"
    assert policy.decide({**ours, **record(product="social_media")}).outcome == "review"
    plain = load_policy(folder(tmp_path / "plain", gate=GATE) / "gate.yaml")
    assert plain.decide({**ours, **record(product="social_media")}).outcome == "reject"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"packs__ages": BROKEN}, "missing-key"),
        ({"packs__other": PACK}, "wrong-name"),
        ({"packs__ages": PACK, "lists__ages": DENIED}, "taken-name"),
        ({"lists__denied": DENIED.replace("device.os", "device.so")}, "unknown-feature"),
        ({"packs__ages": "x" * 1_100_000}, "too-large"),
    ],
)
def test_the_operators_own_mistakes_stop_the_start(tmp_path: Path, files: dict[str, str], code: str) -> None:
    """Also where no policy names what has them, and with its place."""
    own = folder(tmp_path / "own", **files)
    with pytest.raises(Refused) as refused, running(tmp_path, policies=own):
        pass
    assert code in {each.code for each in refused.value.diagnostics}
    assert all(each.location.source.startswith(str(own)) for each in refused.value.diagnostics)


def test_the_shelf_reads_what_is_asked_for(tmp_path: Path) -> None:
    """Each once, and a broken one spoils no other."""
    shelf = shelf_of(shipped_catalogue(), folder(tmp_path, packs__ages=PACK, packs__broken=BROKEN))
    found = shelf.get("ages")
    assert isinstance(found, Pack)
    assert shelf.get("ages") is found
    with pytest.raises(Refused):
        shelf.get("broken")


def test_check_looks_at_packs_and_lists(tmp_path: Path) -> None:
    """Warnings are exit 0, mistakes 1; the lines of a list are not shown."""
    own = folder(tmp_path, packs__ages=PACK, lists__denied=DENIED, lists__bad=DENIED.replace("by: ana", "to: ana"))
    files = [str(own / name) for name in ("packs/ages.yaml", "lists/denied.yaml")]
    good = CliRunner().invoke(app, ["policy", "check", *files])
    assert good.exit_code == 0
    assert "warning: unverified: the figure for `NZ a` is not verified" in good.stdout
    assert f"{files[1]}: good" in good.stdout
    bad = CliRunner().invoke(app, ["policy", "check", str(own / "lists/bad.yaml")])
    assert bad.exit_code == 1
    assert "unknown-key: key `to` does not exist in an entry" in bad.stdout
    assert not [value for value in ("Plan 9", "TempleOS") if value in good.stdout + bad.stdout]


def test_check_of_a_policy_says_what_is_not_verified(tmp_path: Path) -> None:
    """A warning in JSON too, and the policy still loads."""
    file = folder(tmp_path, gate=GATE, packs__age_of_access=OURS) / "gate.yaml"
    result = CliRunner().invoke(app, ["policy", "check", "--json", str(file)])
    (report,) = json.loads(result.stdout)["files"]
    assert (result.exit_code, report["ok"]) == (0, True)
    assert [(each["code"], each["severity"]) for each in report["diagnostics"]] == [("unverified", "warning")]


def test_a_policy_over_a_broken_pack_says_where(tmp_path: Path) -> None:
    """One mistake, with the pack's own place and the command that shows the rest."""
    file = folder(tmp_path, gate=GATE, packs__age_of_access="pack: age_of_access") / "gate.yaml"
    with pytest.raises(Refused) as refused:
        load_policy(file)
    (told,) = refused.value.diagnostics
    assert told.code == "broken-register"
    assert "packs/age_of_access.yaml:1:1: a pack needs `title`, and 3 more" in told.message
    assert told.hint == f"selfie policy check {tmp_path}/packs/age_of_access.yaml"


def test_a_figure_that_changes_shows_in_the_difference(tmp_path: Path) -> None:
    """The texts are the same and the decisions are not."""
    one = folder(tmp_path / "one", gate=GATE, packs__age_of_access=OURS) / "gate.yaml"
    changed = OURS.replace("value: 16", "value: 17")
    two = folder(tmp_path / "two", gate=GATE, packs__age_of_access=changed) / "gate.yaml"
    result = CliRunner().invoke(app, ["policy", "diff", str(one), str(two)])
    assert result.exit_code == 1
    assert result.stdout.startswith("the texts are the same\npack or list `age_of_access` differs\nstandard:")
    assert "accept → reject" in result.stdout
    assert '"context.market": "AU"' in result.stdout
    same = CliRunner().invoke(app, ["policy", "diff", str(one), str(one)])
    assert (same.exit_code, same.stdout) == (0, "the texts are the same\n")
