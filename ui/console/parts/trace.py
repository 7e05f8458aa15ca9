"""Why a policy decided so: each rule with its values, the fired ones first, and the tree of each condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ui.console import links, words
from ui.console.api import Json
from ui.console.markup import Html, div, join, link, span, tag
from ui.console.parts.decision import chip, code, codes
from ui.console.parts.features import value

_RESULTS = {True: "true", False: "false", None: "unknown"}


def policy(entry: Json, reasons: Mapping[str, Json], catalogue: Mapping[str, Json], *, linked: bool = True) -> Html:
    """One policy of a trace. `linked` is whether its version is stored, so that a rule's line can be opened."""
    decision = entry["decision"]
    known = dict(reasons)
    head = div(
        "si-trace-head",
        chip(decision["value"]),
        _title(entry, linked=linked),
        span("si-quiet", f"strategy {entry['strategy']}"),
        span("si-trace-codes", codes(decision["reasonCodes"], known)),
    )
    rules = [
        _rule(rule, entry, known, catalogue, linked=linked)
        for rule in sorted(entry["rules"], key=lambda rule: _weight(rule, decision["value"]))
    ]
    return div("si-trace", head, *_notes(entry, catalogue), div("si-rules", *rules))


def _weight(rule: Json, outcome: str) -> int:
    """Rules that gave the outcome first, then the others that fired, then the rest; each in the file's order."""
    return 0 if rule["fired"] and rule["outcome"] == outcome else 1 if rule["fired"] else 2


def _title(entry: Json, *, linked: bool) -> Html:
    if not linked:
        return tag("strong", entry["policy"])
    words_ = f"{entry['policy']}, version {entry['version']}"
    return link(links.version(entry["policy"], entry["version"]), tag("strong", words_), title=entry["sha256"])


def _notes(entry: Json, catalogue: Mapping[str, Json]) -> Iterator[Html]:
    """What must be known to read the rules."""
    if entry.get("requires"):
        yield div(
            "si-trace-note", f"Required and not known: {_titles(entry['requires'], catalogue)}. No rule was asked."
        )
    elif entry["unknown"]:
        yield div("si-trace-note", f"Not known: {_titles(entry['unknown'], catalogue)}")
    if not entry["rules"]:
        yield div("si-trace-note", "This version's rules cannot be shown any more; what it decided stands above.")


def _titles(names: list[str], catalogue: Mapping[str, Json]) -> str:
    return ", ".join(str(catalogue.get(name, {}).get("title", name)) for name in names)


def _rule(rule: Json, entry: Json, reasons: dict[str, Json], catalogue: Mapping[str, Json], *, linked: bool) -> Html:
    state = ("fired " if rule["fired"] else "") + (rule["outcome"] or "informs")
    summary = tag(
        "summary",
        span("si-rule-mark", "", title=_state(rule)),
        span("si-rule-id", rule["id"], title=rule.get("title") or None),
        span("si-rule-result", _RESULTS[rule["result"]]),
        span("si-rule-values", *_values(rule["tree"], catalogue)),
        span("si-rule-then", *_then(rule, reasons)),
    )
    return tag("details", summary, _opened(rule, entry, linked=linked), class_=f"si-rule {state}")


def _state(rule: Json) -> str:
    if rule["fired"]:
        return "This rule fired" if rule["result"] else "This rule fired because a value is unknown"
    return "This rule did not fire"


def _then(rule: Json, reasons: dict[str, Json]) -> Iterator[Html]:
    if rule["outcome"]:
        yield span(f"si-outcome si-text-{rule['outcome']}", rule["outcome"])
    if rule["reason"]:
        yield code(rule["reason"], reasons)


def _values(tree: Json, catalogue: Mapping[str, Json]) -> Iterator[Html]:
    """The features and parameters of a condition with their values, each once."""
    seen = set()
    for leaf in _leaves(tree):
        if leaf["name"] in seen:
            continue
        seen.add(leaf["name"])
        unit = catalogue.get(leaf["name"], {}).get("unit") if leaf["op"] == "var" else None
        yield span(f"si-leaf si-{leaf['op']}", span("si-leaf-name", leaf["name"]), value(leaf["value"], unit))


def _leaves(node: Json) -> Iterator[Json]:
    if node["op"] in {"var", "param"} and node.get("name"):
        yield node
    for child in node["children"]:
        yield from _leaves(child)


def _opened(rule: Json, entry: Json, *, linked: bool) -> Html:
    where = f"line {rule['line']}"
    place = link(links.version(entry["policy"], entry["version"], line=rule["line"]), where) if linked else join(where)
    foot = div("si-rule-foot", join(_state(rule), ", "), place)
    return div("si-rule-open", tag("ul", _node(rule["tree"]), class_="si-tree"), foot)


def _node(node: Json) -> Html:
    if node["op"] == "literal":
        return tag("li", tag("code", words.value(node["value"])))
    line = join(tag("code", node["text"]), span("si-equals", "="), _answer(node))
    below = tag("ul", *(_node(child) for child in node["children"])) if node["children"] else None
    return tag("li", line, below)


def _answer(node: Json) -> Html:
    """A condition is true, false or unknown; everything else has a value."""
    found = node["value"] if node["known"] else None
    if isinstance(found, bool) and node["op"] not in {"var", "param"}:
        return join(_RESULTS[found])
    return value(found)
