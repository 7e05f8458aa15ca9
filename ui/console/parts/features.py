"""The features of one evaluation, grouped by the provider that read them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ui.console import words
from ui.console.api import Json
from ui.console.markup import Html, div, join, span, tag


def table(values: Mapping[str, object], catalogue: Mapping[str, Json], given: Collection[str] = ()) -> Html:
    """Every feature that was asked for, with its unit; what is not known is a quiet `unknown`.

    `given` names those that the caller sent instead of a provider.
    """
    groups: dict[str, list[Html]] = {}
    for name in sorted(values, key=lambda name: _place(name, catalogue)):
        feature = catalogue.get(name, {"title": name, "provider": "evaluation", "meaning": ""})
        groups.setdefault(feature["provider"], []).append(_row(name, values[name], feature, by_caller=name in given))
    return div("si-features", *(_group(provider, rows) for provider, rows in groups.items()))


def _place(name: str, catalogue: Mapping[str, Json]) -> int:
    names = list(catalogue)
    return names.index(name) if name in catalogue else len(names)


def _group(provider: str, rows: list[Html]) -> Html:
    head = tag("tr", tag("th", words.provider(provider), colspan=2, scope="colgroup"))
    return tag("table", tag("thead", head), tag("tbody", *rows), class_="si-group")


def _row(name: str, given: object, feature: Json, *, by_caller: bool) -> Html:
    title = span("si-feature", feature["title"], title=f"{name}: {feature['meaning']}")
    origin = span("si-tag", "caller", title="Sent by the caller, not read by a provider") if by_caller else None
    return tag("tr", tag("td", title), tag("td", origin, _of_type(given, feature), class_="si-value"))


def _of_type(given: object, feature: Json) -> Html:
    """A value as its feature means it: a time is read by people."""
    if feature.get("type") == "time" and isinstance(given, str):
        return span("", words.time_in_full(given), title=given)
    return value(given, feature.get("unit"))


def value(given: object, unit: str | None = None) -> Html:
    """A value, or the quiet `unknown`. A number that was rounded shows all its digits on hover."""
    if given is None:
        return span("si-unknown", words.UNKNOWN)
    said = words.value(given, unit)
    if isinstance(given, float) and str(given).removesuffix(".0") not in said:
        return span("si-rounded", said, title=str(given))
    return join(said)


def failures(items: list[Json]) -> Html:
    """Providers that gave nothing, and why."""
    rows = [
        tag(
            "li",
            tag("strong", words.provider(item["provider"])),
            span("si-cause", "nothing to read" if item["cause"] == "evidence" else "could not do its work"),
            span("si-meaning", item["reason"]),
        )
        for item in items
    ]
    return tag("ul", *rows, class_="si-failures")


def models(items: Mapping[str, str]) -> list[Html]:
    """A table row for each model file that was used, with the first digits of its sha256."""
    return [
        tag("tr", tag("td", name), tag("td", "model ", tag("code", digest[:12], title=digest)))
        for name, digest in sorted(items.items())
    ]
