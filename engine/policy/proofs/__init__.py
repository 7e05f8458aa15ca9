"""What holds of every record, what can never happen, and where two versions differ. Needs z3: import it lazily."""

from __future__ import annotations

from engine.policy.proofs.findings import findings

__all__ = ["findings"]
