"""The shipped cards say what their JSON says, and the JSON what is measured."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from signals.accuracy.bootstrap import Figure
from signals.accuracy.card import render_card
from signals.accuracy.command import measure_folders
from signals.accuracy.results import Report, from_json, to_json
from signals.age.interval import read_fitted

CARDS = Path(__file__).parents[3] / "docs" / "models"
MEASURES = ("face", "liveness", "age")
TOLERANCE = 0.02
"""Of a share, or of an age in units of ten years: what another processor's arithmetic may move; or one image of a
small set."""


def shipped(what: str) -> Report:
    return from_json((CARDS / f"{what}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("what", MEASURES)
def test_a_card_is_what_its_json_gives(what: str) -> None:
    card = render_card(shipped(what), what)
    assert (CARDS / f"{what}.md").read_text(encoding="utf-8") == card.text
    assert {path.name for path in CARDS.glob(f"{what}-*.svg")} == set(card.pictures)
    for name, svg in card.pictures.items():
        assert (CARDS / name).read_text(encoding="utf-8") == svg


@pytest.mark.parametrize("what", MEASURES)
def test_json_reads_back_to_itself(what: str) -> None:
    text = (CARDS / f"{what}.json").read_text(encoding="utf-8")
    assert to_json(from_json(text)) == text


@pytest.mark.parametrize("what", MEASURES)
def test_the_first_paragraph_says_where_not_to_trust_it_with_figures(what: str) -> None:
    _, first, *_ = (CARDS / f"{what}.md").read_text(encoding="utf-8").split("\n\n")
    assert first.startswith(("Do not ", "Never "))
    assert re.search(r"\d %", first)
    assert re.search(r"n = \d+, \d+ people", first)


@pytest.mark.parametrize("what", MEASURES)
def test_each_set_is_named_with_its_limits(what: str) -> None:
    text = (CARDS / f"{what}.md").read_text(encoding="utf-8")
    for one in shipped(what).sets:
        assert one.limits
        assert f"**{one.name}.** {one.limits}" in text


def test_the_interval_holds_85_to_95_percent_of_people_not_used_to_fit_or_the_card_says_which_band_misses() -> None:
    text = (CARDS / "age.md").read_text(encoding="utf-8")
    for one in shipped("age").sets:
        coverage = one.age[0].refitted
        assert coverage is not None
        assert coverage.all.value is not None
        assert coverage.all.value >= 0.85
        for band, figure in coverage.by_band.items():
            if figure.value is not None and figure.value < 0.85:
                assert re.search(rf"It misses, below 85 %: [^*]*{re.escape(band)}", text)


def test_the_card_says_what_one_set_alone_would_promise_as_the_fit_measured_it() -> None:
    fitted = read_fitted()
    first, second = fitted.fitted_on_one_alone["utkface"], fitted.fitted_on_one_alone["fairface540"]
    sizes = fitted.sets["utkface"], fitted.sets["fairface540"]
    said = (
        f"alone holds {first['utkface'] * 100:.0f} % of UTKFace and {first['fairface540'] * 100:.0f} % of FairFace, "
        f"one fitted on FairFace alone {second['utkface'] * 100:.0f} % and {second['fairface540'] * 100:.0f} % "
        f"(images not used to fit, n = {sizes[0]} and {sizes[1]})"
    )
    assert said in (CARDS / "age.md").read_text(encoding="utf-8")


def figures(tree: object, place: str = "") -> Iterator[tuple[str, Figure]]:
    """Every figure in a report with its place."""
    if isinstance(tree, Figure):
        yield place, tree
    elif is_dataclass(tree):
        for field in fields(tree):
            yield from figures(getattr(tree, field.name), f"{place}.{field.name}")
    elif isinstance(tree, dict):
        for name, value in tree.items():
            yield from figures(value, f"{place}[{name}]")
    elif isinstance(tree, list | tuple):
        for number, value in enumerate(tree):
            yield from figures(value, f"{place}[{number}]")


def test_every_figure_tells_how_many_images_and_people_are_behind_it() -> None:
    for what in MEASURES:
        for place, figure in figures(shipped(what)):
            assert figure.value is None or (figure.n >= figure.subjects > 0), f"{what}{place}"
            if figure.value is not None and figure.low is not None and figure.high is not None:
                assert figure.low - 1e-9 <= figure.value <= figure.high + 1e-9, f"{what}{place}"


@pytest.mark.accuracy
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("what", "name"), [("liveness", "replay_selfie"), ("face", "replay_selfie"), ("age", "fairface540")]
)
def test_measuring_again_gives_the_shipped_figures(
    what: str, name: str, eval_data: Path, model_cache: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On the smallest set of each measure, read anew."""
    journal = tmp_path_factory.getbasetemp() / "cards"
    settings = {**os.environ, **model_cache}
    fresh = measure_folders([eval_data / name], frozenset({what}), settings, jobs=2, journal=journal).about(what)
    before = next(one for one in shipped(what).sets if one.name == name)
    (after,) = fresh.sets
    assert fresh.models == shipped(what).models
    assert (before.listed, before.measured, before.people) == (after.listed, after.measured, after.people)
    again = dict(figures(after))
    for place, figure in figures(before):
        if "refitted" in place:
            continue  # needs both sets of ages
        assert again[place].n == figure.n, place
        if figure.value is None:
            continue
        value = again[place].value
        assert value is not None, place
        unit = (
            10.0 if re.search(r"errors|bias|by_group|width|by_band\[.*(mae|percent)", place) and what == "age" else 1.0
        )
        assert abs(value - figure.value) <= max(TOLERANCE * unit, 1.5 / figure.n), place
