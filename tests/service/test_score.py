"""The score of a policy's scorecard: in the answer, in the list, in the trace, unknown where it is."""

from __future__ import annotations

from engine.policy import shipped_policies
from tests.service.conftest import Running
from tests.service.test_evaluation import ADULT
from tests.service.test_policies import save

CARD = """
scorecards:
  doubts:
    start: 5
    points:
      - {id: several, when: {">": [{var: face.count}, 1]}, points: 40}
      - {id: young, when: {"<": [{var: age.predicted}, 40]}, points: 20}
    bands:
      - {below: 60, reason: I423}
      - {from: 60, then: review, reason: R406}
"""


def test_the_score_is_told_where_a_policy_has_one(service: Running) -> None:
    """Null before, a whole number after, null where it is unknown; earlier answers stay what they were."""
    before = service.post("selfie_features", {"features": ADULT}).json()
    assert save(service, shipped_policies()["selfie"] + CARD, 1).status_code == 201
    after = service.post("selfie_features", {"features": ADULT}).json()
    unknown = service.post("selfie_features", {"features": ADULT | {"age.predicted": None}}).json()
    assert (before["score"], after["score"], unknown["score"]) == (None, 25, None)
    items = service.client.get("/api/evaluation").json()["items"]
    assert [item["score"] for item in items] == [None, 25, None]
    policy, _ = service.client.get(f"/api/evaluation/{after['eval_id']}/trace").json()["policies"]
    assert policy["score"] == 25
    assert policy["scores"]["score.doubts"]["value"] == 25
    assert service.evaluation(before["eval_id"]) == before
