"""What a package may add to the features and reason codes; what breaks a rule is refused, its provider absent."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.contracts import Evidence, Ports, Readings
from engine.policy import Vocabulary, installed_vocabulary, shipped_catalogue, shipped_reasons
from engine.service.runs.pipeline import NoHistory, SystemClock
from engine.service.wiring import NoModels
from engine.workflow.providers import build_providers, installed_factories

ZETA = "zeta_sdk"
PORTS = Ports(clock=SystemClock(), history=NoHistory(), settings={}, models=NoModels())
FEATURE = "{type: number, range: [0, 1], provider: %s, title: T, meaning: M}\n"
GOOD_FEATURES = "zeta.score: " + FEATURE % "zeta"
REASON = "{title: T, family: liveness, features: [%s], description: D, person: P}\n"
GOOD_REASONS = "ZETA-R101: " + REASON % "zeta.score"
CODE = """
class Zeta:
    name, requires, provides = "zeta", frozenset(), frozenset({"zeta.score"})

def build(ports):
    return Zeta()
"""


class Site:
    """A folder of installed packages, on the path of this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(
        self,
        *providers: str,
        features: str | bytes | None = None,
        reasons: str | None = None,
        package: str = "zeta_sdk",
    ) -> None:
        """Put a package there as an installer would."""
        code, metadata = self.folder / package, self.folder / f"{package}-1.0.dist-info"
        code.mkdir()
        metadata.mkdir()
        (code / "__init__.py").write_text(CODE)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        entries = "".join(f"{name} = {package}:build\n" for name in providers)
        (metadata / "entry_points.txt").write_text(f"[selfie.providers]\n{entries}")
        for name, text in (("features", features), ("reasons", reasons)):
            if text is not None:
                content = text if isinstance(text, bytes) else text.encode()
                (code / f"{name}.yaml").write_bytes(content)
        importlib.invalidate_caches()

    def vocabulary(self) -> Vocabulary:
        """What is installed now."""
        installed_vocabulary.cache_clear()
        return installed_vocabulary()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Nothing installed there yet."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Site(tmp_path)
    monkeypatch.undo()
    for name in ("zeta_sdk", "other_sdk"):
        sys.modules.pop(name, None)
    installed_vocabulary.cache_clear()


def reason_of_failure(name: str) -> str:
    """Why the provider, as the platform builds it now, gives nothing."""
    known = installed_vocabulary()
    signal = build_providers(installed_factories(), PORTS, known.catalogue)[name].read(
        Evidence(kind="still"), Readings()
    )
    assert signal.failure is not None
    assert signal.failure.cause == "provider"
    return signal.failure.reason


def test_a_package_adds_its_own_entries_and_nobody_imports_it_for_that(site: Site) -> None:
    site.install("zeta", features=GOOD_FEATURES, reasons=GOOD_REASONS)
    known = site.vocabulary()
    assert not known.refused
    assert set(known.catalogue) == {*shipped_catalogue(), "zeta.score"}
    assert set(known.reasons) == {*shipped_reasons(), "ZETA-R101"}
    assert "zeta_sdk" not in sys.modules
    built = build_providers(installed_factories(), PORTS, known.catalogue)["zeta"]
    assert type(built).__name__ == "Zeta"


BROKEN = {
    "a shipped feature": ("liveness.passive_score: " + FEATURE % "liveness", None, "foreign-feature"),
    "no prefix": ("score: " + FEATURE % "zeta", None, "foreign-feature"),
    "only a prefix": ("zeta.: " + FEATURE % "zeta", None, "foreign-feature"),
    "another's prefix": ("acme.score: " + FEATURE % "acme", None, "foreign-feature"),
    "another's provider": ("zeta.score: " + FEATURE % "liveness", None, "foreign-feature"),
    "one good, one foreign": (GOOD_FEATURES + "face.beauty: " + FEATURE % "zeta", None, "foreign-feature"),
    "twice": (GOOD_FEATURES * 2, None, "duplicate-key"),
    "no YAML": ("zeta.score: {", None, "zeta_sdk/features.yaml:"),
    "a list": ("- zeta.score", None, "bad-document"),
    "no UTF-8": (b"zeta.score: \xff", None, "bad-text"),
    "no type": ("zeta.score: {provider: zeta, title: T, meaning: M}\n", None, "bad-feature"),
    "no pair": (GOOD_FEATURES.replace("[0, 1]", "[0, 1, 2]"), None, "bad-feature"),
    "a range of words": (GOOD_FEATURES.replace("[0, 1]", "[low, high]"), None, "bad-feature"),
    "an upside-down range": (GOOD_FEATURES.replace("[0, 1]", "[1, 0]"), None, "bad-feature"),
    "a title that is no text": (GOOD_FEATURES.replace("title: T", "title: [T]"), None, "bad-feature"),
    "a shipped code": (GOOD_FEATURES, "R834: " + REASON % "", "bad-reason"),
    "a free code without prefix": (GOOD_FEATURES, "R9001: " + REASON % "", "bad-reason"),
    "another's code": (GOOD_FEATURES, "ACME-R101: " + REASON % "", "bad-reason"),
    "a code of no kind": (GOOD_FEATURES, "ZETA-X101: " + REASON % "", "bad-reason"),
    "a code twice": (GOOD_FEATURES, GOOD_REASONS * 2, "duplicate-key"),
    "a code without a description": (GOOD_FEATURES, "ZETA-R101: {title: T}\n", "bad-reason"),
    "a code of no feature": (GOOD_FEATURES, "ZETA-R101: " + REASON % "zeta.other", "unknown-feature"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_breaks_the_rules_is_refused_as_a_whole(site: Site, what: str) -> None:
    features, reasons, code = BROKEN[what]
    site.install("zeta", features=features, reasons=reasons)
    known = site.vocabulary()
    assert set(known.refused) == {"zeta"}
    assert code in str(known.refused["zeta"])
    assert "zeta_sdk/" in str(known.refused["zeta"])
    assert dict(known.catalogue) == dict(shipped_catalogue())
    assert dict(known.reasons) == dict(shipped_reasons())
    assert "is refused: zeta_sdk/" in reason_of_failure("zeta")
    assert "zeta_sdk" not in sys.modules


@pytest.mark.parametrize("name", ["context", "capture", "evaluation", "Zeta", "zeta-sdk"])
def test_a_vendor_cannot_take_a_name_of_the_shipped_features(site: Site, name: str) -> None:
    site.install(name, features=f"{name}.market2: " + FEATURE % name)
    known = site.vocabulary()
    assert "taken-provider" in str(known.refused[name])
    assert set(known.catalogue) == set(shipped_catalogue())


def test_a_provider_of_a_shipped_name_leaves_neither(site: Site) -> None:
    site.install("liveness")
    known = site.vocabulary()
    assert set(known.refused) == {"liveness"}
    assert "several packages" in reason_of_failure("liveness")
    built = build_providers(installed_factories(), PORTS, known.catalogue)
    assert "liveness.passive_score" in built["liveness"].provides
    assert type(built["face"]).__name__ == "FaceProvider"


def test_two_packages_of_one_name_add_nothing(site: Site) -> None:
    site.install("zeta", features=GOOD_FEATURES)
    site.install("zeta", features="zeta.other: " + FEATURE % "zeta", package="other_sdk")
    known = site.vocabulary()
    assert set(known.catalogue) == set(shipped_catalogue())
    assert "several packages" in reason_of_failure("zeta")


def test_a_provider_without_entries_can_give_nothing(site: Site) -> None:
    site.install("zeta")
    assert not site.vocabulary().refused
    assert "features that the catalogue does not give it" in reason_of_failure("zeta")
