"""One evaluation's way through its workflow: each step with its time and the edge by which it was left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ui.console import words
from ui.console.api import Json
from ui.console.markup import Html, div, join, prose, span, tag
from ui.console.parts.decision import chip, codes
from ui.console.parts.features import value

Nodes = Mapping[str, Json]
"""Steps of the workflow as it is now; an older text may have had others, whose ids stand for themselves."""


def view(route: Json, nodes: Nodes, catalogue: Mapping[str, Json], zone: str | None) -> Html:
    """The steps taken, in order; what came from outside below the step that asked."""
    told = {item["number"]: item for item in route.get("told", ()) if _asks(item["step"], nodes)}
    before = [None, *(item["at"] for item in route["trail"])]
    entries = [
        _taken(item, nodes, told.get(number), catalogue, words.moment_after(item["at"], before[number], zone))
        for number, item in enumerate(route["trail"])
    ]
    if route.get("waits"):
        entries.append(_waits(route["waits"], nodes, zone))
    return tag("ol", *entries, class_="si-way")


def _asks(step: str, nodes: Nodes) -> bool:
    """Whether what a step was told came from outside. What signals read stands among the features."""
    return nodes.get(step, {}).get("step") != "signals"


def _taken(item: Json, nodes: Nodes, told: Json | None, catalogue: Mapping[str, Json], time: str) -> Html:
    edge = str(item["edge"])
    return tag(
        "li",
        *_named(item["step"], _edge(item["step"], edge, nodes), nodes),
        span("si-time", time, title=item["at"]),
        None if told is None else _told(told, catalogue),
        class_="si-way-error" if edge in {"error", "unknown"} else None,
    )


def _waits(item: Json, nodes: Nodes, zone: str | None) -> Html:
    said = f"waits for {words.waits_for(item['reason'])}, until {words.moment(item['until'], zone)}"
    return tag("li", *_named(item["step"], said, nodes), class_="si-way-waits")


def _named(step: str, left: str, nodes: Nodes) -> tuple[Html, Html]:
    """What kind of step it is, and what it does."""
    node = nodes.get(step, {})
    kind = span(f"si-kind si-kind-{node.get('step', 'none')}", words.step(node.get("step", "step")))
    return kind, span("", span("si-way-step", node.get("title", step), title=step), span("si-way-edge", left))


def _edge(step: str, edge: str, nodes: Nodes) -> str:
    """How it was left; the plain way on needs no words."""
    if edge in {"next", "end"}:
        return ""
    return words.edge(str(nodes.get(step, {}).get("edges", {}).get(edge, edge)))


def _told(item: Json, catalogue: Mapping[str, Json]) -> Html:
    """Names and values that came from outside; and what did not come, or could not be."""
    values = [
        span("si-leaf", span("si-told-name", name), value(given, catalogue.get(name, {}).get("unit")))
        for name, given in item["features"].items()
    ]
    error = str(item.get("error") or "")
    wrong = [str(failure["reason"]) for failure in item.get("failures", ()) if failure["reason"] != error]
    if error:
        wrong.append(f"nothing came: {error.replace('_', ' ')}")
    return span("si-told", *values, *(span("si-cause", prose(said)) for said in wrong))


def computed(values: Mapping[str, object]) -> Html:
    """What `set` steps worked out."""
    rows = [tag("tr", tag("td", tag("code", name)), tag("td", value(given))) for name, given in values.items()]
    return tag("table", tag("tbody", *rows), class_="si-group")


def passes(route: Json, reasons: dict[str, Json]) -> Html:
    """What earlier passes decided, before a step up asked once more."""
    return join(*(_pass(item, reasons) for item in route.get("earlier", ())))


def _pass(item: Json, reasons: dict[str, Json]) -> Html:
    found = [code for entry in item["policies"] for code in entry.get("reasons", ())]
    return div(
        "si-pass",
        span("si-quiet", f"Pass {item['number']}, strategy {item['strategy']}"),
        chip(item["outcome"]) if item["outcome"] else span("si-quiet", "nothing decided"),
        span("", codes(list(dict.fromkeys(found)), reasons)),
        span("si-quiet", "no longer stands"),
    )


def shadowed(items: Sequence[Json], reasons: dict[str, Json]) -> Html:
    """What candidates would have said, marked as not live."""
    return div("si-shadow", *(_candidate(item, reasons) for item in items))


def _candidate(item: Json, reasons: dict[str, Json]) -> Html:
    found = [code for entry in item["policies"] for code in entry.get("reasons", ())]
    strategies = list(dict.fromkeys(str(entry["strategy"]) for entry in item["policies"] if entry.get("strategy")))
    under = span("si-quiet", f"({', '.join(strategies)})") if strategies else None
    failed = span("si-cause", item["failure"]) if item.get("failure") else None
    return div(
        "",
        span("si-shadow-tag", "not live"),
        tag("strong", item["candidate"]),
        under,
        span("si-quiet", "would have said"),
        chip(item["outcome"]),
        span("", codes(list(dict.fromkeys(found)), reasons)) if found else None,
        failed,
    )


def nodes_of(graph: Json) -> Nodes:
    """Steps by id, each with the words of its edges."""
    edges: dict[str, dict[str, str]] = {}
    for edge in graph["edges"]:
        edges.setdefault(edge["from"], {})[edge["edge"]] = edge.get("title") or edge["edge"]
    return {node["id"]: {**node, "edges": edges.get(node["id"], {})} for node in graph["nodes"]}
