"""`selfie policy`: what each command prints, as text and as JSON, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from engine.commands.policy import app
from tests.policy.shipped import FOLDER, NAMES

SELFIE = str(FOLDER / "selfie.yaml")
GOOD = '{"face.count": 1, "liveness.passive_score": 0.93, "age.predicted": 31.0}'
BROKEN = Path(__file__).parent.parent / "broken" / "unknown_feature.yaml"


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    """One command."""
    return CliRunner().invoke(app, list(arguments), input=stdin)


def told(result: Result) -> Any:
    """The JSON that a command printed."""
    return json.loads(result.stdout)


def test_check_of_good_files() -> None:
    """Every shipped policy is good, also one with a warning."""
    files = [str(FOLDER / f"{name}.yaml") for name in NAMES]
    result = run("check", *files)
    assert result.exit_code == 0
    last = [line for line in result.stdout.splitlines() if ": good" in line]
    assert last == [f"{file}: good{', 1 warning' if file.endswith('age_gate.yaml') else ''}" for file in files]


def test_check_tells_every_mistake_and_goes_on() -> None:
    """Exit code 1; the good file beside it is told too."""
    result = run("check", str(BROKEN), SELFIE)
    assert result.exit_code == 1
    assert "unknown-feature: feature `livness.passive_score` does not exist" in result.stdout
    assert "^ did you mean `liveness.passive_score`?" in result.stdout
    assert f"{SELFIE}: good" in result.stdout


def test_check_as_json() -> None:
    """Diagnostics with their place."""
    files = told(run("check", str(BROKEN), SELFIE, "--json"))["files"]
    assert [file["ok"] for file in files] == [False, True]
    expected = {"code": "unknown-feature", "severity": "error", "line": 10, "column": 24}
    assert files[0]["diagnostics"][0].items() >= expected.items()


def test_decide_as_json() -> None:
    """The object that integrators read."""
    result = run("decide", SELFIE, "--features", GOOD, "--json")
    assert result.exit_code == 0
    assert told(result) == {
        "decision": "accept",
        "strategy": "standard",
        "reasonCodes": ["I834", "I845"],
        "rules": ["live", "of-age"],
        "unknown": [],
    }


def test_decide_as_text_from_stdin() -> None:
    """A record may come by stdin."""
    result = run("decide", SELFIE, "--features", "-", "--strategy", "strict", stdin='{"face.count": 1}')
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "review  I856 R1001",
        "rules: spoof, liveness-uncertain, under-age, within-buffer",
        "unknown: age.predicted, liveness.passive_score",
    ]


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ("{", "not JSON"),
        ("[1]", "a record is an object"),
        ('{"face.count": NaN}', "`NaN` is not a finite number"),
        ('{"face.count": "1"}', "`face.count` is a string, expected an integer"),
        ('{"face.count": 1, "face.count": 2}', "key `face.count` is given twice"),
        ('{"face": {"count": 1}}', "`face` does not exist"),
        ("[" * 100_000, "nests at most"),
    ],
)
@pytest.mark.parametrize("command", ["decide", "explain"])
def test_a_record_that_is_none_is_a_usage_error(command: str, features: str, said: str) -> None:
    """Exit code 2, one line, no traceback."""
    result = run(command, SELFIE, "--features", features)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_file_or_strategy_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    """Exit code 2."""
    for arguments in (
        ("check", "no.yaml"),
        ("decide", "no.yaml", "--features", "{}"),
        ("test", "no.yaml"),
        ("check", str(tmp_path)),
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "Traceback" not in result.output
    result = run("decide", SELFIE, "--features", "{}", "--strategy", "strikt")
    assert (result.exit_code, "did you mean `strict`?" in result.stderr) == (2, True)
    assert run("decide", SELFIE).exit_code == 2


def test_a_broken_policy_cannot_decide() -> None:
    """Exit code 1 and the diagnostics."""
    for command in (
        ("decide", str(BROKEN), "--features", "{}"),
        ("explain", str(BROKEN), "--features", "{}"),
        ("test", str(BROKEN)),
    ):
        result = run(*command)
        assert result.exit_code == 1
        assert "unknown-feature" in result.stderr


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * (2 * 1024 * 1024), b""])
def test_a_file_that_is_no_text_is_told(content: bytes, tmp_path: Path) -> None:
    """As a finding, with the file's name."""
    file = tmp_path / "p.yaml"
    file.write_bytes(content)
    result = run("check", str(file))
    assert (result.exit_code, str(file) in result.stdout) == (1, True)


def test_explain_as_a_tree() -> None:
    """Each rule with its mark, and the values that it saw."""
    result = run(
        "explain", SELFIE, "--features", '{"face.count": 1, "age.predicted": 20, "liveness.passive_score": 0.9}'
    )
    lines = result.stdout.splitlines()
    assert lines[0] == "selfie · standard: review  R1301 I834"
    assert "├─ ✓ within-buffer → review R1301" in lines
    assert "│  └─ age.predicted < (age_of_access + age_buffer) = true" in lines
    assert "│     ├─ age.predicted = 20" in lines
    assert "├─ · no-face" in lines


def test_explain_as_json() -> None:
    """One entry of the API's trace."""
    trace = told(run("explain", SELFIE, "--features", GOOD, "--json"))
    assert set(trace) >= {"policy", "sha256", "strategy", "decision", "unknown", "parameters", "rules"}
    assert set(trace["rules"][0]) >= {"id", "result", "fired", "outcome", "reason", "line", "tree"}


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_of_shipped_policies_pass(name: str) -> None:
    """They lie beside the policy."""
    result = run("test", str(FOLDER / f"{name}.yaml"))
    assert result.exit_code == 0
    assert result.stdout.rstrip().endswith("cases pass")


def test_a_failing_case_is_a_finding(tmp_path: Path) -> None:
    """With its place, what was expected and what came."""
    cases = tmp_path / "cases.yaml"
    cases.write_text("cases:\n  - {id: a, given: {face.count: 0}, expect: {decision: accept}}\n")
    result = run("test", SELFIE, "--cases", str(cases))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{cases}:2:5: a: decision: expected accept, got reject",
        "0 of 1 cases pass",
    ]
    assert told(run("test", SELFIE, "--cases", str(cases), "--json"))["cases"][0]["passed"] is False


def test_a_policy_without_cases_is_a_finding(tmp_path: Path) -> None:
    """What nobody has tried is not tested."""
    policy = tmp_path / "p.yaml"
    policy.write_text((FOLDER / "selfie.yaml").read_text())
    result = run("test", str(policy))
    assert (result.exit_code, "no-cases" in result.stderr) == (1, True)
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "p.yaml").write_text("cases:\n- {id: a}\n")
    result = run("test", str(policy))
    assert (result.exit_code, "no-expectation" in result.stderr) == (1, True)


def test_eval_answers_every_line() -> None:
    """Whatever it is, each line gets an answer of its own and the next is read."""
    lines: list[bytes] = [
        b'{"rule": {"<": [{"var": "device.risk"}, 0.3]}, "data": {"device": {"risk": 0.1}}}',
        b'{"rule": {"<": [{"var": "device.risk"}, 0.3]}, "data": {}}',
        b'{"rule": {"<": [{"var": "device.risk"}, 0.3]}, "data": {"device": {"risk": "low"}}}',
        b'{"rule": {"!": [' * 100_000,
        b'{"rule": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"rule": 1, "data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"rule": NaN}',
        b'{"rule": {"+": [' + b"9" * 5000 + b", 1]}}",
        b'{"rule": {"+": [9007199254740993, 0]}}',
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"rule": "' + b"x" * 2_000_000 + b'"}',
        b'{"rule": {"var": "__import__(\'os\')"}, "data": {"__import__(\'os\')": "\\"; x"}}',
        b'{"rule": {"and": [true, true]}}',
    ]
    result = run("eval", stdin=b"\n".join(lines))
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    codes = [answer["error"]["code"] if "error" in answer else answer for answer in answers]
    assert codes == [
        {"result": True}, {"unknown": ["device.risk"]}, "type-mismatch", "too-large", "too-deep", "too-deep",
        "not-finite", "not-finite", {"result": 9007199254740992}, "bad-json", "bad-text", "bad-line", "too-large",
        {"result": '"; x'}, {"result": True},
    ]  # fmt: skip


def test_eval_answers_before_the_next_line_is_asked() -> None:
    """A program may talk with it, line by line, through the installed command's own entry."""
    command = [sys.executable, "-c", "from engine.cli import main; main()", "policy", "eval"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdin
        assert process.stdout
        for number in range(3):
            process.stdin.write(json.dumps({"rule": {"+": [{"var": "n"}, 1]}, "data": {"n": number}}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == {"result": number + 1}
        process.stdin.close()
    assert process.returncode == 0
