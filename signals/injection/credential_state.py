"""What a picture's content credentials turned out to be."""

from __future__ import annotations

from typing import Literal

State = Literal["absent", "valid", "trusted", "invalid"]
