"""Calls to the outside, to real servers that misbehave: what is called, what is not, and how long it takes at most."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.service.outbound import calls as outbound_module
from engine.service.outbound import pinned_network
from engine.service.outbound.calls import Outbound
from engine.service.outbound.destinations import BadDestination, destination, named_host
from engine.service.outbound.pinned_network import OutboundFailed
from engine.service.outbound.public_addresses import is_public
from tests.harness.receiver import Answer, Receiver, floods, hangs, raw, receiving, says, trickles
from tests.signals.https_server import make_certificate

LOCAL = ("127.0.0.1", "[::1]")
BOMB = gzip.compress(b"\0" * 20_000_000)


def call(to: Receiver, outbound: Outbound | None = None, *, within: float = 5, path: str = "/hook?q=1") -> bytes:
    """What a POST there brings."""
    outbound = outbound or Outbound(LOCAL)
    return outbound.send("POST", to.url + path, headers={"X-Mine": "yes"}, body=b"{}", within=within).body


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("1.1.1.1", True),
        ("2606:4700:4700::1111", True),
        ("64:ff9b::808:808", True),
        ("::ffff:8.8.8.8", True),
        ("127.0.0.1", False),
        ("127.255.255.254", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("172.31.255.255", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("168.63.129.16", False),
        ("100.64.0.1", False),
        ("100.100.100.200", False),
        ("192.0.0.192", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - refused is what is shown
        ("0.1.2.3", False),
        ("224.0.0.251", False),
        ("239.1.1.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b:1::808:808", False),
        ("2002:7f00:1::", False),
        ("2002:808:808::", False),
        ("2001::1", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("2606:4700::1%1", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_an_address_is_of_the_open_internet_or_it_is_not(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example/hook",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "https://user:secret@shop.example/",
        "https://shop.example/#part",
        "https://shop.example:0/",
        "https://shop.example:65536/",
        "https://shop.example:x/",
        "https://shop.example\\@127.0.0.1/",
        "https://shop.example/ a",
        "https://shop.example/\r\nX: y",
        "https://shöp.example/",
        "https:///path",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://-shop.example/",
        "https://shop..example/",
        "https://shop.example/" + "a" * 2048,
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_asked(url: str) -> None:
    with pytest.raises(BadDestination):
        destination(url)
    with pytest.raises(OutboundFailed) as refused:
        Outbound(resolve=_never).send("POST", url, headers={}, within=1)
    assert not refused.value.temporary
    assert "secret" not in refused.value.why


def test_an_address_is_taken_apart() -> None:
    found = destination("HTTPS://Hooks.Example.:8443/a/b?c=d")
    assert (found.host, found.port, found.target, found.netloc) == (
        "hooks.example",
        8443,
        "/a/b?c=d",
        "hooks.example:8443",
    )
    assert destination("https://[2606:4700::1]").netloc == "[2606:4700::1]"
    assert found.is_named(["hooks.example"])
    assert found.is_named([named_host("HOOKS.example:8443")])
    assert not found.is_named(["hooks.example:443", "example"])


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (hangs, "no answer in time"),
        (trickles, "no answer in time"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"), "not HTTP"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"), "not HTTP"),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "not HTTP"),
        (raw(b"SSH-2.0-OpenSSH\r\n"), "not HTTP"),
        (raw(b""), "not HTTP"),
        (floods(b"HTTP/1.1 200 OK\r\n", b"X-Long: " + b"a" * 4000 + b"\r\n"), "not HTTP"),
        (floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "not HTTP"),
    ],
)
def test_a_server_that_misbehaves_costs_little_time_and_is_told_in_a_phrase(answer: Answer, why: str) -> None:
    with receiving(answer) as server:
        began = time.monotonic()
        with pytest.raises(OutboundFailed, match=why) as failed:
            call(server, within=0.4)
        assert time.monotonic() - began < 2
        assert failed.value.temporary
        assert len(server.heard) == 1


def test_an_honest_answer_is_given_as_it_came() -> None:
    with receiving(says(503, b"later", Retry_After="7")) as server:
        reply = Outbound(LOCAL).send("POST", server.url + "/h", headers={"X-Mine": "yes"}, body=b"{}", within=5)
        assert (reply.status, reply.body, reply.headers["retry-after"]) == (503, b"later", "7")
        heard = server.heard[0]
        assert (heard.method, heard.target, heard.body, heard.headers["x-mine"]) == ("POST", "/h", b"{}", "yes")
        assert heard.headers["accept-encoding"] == "identity"
        assert "cookie" not in heard.headers


def test_an_answer_is_read_up_to_a_bound() -> None:
    with receiving(floods(b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 4096)) as server:
        with pytest.raises(OutboundFailed, match="larger than 64 KiB") as failed:
            call(server)
        assert not failed.value.temporary


def test_nothing_is_unpacked() -> None:
    with receiving(says(200, BOMB[:60_000], Content_Encoding="gzip")) as server:
        assert call(server) == BOMB[:60_000]


def test_what_follows_the_status_does_not_matter_where_only_the_status_does() -> None:
    for answer in (
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"),
        floods(b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 4096),
    ):
        with receiving(answer) as server:
            sent = Outbound(LOCAL).send("POST", server.url, headers={}, within=2, whole=False)
            assert sent.status == 200


def test_a_redirect_is_an_answer_and_nobody_is_called_for_it() -> None:
    with receiving(says(200)) as inside, receiving(says(307, Location=f"{inside.url}/secret")) as server:
        reply = Outbound(LOCAL).send("POST", server.url, headers={}, within=5)
        assert reply.status == 307
        assert inside.heard == []


def test_ipv6_is_called_and_named_in_brackets() -> None:
    with receiving(says(200, b"six"), host="::1") as server:
        assert call(server) == b"six"
        assert server.heard[0].headers["host"].startswith("[::1]:")
        with pytest.raises(OutboundFailed, match="only https"):
            call(server, Outbound(["127.0.0.1"]))


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(says(200)) as proxy, receiving(says(200, b"direct")) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert call(server) == b"direct"
        assert proxy.heard == []


# ---- names ----------------------------------------------------------------------------------------------------


def _never(host: str, port: int) -> Sequence[str]:
    raise AssertionError(f"{host} {port} was resolved")


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["2606:4700::1", "::ffff:10.0.0.1"]])
def test_one_private_address_among_those_of_a_name_refuses_it(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pinned_network.socket, "create_connection", _never)
    for outbound in (Outbound(resolve=lambda _h, _p: addresses), Outbound(["other"], resolve=lambda _h, _p: addresses)):
        with pytest.raises(OutboundFailed, match="may not be called"):
            outbound.send("POST", "https://hooks.example/", headers={}, within=1)
        with pytest.raises(OutboundFailed, match="may not be called"):
            outbound.reachable("https://hooks.example/", 1)


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "localhost", "[::ffff:7f00:1]", "127.0.0.1"]
)
def test_other_ways_to_write_this_machine_lead_nowhere(host: str) -> None:
    with pytest.raises(OutboundFailed, match=r"may not be called|not known"):
        Outbound().send("POST", f"https://{host}/", headers={}, within=5)


def test_a_resolver_that_answers_another_address_the_second_time_is_not_asked_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers, connected = [["93.184.216.34"], ["127.0.0.1"]], []

    def connect(address: tuple[str, int], _timeout: float) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(pinned_network.socket, "create_connection", connect)
    with pytest.raises(OutboundFailed, match="nobody answers"):
        Outbound(resolve=lambda _h, _p: answers.pop(0)).send("POST", "https://hooks.example/", headers={}, within=1)
    assert connected == [("93.184.216.34", 443)]
    assert answers == [["127.0.0.1"]]


def test_the_checked_address_is_connected_to_and_the_next_one_where_it_does_not_answer() -> None:
    with receiving(says(200, b"here")) as server:
        port = destination(server.url).port
        outbound = Outbound(["hooks.example"], resolve=lambda _h, _p: ["127.0.0.2", "127.0.0.1"])
        reply = outbound.send("POST", f"http://hooks.example:{port}/", headers={}, within=5)
        assert reply.body == b"here"
        assert server.heard[0].headers["host"] == f"hooks.example:{port}"


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "fe80::1%lo"])  # noqa: S104 - refused
def test_even_a_host_that_is_named_stands_for_one_machine(address: str) -> None:
    with pytest.raises(OutboundFailed, match="may not be called"):
        Outbound(["inside.example"], resolve=lambda _h, _p: [address]).send(
            "POST", "http://inside.example/", headers={}, within=1
        )


def test_a_resolver_that_hangs_is_not_waited_for() -> None:
    def slow(_host: str, _port: int) -> Sequence[str]:
        time.sleep(3)
        return ["8.8.8.8"]

    began = time.monotonic()
    with pytest.raises(OutboundFailed, match="not resolved in time"):
        Outbound(resolve=slow).send("POST", "https://hooks.example/", headers={}, within=0.2)
    assert time.monotonic() - began < 1


def test_a_name_that_nobody_knows() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no")

    with pytest.raises(OutboundFailed, match="not known"):
        Outbound(resolve=unknown).send("POST", "https://hooks.example/", headers={}, within=1)


# ---- TLS ------------------------------------------------------------------------------------------------------


@pytest.fixture
def served(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side of TLS for 127.0.0.1, and a caller's that trusts it."""
    certificate, key = make_certificate(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=str(certificate))


def test_certificates_are_checked_for_the_hosts_name(served: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server_side, trusting = served
    with receiving(says(200, b"safe"), tls=server_side) as server:
        assert call(server, Outbound(LOCAL, trust=trusting)) == b"safe"
        with pytest.raises(OutboundFailed, match="vouches"):
            call(server, Outbound(LOCAL))
        port = destination(server.url).port
        named = Outbound(["hooks.example"], resolve=lambda _h, _p: ["127.0.0.1"], trust=trusting)
        with pytest.raises(OutboundFailed, match="vouches"):
            named.send("POST", f"https://hooks.example:{port}/", headers={}, within=5)
        assert len(server.heard) == 1


def test_authorities_that_cannot_be_read_vouch_for_nobody(
    monkeypatch: pytest.MonkeyPatch, served: tuple[ssl.SSLContext, ssl.SSLContext], tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    outbound_module._usual_trust.cache_clear()
    with receiving(says(200), tls=served[0]) as server, pytest.raises(OutboundFailed, match="no secure connection"):
        call(server)
    outbound_module._usual_trust.cache_clear()


def test_a_handshake_that_hangs_ends_with_the_deadline() -> None:
    with receiving(hangs) as server:
        began = time.monotonic()
        with pytest.raises(OutboundFailed, match=r"no answer in time|secure"):
            Outbound(LOCAL).send("POST", server.url.replace("http:", "https:"), headers={}, within=0.4)
        assert time.monotonic() - began < 2


def test_neither_query_nor_body_nor_headers_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with receiving(says(200, b"ANSWER-7331")) as server:
        Outbound(LOCAL).send(
            "POST", server.url + "/p?q=QUERY-7331", headers={"Authorization": "HEAD-7331"}, body=b"BODY-7331", within=5
        )
    assert "7331" not in caplog.text
