"""Rule sets that policies share: what stands where, what is refused, and what a version of it pins."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from engine.commands.policy import app
from engine.diagnostics import Location, Refused
from engine.logic.mistakes import Mistakes
from engine.logic.strict_json import to_node
from engine.logic.syntax import Entries
from engine.policy import CompiledPolicy, check_policy, read_policy, shipped_catalogue, shipped_reasons
from engine.policy.document import read_document
from engine.policy.include import FolderLibrary
from engine.policy.include.flat import flat
from engine.policy.load import load_policy
from engine.workflow.library import read_library
from tests.policy.shipped import policy_of
from tests.policy.test_schema import plain

FACES = """
ruleset: faces
parameters:
  faces_max: {title: Faces at most, range: [1, 5], value: 1}
rules:
  - {id: no-face, when: {"==": [{var: face.count}, 0]}, then: reject, reason: R857}
  - {id: several-faces, when: {">": [{var: face.count}, {param: faces_max}]}, then: reject, reason: R835}
"""
GATE = """
policy: gate
include: [common/faces.yaml]
otherwise: accept
rules:
  - {id: under-age, when: {"<": [{var: age.predicted}, 18]}, then: reject, reason: R845}
"""
OWN = """
policy: gate
include: [common/faces.yaml]
parameters:
  faces_max: {replaces: true, title: Faces at most, range: [1, 9], value: 3}
strategies:
  standard: {}
  crowd: {faces_max: 9, rules: {without: [no-face]}}
otherwise: accept
rules:
  - {id: under-age, when: {"<": [{var: age.predicted}, 18]}, then: reject, reason: R845}
  - {id: no-face, replaces: true, when: {"==": [{var: face.count}, 0]}, then: review, reason: R857}
"""


def written(folder: Path, gate: str = GATE, **sets: str) -> Path:
    """A policy's file, with rule sets below it."""
    (folder / "common").mkdir(exist_ok=True)
    for name, text in {"faces": FACES, **sets}.items():
        (folder / "common" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "gate.yaml").write_text(gate, encoding="utf-8")
    return folder / "gate.yaml"


def ids(policy: CompiledPolicy) -> list[str]:
    return [rule.id for rule in policy.checked.rules]


def refused(file: Path) -> list[tuple[str, str]]:
    """The codes and sources of all that is said."""
    with pytest.raises(Refused) as told:
        load_policy(file)
    return [(each.code, Path(each.location.source).name) for each in told.value.diagnostics]


def test_what_is_included_stands_first(tmp_path: Path) -> None:
    """Rules in the order of the files; a parameter of a rule set is one of the policy."""
    policy = load_policy(written(tmp_path))
    assert ids(policy) == ["no-face", "several-faces", "under-age"]
    assert policy.parameters() == {"faces_max": 1}
    assert policy.decide({"face.count": 2, "age.predicted": 30}).reasons == ("R835",)


def test_the_own_one_replaces(tmp_path: Path) -> None:
    """In its own place; also a strategy may speak of what was included."""
    policy = load_policy(written(tmp_path, OWN))
    assert ids(policy) == ["several-faces", "under-age", "no-face"]
    assert policy.parameters() == {"faces_max": 3}
    assert policy.decide({"face.count": 0, "age.predicted": 30}).outcome == "review"
    assert policy.decide({"face.count": 0, "age.predicted": 30}, "crowd").outcome == "accept"


def test_order_of_several_and_of_sections(tmp_path: Path) -> None:
    """Sets in the order given, each after what it includes itself; one that is included twice is there once."""
    rule = '- {{id: {}, when: {{"<": [{{var: age.predicted}}, {}]}}, reason: R351}}'
    sets = {
        "a": f"ruleset: a\ninclude: [common/c.yaml]\nrules:\n  {rule.format('a', 10)}\n",
        "b": f"ruleset: b\ninclude: [common/c.yaml]\nrules:\n  {rule.format('b', 11)}\n",
        "c": f"ruleset: c\nrules:\n  {rule.format('c', 12)}\n",
        "t": "ruleset: t\ntables: {t: {hit: all, inputs: [age.predicted], rows: [{id: r, when: [1], reason: R351}]}}\n",
    }
    include = "include: [common/t.yaml, common/b.yaml, common/a.yaml]"
    policy = load_policy(written(tmp_path, f"policy: gate\n{include}\nrules:\n  {rule.format('own', 9)}\n", **sets))
    assert ids(policy) == ["t.r", "c", "b", "a", "own"]


def test_who_includes_both_says_what_replaces(tmp_path: Path) -> None:
    """A rule set cannot replace what another one uses unchanged: the policy that includes both says which holds."""
    rule = '- {{id: x, {}when: {{"<": [{{var: age.predicted}}, {}]}}, reason: R351}}'
    sets = {
        "a": "ruleset: a\ninclude: [common/c.yaml]\n",
        "b": f"ruleset: b\ninclude: [common/c.yaml]\nrules:\n  {rule.format('replaces: true, ', 11)}\n",
        "c": f"ruleset: c\nrules:\n  {rule.format('', 12)}\n",
    }
    include = "policy: gate\ninclude: [common/a.yaml, common/b.yaml]\nrules:\n"
    other = '  - {id: y, when: {"<": [{var: age.predicted}, 16]}, reason: R352}\n'
    assert refused(written(tmp_path, include + other, **sets)) == [("included-twice", "b.yaml")]
    policy = load_policy(written(tmp_path, include + other + f"  {rule.format('replaces: true, ', 9)}\n", **sets))
    assert ids(policy) == ["y", "x"]
    assert policy.decide({"age.predicted": 10}).rules == ("y",)


def test_a_version_pins_what_it_includes(tmp_path: Path) -> None:
    """Its text says all by itself, decides the same, and its hash changes with any file of it."""
    file = written(tmp_path, OWN)
    policy = load_policy(file)
    alone = policy_of(policy.text)
    assert (alone.sha256, ids(alone), alone.text) == (policy.sha256, ids(policy), policy.text)
    for strategy in policy.strategies:
        for count in (0, 1, 4, None):
            record = {"face.count": count, "age.predicted": 30}
            assert alone.decide(record, strategy) == policy.decide(record, strategy)
    (tmp_path / "common" / "faces.yaml").write_text(FACES.replace("R835", "R856"), encoding="utf-8")
    assert load_policy(file).sha256 != policy.sha256


def test_a_policy_that_includes_nothing_keeps_its_text() -> None:
    """To the byte: versions that are stored stay what they are."""
    text = GATE.replace("include: [common/faces.yaml]\n", "") + "# a comment\n"
    assert policy_of(text).text == text


def test_mistakes_have_their_own_file_and_line(tmp_path: Path) -> None:
    """A mistake in a rule set is shown in the rule set."""
    file = written(tmp_path, faces=FACES.replace("var: face.count}, 0", "var: face.cuont}, 0"))
    result = CliRunner().invoke(app, ["check", str(file)])
    line = '  6 |   - {id: no-face, when: {"==": [{var: face.cuont}, 0]}, then: reject, reason: R857}'
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{tmp_path}/common/faces.yaml:6:39: unknown-feature: feature `face.cuont`")
    assert line in result.stdout.splitlines()
    with pytest.raises(Refused) as told:
        load_policy(file)
    assert line in str(told.value).splitlines()


def test_links_do_not_lead_out(tmp_path: Path) -> None:
    """Neither a file nor a folder nor a circle of links; nor does a pipe make one wait."""
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    file = written(inside)
    (outside / "faces.yaml").write_text(FACES, encoding="utf-8")
    faces = inside / "common" / "faces.yaml"
    for target in (outside / "faces.yaml", faces):
        faces.unlink()
        faces.symlink_to(target)
        assert refused(file) == [("not-included", "gate.yaml")]
    faces.unlink()
    os.mkfifo(faces)
    assert refused(file) == [("not-included", "gate.yaml")]
    faces.unlink()
    (inside / "common").rmdir()
    (inside / "common").symlink_to(outside)
    assert refused(file) == [("not-included", "gate.yaml")]
    (inside / "common").unlink()
    (inside / "shared").mkdir()
    (inside / "shared" / "faces.yaml").write_text(FACES, encoding="utf-8")
    (inside / "common").symlink_to(inside / "shared")
    assert ids(load_policy(file))[0] == "no-face"


def test_depth_and_count_are_bounded(tmp_path: Path) -> None:
    """And what is read together is no longer than one file may be."""
    chain = {f"s{n}": f"ruleset: s\ninclude: [common/s{n + 1}.yaml]\n" for n in range(9)}
    gate = GATE.replace("faces.yaml", "s0.yaml")
    assert ("too-deep", "s4.yaml") in refused(written(tmp_path, gate, **chain))
    many = {f"m{n}": "ruleset: m\n" for n in range(60)}
    names = ", ".join(f"common/m{n}.yaml" for n in range(60))
    assert ("too-long", "gate.yaml") in refused(written(tmp_path, GATE.replace("common/faces.yaml", names), **many))
    long = {f"l{n}": f"ruleset: l\nparameters: {{p{n}: {{value: '{'x' * 700_000}'}}}}\n" for n in range(2)}
    names = "common/l0.yaml, common/l1.yaml"
    assert ("too-large", "gate.yaml") in refused(written(tmp_path, GATE.replace("common/faces.yaml", names), **long))


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"x" * (2 * 1024 * 1024), b"[]", b"\t"])
def test_a_set_that_is_no_text_is_told(content: bytes, tmp_path: Path) -> None:
    file = written(tmp_path)
    (tmp_path / "common" / "faces.yaml").write_bytes(content)
    assert all(source == "faces.yaml" for _, source in refused(file))


def test_without_a_library_nothing_is_included() -> None:
    """As where versions are stored: refused with the way out, whatever lies in the working folder."""
    known = {"catalogue": shipped_catalogue(), "reasons": shipped_reasons()}
    found = check_policy(GATE, source="policies/gate.yaml", **known)  # type: ignore[arg-type]
    assert [(each.code, "flatten" in each.hint) for each in found] == [("include-not-here", True)]
    with pytest.raises(Refused):
        read_policy(GATE, source="policies/gate.yaml", **known)  # type: ignore[arg-type]


def test_policies_of_a_folder_are_taken_over_whole(tmp_path: Path) -> None:
    """What the service stores of a folder's policy needs no other file."""
    written(tmp_path, OWN)
    library = read_library(tmp_path)
    assert ids(policy_of(library.policies["gate"])) == ["several-faces", "under-age", "no-face"]
    (tmp_path / "common" / "faces.yaml").unlink()
    with pytest.raises(Refused, match="not-included"):
        read_library(tmp_path)


def test_flatten_prints_a_policy_that_stands_alone(tmp_path: Path) -> None:
    """The way out of a text that may include nothing."""
    file = written(tmp_path, OWN)
    result = CliRunner().invoke(app, ["flatten", str(file)])
    assert (result.exit_code, result.stdout) == (0, load_policy(file).text)
    assert "include" not in result.stdout
    (tmp_path / "common" / "faces.yaml").unlink()
    assert CliRunner().invoke(app, ["flatten", str(file)]).exit_code == 1
    assert CliRunner().invoke(app, ["flatten", str(tmp_path / "no.yaml")]).exit_code == 2


texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["null", "true", "1e5", "0x1", "1_000", "-", ".nan", "inf", "NaN", "~", "2026-11-23", "a: b"]),
)  # fmt: skip
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), texts
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(texts, values, min_size=1, max_size=3))
def test_what_is_written_anew_reads_the_same(value: dict[str, object]) -> None:
    """Whatever the names and values are."""
    node, mistakes = to_node(value, Location("p")), Mistakes()
    assert isinstance(node, Entries)
    document = read_document(flat(node), "p.yaml", mistakes)
    assert mistakes.found == []
    assert document
    assert plain(document.root) == value


def test_a_library_shows_what_it_read(tmp_path: Path) -> None:
    """By the name that mistakes have."""
    written(tmp_path)
    library = FolderLibrary(tmp_path)
    assert library.text("common/faces.yaml") == FACES
    assert library.texts == {str(tmp_path / "common/faces.yaml"): FACES}
