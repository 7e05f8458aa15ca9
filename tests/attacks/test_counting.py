"""What the bench counts, what it calls a miss, and the page that it writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.attacks import table as tables
from benchmarks.attacks.clips import portrait
from benchmarks.attacks.films import still_with_noise
from benchmarks.attacks.run import DECIDED_BY, planned
from benchmarks.attacks.species import SPECIES
from benchmarks.attacks.table import BEGIN, END, missed, table, write
from benchmarks.attacks.takes import Take
from benchmarks.attacks.tally import Result, tally

STILL = Result("still", "standard", True, "smile", "smile", 0, "reject", ("R1821", "I834"), {})
PERSON = Result("bona-fide", "standard", True, "smile", "smile", 0, "accept", ("I1840",), {})


def test_a_cell_counts_sessions_clips_and_recordings_apart() -> None:
    found = tally([STILL, replace(STILL, clip="smile-small"), replace(STILL, clip="carphone", recording="carphone")])
    assert (found.sessions, found.clips, found.recordings) == (3, 3, 2)
    assert found.endings == {"reject": 3}
    assert found.reasons == {"R1821": 3}


def test_none_accepted_of_three_leaves_up_to_seven_tenths() -> None:
    low, high = tally([STILL] * 3).accepted
    assert low == 0
    assert high == pytest.approx(0.7076, abs=1e-4)  # 1 - 0.025 ** (1 / 3)


@pytest.mark.parametrize("name", [one.name for one in SPECIES if one.expected in {"never", "challenge"}])
def test_an_accepted_attack_is_a_miss_where_a_challenge_is_asked(name: str) -> None:
    passed = replace(STILL, species=name, ending="accept")
    assert missed([passed])
    assert not missed([replace(passed, ending="review")])
    assert not missed([replace(passed, masked=False)]), "as it comes, the harness is told by what it is"


def test_bona_fide_that_nobody_passes_is_a_miss() -> None:
    assert not missed([PERSON])
    assert missed([replace(PERSON, ending="review")])


def test_what_nothing_stops_is_no_miss_and_stands_first() -> None:
    open_ones = [one.name for one in SPECIES if one.expected == "open"]
    results = [replace(STILL, species=name, ending="accept") for name in (*open_ones, "still")]
    assert not missed([one for one in results if one.species != "still"])
    page = table([*results, PERSON])
    titles = {one.name: one.title for one in SPECIES}
    assert all(page.index(titles[name]) < page.index(titles["still"]) for name in open_ones)


def test_the_page_keeps_what_stands_around_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "accuracy.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    monkeypatch.setattr(tables, "PAGE", page)
    write([STILL])
    text = page.read_text()
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "| Still | standard |" in text


def test_the_page_has_the_marks() -> None:
    text = tables.PAGE.read_text()
    assert text.count(BEGIN) == text.count(END) == 1


def test_a_plan_runs_each_species_under_each_challenge_that_it_attacks() -> None:
    plans = list(planned(SPECIES, [portrait()], 3, 1))
    assert {plan.asked for plan in plans} == set(DECIDED_BY)
    for one in SPECIES:
        sessions = [plan for plan in plans if plan.species is one and plan.masked]
        assert len(sessions) == (one.sessions or 3) * len(one.asked)
        assert len({plan.seed for plan in sessions}) == (one.sessions or 3)


def test_films_are_the_same_for_a_seed_and_new_for_another() -> None:
    clip = portrait()
    assert np.array_equal(Take(clip, 1).at(2.0), Take(clip, 1).at(2.0))
    assert not np.array_equal(Take(clip, 1).at(2.0), Take(clip, 2).at(2.0))
    noisy = still_with_noise(clip, 1).jpegs
    assert len(set(noisy)) == len(noisy), "no two frames are equal"
