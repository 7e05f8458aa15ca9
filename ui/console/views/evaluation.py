"""One evaluation: what was decided, why, and from which features."""

from __future__ import annotations

import streamlit as st

from ui.console import connection, links, words
from ui.console.api import Json, Problem
from ui.console.markup import Html, div, link, span, tag
from ui.console.parts import features, notices, trace, way
from ui.console.parts.decision import chip, explained
from ui.console.views import capture

_GOES_ON = {
    "awaiting_outside": "when somebody outside has answered, or the time for it is over.",
    "waiting": "by itself when its time has come.",
}
"""By sub-status."""


def page(eval_id: str) -> None:
    item = connection.api().evaluation(eval_id)
    st.html(_head(item))
    if words.decision_of(item) == "waiting":
        _waiting(item)
        return
    _decided(item)


def _waiting(item: Json) -> None:
    with st.container(key="waiting"):
        goes_on = _GOES_ON.get(str(item.get("sub_status")), "when the person has sent the selfie.")
        notices.notice("Nothing is decided yet", f"The evaluation goes on {goes_on}")
        found = capture.link_of(item)
        if found and item.get("sub_status") == "awaiting_outside":
            capture.invitation(found, "The person goes on here.")
        elif found:
            capture.invitation(found)
        capture.follow(item["eval_id"], here=True)
    _went(item, _trace(item["eval_id"]))


def _decided(item: Json) -> None:
    found = _trace(item["eval_id"])
    reasons, catalogue = connection.reasons(), connection.features()
    if found.get("erased_at"):
        when = words.moment(found["erased_at"], st.context.timezone, long=True)
        notices.notice("This evaluation was erased", f"On {when}: what was decided stays, what was read does not.")
    why, seen = st.columns([3, 2], gap="medium")
    with why:
        _section("Why", _reasons(item, reasons))
        _went(item, found)
        for entry in found["policies"]:
            st.html(trace.policy(entry, reasons, catalogue))
    with seen:
        if found["failures"]:
            _section("Providers that gave nothing", features.failures(found["failures"]))
        _section("Features", features.table(found["features"], catalogue, given=found.get("given", ())))
        _section("Versions", _versions(item, found))


def _went(item: Json, found: Json) -> None:
    """The way through a workflow with steps of its own, and what candidates would have said."""
    route = found.get("route")
    if not route:
        return
    reasons, nodes = connection.reasons(), _nodes(item["workflow"])
    _section("The way", way.view(route, nodes, connection.features(), st.context.timezone))
    if route.get("computed"):
        _section("Computed", way.computed(route["computed"]))
    if route.get("earlier"):
        _section("Before the step up", way.passes(route, reasons))
    if route.get("shadowed"):
        _section("Candidates, not live", way.shadowed(route["shadowed"], reasons))


def _nodes(workflow: str) -> way.Nodes:
    """The words of the steps; none where the workflow is not there any more."""
    try:
        return way.nodes_of(connection.api().workflow(workflow)["graph"])
    except Problem as found:
        if found.status != 404:
            raise
        return {}


def _trace(eval_id: str) -> Json:
    """The trace; empty where none was kept, which is said instead of an error."""
    try:
        return connection.api().trace(eval_id)
    except Problem as found:
        if found.status != 404:
            raise
        notices.notice("There is no trace", "It was not kept with this evaluation.", kind="warn")
        return {"features": {}, "failures": [], "models": {}, "policies": []}


def _section(title: str, body: Html) -> None:
    st.html(div("si-section", tag("h2", title), body))


def _reasons(item: Json, reasons: dict[str, Json]) -> Html:
    ours = item.get("selfieIntelligence") or {}
    names = ours.get("reasonCodes", []) + ours.get("digitalIntelligence", {}).get("reasonCodes", [])
    if not names:
        return span("si-quiet", "No reason codes: no rule fired.")
    return explained(list(dict.fromkeys(names)), reasons)


def _head(item: Json) -> Html:
    ours = item.get("selfieIntelligence") or {}
    age = ours.get("signals", {}).get("selfie", {}).get("predictedAge")
    flow = connection.workflows().get(item["workflow"], {}).get("title", item["workflow"])
    facts = [
        ("Workflow", str(flow)),
        ("Strategy", ours.get("decision", {}).get("strategy")),
        ("Predicted age", None if not ours else words.value(age, "years")),
        ("Score", None if item.get("score") is None else words.value(item["score"])),
        ("Status", words.status_of(item)),
        ("Queue", ", ".join(item.get("review_queues", ()))),
        ("Tags", ", ".join(item.get("tags", ()))),
        ("Time", words.moment(item.get("decision_at") or item["eval_start_time"], st.context.timezone, long=True)),
        ("Environment", item.get("environment_name")),
        ("Evaluation", item["eval_id"]),
    ]
    shown = [tag("div", tag("dt", name), tag("dd", _fact(value))) for name, value in facts if value]
    title = tag("h1", item["id"])
    crumbs = div("si-crumbs", link(links.EVALUATIONS, "← Evaluations"))
    top = div("si-title", chip(words.decision_of(item), large=True), title)
    return div("si-page-head", crumbs, top, tag("dl", *shown, class_="si-facts"))


def _fact(value: str) -> Html:
    return span("si-unknown", value) if value == words.UNKNOWN else span("", value)


def _versions(item: Json, found: Json) -> Html:
    rows = [
        tag(
            "tr",
            tag("td", link(links.version(entry["policy"], entry["version"]), entry["policy"])),
            tag("td", f"version {entry['version']} ", tag("code", entry["sha256"][:12], title=entry["sha256"])),
        )
        for entry in found["policies"]
    ]
    flow = tag("tr", tag("td", item["workflow"]), tag("td", "workflow ", tag("code", item["workflow_version"])))
    return tag("table", tag("tbody", flow, *rows, *features.models(found["models"])), class_="si-group")
