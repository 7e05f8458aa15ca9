"""Device tokens: what tells a browser that was here before from one that was not, and a copy from the original."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contracts import Clock, DeviceToken, TokenState
from engine.service.access.links import FIRST_GENERATION, Links
from engine.store.browsers import Browsers


@dataclass(frozen=True, slots=True)
class Renewed:
    """What a token was worth when a session was opened, and the one that takes its place."""

    state: TokenState
    cookie: str


class DeviceTokens:
    """Checks the tokens that browsers bring, and renews them."""

    def __init__(self, links: Links, browsers: Browsers, clock: Clock) -> None:
        self._links = links
        self._browsers = browsers
        self._clock = clock

    def state(self, cookie: str | None) -> TokenState:
        """What a token is worth; changes nothing."""
        carried = self._links.read_device(cookie)
        if isinstance(carried, str):
            return carried
        good = self._browsers.takes(self._links.generation_id(carried.name), carried.generation)
        return "valid" if good else "invalid"

    def renewed(self, cookie: str | None) -> Renewed:
        """The next generation of this browser's token; a new name where it brought none that is good."""
        carried = self._links.read_device(cookie)
        if isinstance(carried, str):
            return Renewed(carried, self._links.device_cookie(self._links.new_name(), FIRST_GENERATION))
        named = self._links.generation_id(carried.name)
        following = self._browsers.renew(named, carried.generation, self._clock.now())
        if following is None:
            return Renewed("invalid", self._links.device_cookie(self._links.new_name(), FIRST_GENERATION))
        return Renewed("valid", self._links.device_cookie(carried.name, following))

    def check(self, cookie: str | None, environment: str, customer: str) -> DeviceToken:
        """What a token is worth at a submission, with its pseudonyms; it is not used up."""
        carried, state = self._links.read_device(cookie), self.state(cookie)
        if isinstance(carried, str) or state != "valid":
            return DeviceToken(state)
        return DeviceToken(
            "valid",
            device_id=self._links.device_id(environment, customer, carried.name),
            browser_id=self._links.browser_id(environment, carried.name),
        )
