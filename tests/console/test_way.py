"""The way of one evaluation, from routes as the trace tells them."""

from __future__ import annotations

import re

from ui.console.api import Json
from ui.console.parts import way

NODES = way.nodes_of(
    {
        "nodes": [
            {"id": "read", "step": "signals", "title": "history"},
            {"id": "ask", "step": "http", "title": "asks risk.example.com"},
            {"id": "done", "step": "end", "title": "as decided"},
        ],
        "edges": [{"from": "ask", "edge": "error", "title": "not answered", "to": None}],
    }
)


def taken(step: str, edge: str, at: str) -> Json:
    return {"step": step, "edge": edge, "at": f"2026-07-01T{at}Z"}


def told(number: int, step: str, features: Json, **more: object) -> Json:
    return {"number": number, "step": step, "features": features, "at": "2026-07-01T10:00:00Z", "error": None, **more}


def view(route: Json) -> list[str]:
    """The markup of each entry."""
    return re.findall(r"<li.*?</li>", way.view(route, NODES, {"risk.score": {"unit": "points"}}, "UTC"))


def test_a_step_that_is_passed_twice_has_its_own_answer_each_time() -> None:
    trail = [taken("ask", "next", "10:00:00"), taken("ask", "error", "10:00:00"), taken("done", "end", "10:00:01")]
    wrong = [{"provider": "http ask", "cause": "provider", "reason": "gave a wrong `risk.b`"}]
    answers = [
        told(0, "ask", {"risk.score": 7, "risk.b": None}, failures=wrong),
        told(1, "ask", {}, error="it took too long"),
    ]
    first, second, last = view({"trail": trail, "told": answers})
    assert "7 points" in first
    assert 'risk.b</span><span class="si-unknown">unknown' in first
    assert "gave a wrong <code>risk.b</code>" in first
    assert "nothing came: it took too long" in second
    assert 'class="si-way-error"' in second
    assert "not answered" in second
    assert "si-told" not in last


def test_what_signals_read_is_not_said_to_come_from_outside() -> None:
    (entry,) = view({"trail": [taken("read", "next", "10:00:00")], "told": [told(0, "read", {"face.count": 1})]})
    assert "face.count" not in entry


def test_a_step_of_an_older_text_stands_for_itself() -> None:
    (entry,) = view({"trail": [taken("<gone>", "next", "10:00:00")]})
    assert "&lt;gone&gt;" in entry


def test_a_day_is_said_where_it_is_another_day() -> None:
    trail = [taken("read", "next", "23:59:59"), {**taken("ask", "next", ""), "at": "2026-07-02T00:00:01Z"}]
    first, second = view({"trail": trail})
    assert ">01 Jul 23:59:59<" in first
    assert ">02 Jul 00:00:01<" in second


def test_what_it_waits_for_stands_last() -> None:
    waits = {"step": "ask", "reason": "outside", "since": "", "until": "2026-07-02T00:00:00Z"}
    *_, last = view({"trail": [taken("read", "next", "10:00:00")], "waits": waits})
    assert "waits for an answer from outside, until 02 Jul 00:00:00" in last


def test_why_a_service_outside_did_not_answer_is_said_once() -> None:
    wrong = [{"provider": "step ask", "cause": "provider", "reason": "it took too long"}]
    answers = [told(0, "ask", {}, failures=wrong, error="it took too long")]
    (entry,) = view({"trail": [taken("ask", "error", "10:00:00")], "told": answers})
    assert entry.count("it took too long") == 1


def test_what_was_worked_out_stands_by_its_own_name() -> None:
    """It is no feature of the catalogue, and of no provider."""
    markup = way.computed({"margin": 4.0, "far": None})
    assert re.findall(r"<code>(\w+)</code></td><td>(.*?)</td>", markup) == [
        ("margin", "4"),
        ("far", '<span class="si-unknown">unknown</span>'),
    ]
