"""`selfie models evaluate` as a person calls it: figures that can be worked out by hand, exit codes, cards."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from signals.accuracy.command import evaluate
from signals.accuracy.results import Report, from_json
from tests.signals.accuracy import lamp
from tests.signals.accuracy.pictures import EVERYTHING, LIVE, folder_of

AGES = {f"{age}.png": (f"{age},,p{age}", age + 5) for age in (8, 14, 17, 20, 23, 30, 40, 60)}


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lamp's providers stand where the installed ones would be found."""
    groups = {
        "selfie.providers": EntryPoints(EntryPoint(n, t, "selfie.providers") for n, t in lamp.SPEC.items()),
        "selfie.models": EntryPoints([EntryPoint("default", lamp.STORE, "selfie.models")]),
    }
    monkeypatch.setattr("signals.accuracy.pipeline.entry_points", lambda group: groups[group])
    for name in ("SELFIE_LAMP", "SELFIE_ONNX_THREADS"):
        monkeypatch.delenv(name, raising=False)


def selfie(*arguments: str | Path, tmp_path: Path) -> Result:
    app = typer.Typer()
    app.command()(evaluate)
    return CliRunner().invoke(app, [*map(str, arguments), "--jobs", "1", "--journal", str(tmp_path / "journal")])


def report_of(result: Result) -> Report:
    return from_json(result.stdout)


def test_liveness_figures_worked_by_hand(tmp_path: Path) -> None:
    """Live are .78 to .81; prints .16 to .18; replays .47, .55, .63, .71. Each of four people has all of it."""
    folder = folder_of(tmp_path / "set", EVERYTHING)
    result = selfie(folder, "--json", tmp_path=tmp_path)
    assert result.exit_code == 0, result.output
    (one,) = report_of(result).sets
    frame, clip = one.liveness
    assert (frame.unit, clip.unit) == ("frame", "clip")
    assert frame.presentations == {"live": 8, "print": 8, "replay": 4}
    assert clip.presentations == {"live": 4, "print": 4}
    assert frame.auc.value == 1.0
    at = {level.threshold: level for level in frame.at}
    assert at[0.5].apcer["print"].value == 0
    assert at[0.5].apcer["replay"].value == 0.75
    assert at[0.7].apcer["replay"].value == 0.25
    assert at[0.7].worst == "replay"
    assert at[0.8].bpcer.value == 5 / 8, "200 to 204 of 255; the last falls below by its one marked pixel"
    assert (at[0.5].apcer["replay"].n, at[0.5].apcer["replay"].subjects) == (4, 4)
    wanted = {level.apcer: level for level in frame.wanted}
    assert wanted[0.1].threshold.value == pytest.approx(180 / 255, abs=2e-3), "just above the brightest replay"
    assert wanted[0.1].bpcer.value == 0


def test_age_figures_worked_by_hand(tmp_path: Path) -> None:
    """Everybody looks five years older; the interval reaches ten years either way."""
    folder = folder_of(tmp_path / "ages", AGES, header="file,age,group,subject")
    result = selfie(folder, "--only", "age", "--json", tmp_path=tmp_path)
    (one,) = report_of(result).sets
    (age,) = one.age
    assert age.errors.mae.value == pytest.approx(5, abs=0.1)
    assert age.errors.bias.value == pytest.approx(5, abs=0.1)
    assert list(age.by_band) == ["0-12", "13-15", "16-17", "18-20", "21-24", "25-34", "35-44", "55-64"]
    passes = age.passes["18"]
    assert [figure.value for figure in passes["16-17"].by_buffer] == [1] * 4 + [0] * 7, "looks a little under 22"
    assert passes["13-15"].by_buffer[0].value == 1
    assert passes["0-12"].by_buffer[0].value == 0
    assert (passes["16-17"].side, passes["18-20"].side) == ("under", "over")
    assert passes["25-34"].by_lower.value == 1
    assert passes["18-20"].by_lower.value == 0
    assert age.shipped is not None
    assert age.shipped.all.value == 1
    assert age.shipped.width.value == pytest.approx(20, abs=0.1)
    assert one.liveness == []


def test_bins_are_measured_to_their_middle_and_open_ones_only_among_those_who_pass(tmp_path: Path) -> None:
    """Predicted is the grey: 15 of 10-19 is half a year over the middle, 22 of 20-29 is two and a half under."""
    rows = {"a.png": ("10-19,p1", 15), "b.png": ("20-29,p2", 22), "c.png": ("70+,p3", 80), "d.png": ("0-9,p4", 5)}
    folder = folder_of(tmp_path / "bins", rows, header="file,age_bin,subject")
    (one,) = report_of(selfie(folder, "--only", "age", "--json", tmp_path=tmp_path)).sets
    (age,) = one.age
    assert (age.labels, age.presentations, age.without_point) == ("bins", 4, 1)
    assert age.by_band["10-19"].bias.value == pytest.approx(0.5, abs=0.1)
    assert age.by_band["20-29"].bias.value == pytest.approx(-2.5, abs=0.1)
    assert list(age.by_band) == ["0-9", "10-19", "20-29"]
    sides = {band: passes.side for band, passes in age.passes["18"].items()}
    assert sides == {"0-9": "under", "10-19": "across", "20-29": "over", "70+": "over"}
    assert age.passes["18"]["70+"].by_buffer[10].value == 1


def test_everything_that_was_left_out_is_printed_and_the_exit_code_says_so(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", EVERYTHING)
    with (folder / "labels.csv").open("a", encoding="utf-8") as file:
        file.writelines(["gone.png,live,,p1,\n", "live0.png,spoof,print,p0,\n"])
    result = selfie(folder, tmp_path=tmp_path)
    assert result.exit_code == 1
    for text in (
        "missing-file: 1",
        "two-labels: 2",
        "gone.png: there is no such file",
        "live0.png: has different labels",
    ):
        assert text in result.stdout
    assert "19 of 22 images" in result.stdout


def test_a_folder_that_cannot_be_measured_is_a_usage_error(tmp_path: Path) -> None:
    result = selfie(tmp_path / "nowhere", tmp_path=tmp_path)
    assert result.exit_code == 2
    assert "labels.csv: cannot be read" in result.stderr
    assert selfie(tmp_path, "--only", "beauty", tmp_path=tmp_path).exit_code == 2


def test_names_in_labels_are_text_and_no_markup(tmp_path: Path) -> None:
    rows = {**LIVE, **{f"x{n}.png": ("spoof,[/red]<b>a|b,p1,", 50 + n) for n in range(3)}}
    folder = folder_of(tmp_path / "set[bold]", rows)
    (folder / "set.yaml").write_text("title: '[/nothing]'\n", encoding="utf-8")
    result = selfie(folder, "--card", tmp_path / "card.md", tmp_path=tmp_path)
    assert result.exit_code == 0, result.output
    assert "[/nothing]" in result.stdout
    card = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert "[/red]&lt;b>a/b" in card


def test_two_folders_of_one_name_are_refused(tmp_path: Path) -> None:
    first, second = (folder_of(tmp_path / side / "set", LIVE) for side in "ab")
    result = selfie(first, second, tmp_path=tmp_path)
    assert result.exit_code == 2
    assert "two folders are called set" in result.stderr


def test_an_absent_model_is_no_failure_to_acquire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFIE_LAMP", "absent")
    result = selfie(folder_of(tmp_path / "set", EVERYTHING), "--json", tmp_path=tmp_path)
    assert result.exit_code == 1
    (one,) = report_of(result).sets
    assert one.broken == {"liveness": 28}
    assert one.liveness == []
    assert one.faces is not None


def test_one_class_and_one_subject_are_told_and_give_no_made_up_figure(tmp_path: Path) -> None:
    rows = {name: (cells.replace(cells.split(",")[2], "p0"), grey) for name, (cells, grey) in LIVE.items()}
    result = selfie(folder_of(tmp_path / "set", rows), "--json", tmp_path=tmp_path)
    assert result.exit_code == 1
    (one,) = report_of(result).sets
    assert {problem.code for problem in one.problems} == {"one-class-only", "one-subject-only"}
    assert one.liveness[0].auc.value is None
    assert one.liveness[0].det == {}
    assert one.liveness[0].at[0].bpcer.subjects == 1


def test_one_person_who_is_refused_is_seen_behind_the_mean(tmp_path: Path) -> None:
    """Three people have bright frames; of the fourth three of five are dim."""
    rows = {f"p{p}-{n}.png": (f"live,,p{p},", 220 + n) for p in range(3) for n in range(5)}
    rows |= {f"dim{n}.png": ("live,,p3,", 100 + n if n < 3 else 230) for n in range(5)}
    report = report_of(selfie(folder_of(tmp_path / "set", rows), "--json", tmp_path=tmp_path))
    assert report.sets[0].liveness[0].refused_by_person["0.7"] == [0, 0, 0, 0.6]


def test_rules_for_bursts_are_compared_at_their_own_thresholds(tmp_path: Path) -> None:
    """Each burst holds one dim frame. The lowest frame refuses all the living at .5, yet tells both apart as well."""
    greys = (200, 100, 210)
    live = {f"l{p}-{n}.png": (f"live,,p{p},l{p}", grey + p) for p in range(6) for n, grey in enumerate(greys)}
    attack = {
        f"a{p}-{n}.png": (f"spoof,print,p{p},a{p}", grey - 90 + p) for p in range(6) for n, grey in enumerate(greys)
    }
    report = report_of(selfie(folder_of(tmp_path / "set", {**live, **attack}), "--json", tmp_path=tmp_path))
    three = next(burst for burst in report.bursts if burst.size == 3)
    assert (three.live, three.attacks, three.clips) == (6, {"print": 6}, 12)
    median, lowest = three.rules["median"], three.rules["worst 1"]
    assert (median.auc.value, lowest.auc.value) == (1, 1)
    assert (median.bpcer["0.5"].value, lowest.bpcer["0.5"].value) == (0, 1)
    assert (median.bpcer_at_apcer["0.05"].value, lowest.bpcer_at_apcer["0.05"].value) == (0, 0)


def test_several_sets_are_reported_apart_and_together(tmp_path: Path) -> None:
    one = folder_of(tmp_path / "one", EVERYTHING)
    shifted = {name: (cells, grey + 3) for name, (cells, grey) in EVERYTHING.items()}
    two = folder_of(tmp_path / "two", shifted)
    report = report_of(selfie(one, two, "--json", tmp_path=tmp_path))
    frame = report.together[0]
    assert frame.presentations == {"live": 16, "print": 16, "replay": 8}
    assert frame.auc.subjects == 8, "people of two sets are different people"


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """A folder of cards, made from a set of each kind."""
    folder = tmp_path / "cards"
    folder.mkdir()
    frames = {f"{name[:-4]}-{n}.png": (cells, grey - n) for name, (cells, grey) in EVERYTHING.items() for n in range(3)}
    sets = [folder_of(tmp_path / "faces", frames), folder_of(tmp_path / "ages", AGES, header="file,age,group,subject")]
    result = selfie(*sets, "--card", folder, tmp_path=tmp_path)
    assert result.exit_code == 0, result.output
    return folder


def test_a_folder_gets_a_card_for_each_measure_with_its_sets_only(cards: Path) -> None:
    assert sorted(path.name for path in cards.glob("*.md")) == ["age.md", "face.md", "liveness.md"]
    liveness, age = (from_json((cards / f"{name}.json").read_text(encoding="utf-8")) for name in ("liveness", "age"))
    assert [one.name for one in liveness.sets] == ["faces"]
    assert [one.name for one in age.sets] == ["ages"]
    assert liveness.models == {"liveness": {"lamp": "a" * 64}}


def test_a_card_shows_every_picture_it_has_and_nothing_that_is_no_figure(cards: Path) -> None:
    for card in cards.glob("*.md"):
        text = card.read_text(encoding="utf-8")
        shown = set(re.findall(r"!\[[^]]+\]\(([^)]+)\)", text))
        assert shown == {path.name for path in cards.glob(f"{card.stem}-*.svg")}
        assert not re.search(r"\b(None|nan|inf|Figure)\b", text)
        assert "{" not in text


def test_pictures_are_sound_and_have_words_for_those_who_cannot_see_them(cards: Path) -> None:
    pictures = list(cards.glob("*.svg"))
    assert len(pictures) >= 8
    for picture in pictures:
        text = picture.read_text(encoding="utf-8")
        root = ET.fromstring(text)  # noqa: S314 - our own file
        assert root.find("{http://www.w3.org/2000/svg}title") is not None
        assert root.find("{http://www.w3.org/2000/svg}desc") is not None
        assert "prefers-color-scheme:dark" in text
        assert not re.search(r"nan|inf\b|<script", text)
        numbers = [float(value) for value in re.findall(r'(?:x|y|x1|y1|cx|cy)="([-\d.]+)"', text)]
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        assert min(numbers) >= 0
        assert max(numbers) <= max(width, height)
