"""Time zones and countries, by the tz database."""

from __future__ import annotations

import pytest

from signals.network.zones import Zones

ZONES = Zones()


@pytest.mark.parametrize(
    ("zone", "country", "elsewhere"),
    [
        ("Europe/Berlin", "DE", False),
        ("europe/berlin", "DE", False),
        ("Europe/Busingen", "DE", False),
        ("Europe/Berlin", "US", True),
        ("America/New_York", "US", False),
        ("US/Pacific", "US", False),
        ("Asia/Calcutta", "IN", False),
        ("Asia/Kolkata", "IN", False),
        ("Europe/Kiev", "UA", False),
        ("Europe/Oslo", "NO", False),
        ("Arctic/Longyearbyen", "NO", True),
        ("America/Buenos_Aires", "AR", False),
        ("Pacific/Honolulu", "US", False),
        ("UTC", "GB", True),
        ("Etc/GMT-2", "DE", True),
        ("Nowhere/Nothing", "DE", True),
        ("x" * 256, "DE", True),
        (None, "DE", None),
        ("Europe/Berlin", None, None),
        ("Europe/Berlin", "EU", None),
    ],
)
def test_a_zone_is_one_of_the_country_or_elsewhere(
    zone: str | None, country: str | None, elsewhere: bool | None
) -> None:
    assert ZONES.elsewhere(zone, country) is elsewhere
