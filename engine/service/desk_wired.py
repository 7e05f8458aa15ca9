"""The parts behind the desk's routes, put together."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contracts import Clock
from engine.service.desk.answering import Desk
from engine.service.desk.documents import Documents
from engine.service.desk.feedback import Feedback
from engine.service.stores import Stores
from engine.service.versions.pinned_texts import PinnedTexts
from engine.store.listing import Listing
from engine.store.policy_versions import PolicyVersions


@dataclass(frozen=True, eq=False)
class DeskParts:
    """What people at the desk work with."""

    cases: Desk
    feedback: Feedback
    documents: Documents
    listing: Listing


def desk_wired(stores: Stores, versions: PolicyVersions, clock: Clock) -> DeskParts:
    """Over the stores of this process."""
    database = stores.database
    desk, texts = Desk(database, clock), PinnedTexts(database, stores.evaluations, versions)
    return DeskParts(
        cases=desk,
        feedback=Feedback(database, clock),
        documents=Documents(database, stores.vault, desk.cases, texts, clock),
        listing=Listing(database),
    )
