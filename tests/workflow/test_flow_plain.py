"""A plain workflow walked is what one evaluation has always been: the same rows and outcomes for whatever comes."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.contracts import Evidence, SignalProvider, Value
from engine.workflow.dated import dated
from engine.workflow.flow import Began, Captured, NotCaptured, Walker, begin, outcome_of
from engine.workflow.plain_run import plain_run
from engine.workflow.replay import differing
from engine.workflow.run import PinnedPolicy, Verdict, evaluate, evaluate_nothing, failure_row, policy_row
from engine.workflow.signals import ProviderFailure, SignalRun, read_signals
from engine.workflow.state import Run
from engine.workflow.steps import Signals
from tests.service.providers import Absent, Failing, Lying, NothingToRead, Raising, Telling
from tests.workflow.test_run import Fixed
from tests.workflow.walks import CATALOGUE, NOW, Bounds, World, plain, replayed

PROVIDERS = sorted({CATALOGUE[name].provider for name in CATALOGUE} - {"evaluation"})
GIVEN = {"age.predicted": 31.0, "face.count": 1, "network.ip_data_day": "2026-11-01"}


@st.composite
def values(draw: st.DrawFn, provider: str) -> dict[str, Value | None]:
    """Features of a provider, some unknown."""
    own = [CATALOGUE[name] for name in CATALOGUE if CATALOGUE[name].provider == provider]
    return {feature.name: draw(st.one_of(st.none(), value_of(feature))) for feature in own}


def value_of(feature: Any) -> st.SearchStrategy[Any]:
    """A value that the catalogue allows."""
    low, high = max(feature.low, -1e6), min(feature.high, 1e6)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "number": st.floats(low, high),
        "integer": st.integers(int(low), int(high)),
        "boolean": st.booleans(),
        "string": st.sampled_from(["", "DE", "Safari"]),
        "enum": st.sampled_from(feature.values or ("",)),
        "time": st.sampled_from(["2026-11-23", "2026-11-23T10:00:00.5+01:00"]),
        "list": st.just([]),
    }
    return kinds[feature.type]


@st.composite
def a_provider(draw: st.DrawFn, name: str) -> SignalProvider:
    """One that tells, fails, raises or lies."""
    kind = draw(st.sampled_from([Telling, Telling, Telling, Failing, NothingToRead, Raising, Absent, Lying]))
    features = draw(values(name))
    return kind(name, features, object()) if kind is Lying else kind(name, features)


@st.composite
def a_policy(draw: st.DrawFn, name: str) -> PinnedPolicy:
    """One that decides by a feature, one that always says the same, or one that raises."""
    feature = draw(st.sampled_from(["age.predicted", "liveness.passive_score", "face.count"]))
    fixed = Fixed(
        name, draw(st.sampled_from(["accept", "review", "reject"])), frozenset({feature}), raises=draw(st.booleans())
    )
    return PinnedPolicy(draw(st.sampled_from([Bounds(name, feature), fixed])), draw(st.integers(1, 9)))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[SignalProvider], list[PinnedPolicy]]:
    """Providers and policies."""
    names = draw(st.lists(st.sampled_from(PROVIDERS), unique=True, max_size=4))
    policies = draw(st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=3))
    return [draw(a_provider(name)) for name in names], [draw(a_policy(name)) for name in policies]


class Reading(World):
    """Acts by providers, as the service has them."""

    def __init__(self, providers: list[SignalProvider], policies: list[PinnedPolicy], evidence: Evidence) -> None:
        super().__init__(book={pinned.policy.name: pinned.policy for pinned in policies})
        self._providers, self._evidence = providers, evidence

    def read(self, step: Signals, so_far: Any) -> SignalRun:
        """All of them: a plain workflow has one step."""
        return read_signals(self._providers, self._evidence, CATALOGUE)


def walk(kind: Any, world: World, given: dict[str, Value], policies: list[PinnedPolicy], *came: Any) -> Run:
    """The plain run after this came."""
    names = tuple(p.name for p in world._providers) if isinstance(world, Reading) else ()
    workflow = plain(kind, names, tuple(pinned.policy.name for pinned in policies))
    own = {"capture.kind": kind, "context.market": "US", "context.product": None, **given}
    run = begin(workflow, "strict", {p.policy.name: p.version for p in policies}, own, tuple(sorted(given)))
    who = Walker(workflow, world, CATALOGUE, "Sandbox", "customer-1")
    for each in came:
        run = who.walk(run, each, NOW)
    assert_stored(workflow, run, world)
    return run


def assert_stored(workflow: Any, run: Run, world: World) -> None:
    """What an outcome keeps of the run is enough for its replay."""
    kept = plain_run(
        workflow,
        CATALOGUE,
        strategy="strict",
        decided_at=NOW,
        features=dict(sorted(run.features.items())),
        given=run.given,
        failures=run.failures,
        models=dict(sorted(run.models.items())),
        policies=run.policies,
        sub_status=run.sub_status,
    )
    again = replayed(workflow, kept, world)
    assert differing(kept, again) == ()
    assert outcome_of(again) == outcome_of(run)


def assert_same(run: Run, verdict: Verdict) -> None:
    """All that is stored of it."""
    assert run.is_over
    assert dict(run.features) == verdict.features
    assert list(run.features) == list(verdict.features)
    assert run.given == verdict.given
    assert list(run.failures) == [failure_row(failure) for failure in verdict.failures]
    assert run.models == verdict.models
    assert list(run.policies) == [policy_row(result) for result in verdict.results]
    assert run.sightings == verdict.sightings


@given(worlds(), st.sampled_from(["still", "features", "capture"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_plain_walk_is_an_evaluation(
    made: tuple[list[SignalProvider], list[PinnedPolicy]], kind: Any, given: bool
) -> None:
    providers, policies = made
    told = GIVEN if given else {}
    context = {"context.market": "US", "context.product": None}
    evidence = Evidence(kind=kind, given=told, context=context)
    workflow = plain(kind)
    accepting = type(workflow)(**{**{f: getattr(workflow, f) for f in workflow.__slots__}, "accepts_features": given})
    verdict = evaluate(accepting, providers, policies, dated(evidence, NOW), CATALOGUE, strategy="strict")
    came = [Began(), Captured()] if kind == "capture" else [Began()]
    run = walk(kind, Reading(providers, policies, evidence), told, policies, *came)
    assert_same(run, verdict)
    assert outcome_of(run) == verdict.outcome


@given(worlds(), st.sampled_from(["evidence", "provider"]))
@settings(max_examples=40, deadline=None)
def test_a_plain_walk_without_a_selfie_is_an_evaluation_of_nothing(
    made: tuple[list[SignalProvider], list[PinnedPolicy]], cause: Any
) -> None:
    providers, policies = made
    failure = ProviderFailure("capture", cause, "the capture session expired")
    evidence = Evidence(kind="capture", context={"context.market": "US", "context.product": None})
    verdict = evaluate_nothing(providers, policies, dated(evidence, NOW), CATALOGUE, strategy="strict", failure=failure)
    world = Reading(providers, policies, evidence)
    run = walk("capture", world, {}, policies, Began(), NotCaptured("expired", failure))
    assert_same(run, verdict)
    assert run.sub_status == "expired"
    assert outcome_of(run) == ("review" if verdict.outcome == "accept" else verdict.outcome)
