"""A diagnostic shows its place, the line, a caret under the column, and a way out."""

from __future__ import annotations

from engine.diagnostics import Diagnostic, Location, Refused, errors, render

TEXT = 'rules:\n  - when: {"<": [{var: livness.score}, 0.3]}\n'


def test_a_diagnostic_is_rendered_with_its_place() -> None:
    mistake = Diagnostic(
        "unknown-feature",
        "feature `livness.score` does not exist",
        Location("selfie.yaml", 2, 24),
        "did you mean `liveness.passive_score`?",
    )
    assert render([mistake], TEXT).splitlines() == [
        "selfie.yaml:2:24: unknown-feature: feature `livness.score` does not exist",
        '  2 |   - when: {"<": [{var: livness.score}, 0.3]}',
        "                             ^ did you mean `liveness.passive_score`?",
    ]


def test_all_are_shown_in_the_order_of_the_text() -> None:
    second, first = Diagnostic("b", "late", Location("f", 2)), Diagnostic("a", "early", Location("f", 1))
    assert [line.split(": ")[1] for line in str(Refused([second, first], TEXT)).splitlines()[::3]] == ["a", "b"]


def test_a_long_line_is_cut_around_the_caret() -> None:
    shown = render([Diagnostic("c", "m", Location("f", 1, 500))], "x" * 499 + "!" + "x" * 500)
    line, caret = shown.splitlines()[1:]
    assert len(line) < 200
    assert line[caret.index("^")] == "!"


def test_a_warning_is_no_error() -> None:
    warning = Diagnostic("w", "m", Location("f"), severity="warning")
    assert errors([warning]) == ()
    assert "warning: w" in render([warning], "x")


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in render([Diagnostic("c", "m", Location("f", 1, 1))], "\x1b[31mred")
