"""A small table of addresses, through the real converter, and a model store that has it and nothing else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from engine.contracts import ModelFile, ModelUnavailable
from signals.convert.addresses import convert_addresses

COUNTRIES4 = """16777216,16777471,AU
1354432512,1354498047,DE
2899902464,2899968000,US
"""
NETWORKS4 = """16777216,16777471,13335,"Cloudflare, Inc."
1354432512,1354434000,3320,Deutsche Telekom AG
1354434001,1354434005,64512,private use
2899902464,2899968000,16509,"Amazon.com, Inc."
"""
DE6, LATER6 = 0x2003 << 112, (0x2003 << 112) + (5 << 64) + 1
COUNTRIES6 = f"{DE6},{DE6 + (1 << 109) - 1},DE\n"
NETWORKS6 = f"{DE6},{DE6 + (2 << 64) - 1},3320,Deutsche Telekom AG\n{LATER6},{LATER6 + (1 << 64)},24940,Hetzner\n"


def package(day: str = "20260617") -> bytes:
    return json.dumps({"version": f"2.3.{day}19"}).encode()


def sources(**other: str) -> list[bytes]:
    """The six files of the record, in its order."""
    texts = {"c4": COUNTRIES4, "c6": COUNTRIES6, "n4": NETWORKS4, "n6": NETWORKS6, **other}
    c4, c6, n4, n6 = (texts[name].encode() for name in ("c4", "c6", "n4", "n6"))
    return [c4, c6, package("20260618"), n4, n6, package()]


class Holding:
    """The port, with a table that lies in a folder."""

    def __init__(self, folder: Path) -> None:
        content = convert_addresses(sources())
        self.file = ModelFile("addresses", folder / "addresses.table", hashlib.sha256(content).hexdigest())
        self.file.path.write_bytes(content)
        self.asked = 0

    def get(self, name: str) -> ModelFile:
        self.asked += 1
        if name != "addresses":
            raise ModelUnavailable(f"there is no model `{name}`")
        return self.file
