"""Who may ask the page: requests with the headers that browsers send, to the guard alone and to a server."""

import http.client
import socket
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from support.pages import SERVER, served

from sim.explore.guard import Guard

OWN = "localhost:8765"
ALLOWED = {
    "the page itself": {"host": OWN},
    "a script of the page": {"host": OWN, "origin": f"http://{OWN}", "sec-fetch-site": "same-origin"},
    "another name of this machine": {"host": "127.0.0.1:8765", "origin": "http://127.0.0.1:8765"},
    "its number in version 6": {"host": "[::1]:8765"},
    "its number on the local net": {"host": "192.168.1.5:8765"},
    "a link on another site": {
        "host": OWN,
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
    },
}
REFUSED = {
    "a name pointed at this machine": {"host": "evil.example:8765"},
    "a name that begins like a number": {"host": "127.0.0.1.evil.example:8765"},
    "no address": {},
    "an empty address": {"host": ""},
    "a broken address": {"host": "[::1:8765"},
    "a page of another site": {"host": OWN, "origin": "http://evil.example"},
    "a page on another port": {"host": OWN, "origin": "http://localhost:9000"},
    "a page of another name of this machine": {"host": OWN, "origin": "http://127.0.0.1:8765"},
    "a file or a frame without rights": {"host": OWN, "origin": "null"},
    "a frame of another site": {
        "host": OWN,
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "iframe",
    },
    "a picture on another site": {"host": OWN, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
}


def raw(headers):
    return [(name.encode(), value.encode()) for name, value in headers.items()]


@pytest.mark.parametrize("headers", ALLOWED.values(), ids=ALLOWED)
def test_the_page_may_ask(headers):
    assert Guard(None, "127.0.0.1").is_own(raw(headers))


def test_a_name_that_was_allowed_may_ask_and_no_other():
    guard = Guard(None, "127.0.0.1", "Proxy.example")
    own = {"host": "proxy.example", "origin": "https://proxy.example"}
    assert guard.is_own(raw(own))
    assert not guard.is_own(raw(own | {"origin": "https://evil.example"}))
    assert not guard.is_own(raw({"host": "evil.example"}))


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
def test_nobody_else_may_ask(headers):
    assert not Guard(None, "127.0.0.1").is_own(raw(headers))


def test_two_addresses_are_none():
    assert not Guard(None, "127.0.0.1").is_own([*raw({"host": OWN}), *raw({"host": OWN})])


def test_a_name_that_is_served_on_is_an_address():
    headers = raw({"host": "Harbour.example:80", "origin": "http://harbour.example:80"})
    assert Guard(None, "harbour.example").is_own(headers)
    assert not Guard(None, "0.0.0.0").is_own(headers)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    pytest.importorskip("solara", reason="the dashboard needs Solara")
    with served(SERVER.format("harbour-blockade"), tmp_path_factory.mktemp("server")) as address:
        yield urlsplit(address)


def answer(server, path="/", **headers):
    with closing(http.client.HTTPConnection(server.hostname, server.port, timeout=30)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        return response


def test_a_server_refuses_other_sites_and_denies_framing(server):
    own = answer(server)
    assert own.status == 200
    for found in (own, answer(server, Origin="http://evil.example")):
        assert found.getheader("X-Frame-Options") == "DENY"
        assert "frame-ancestors 'none'" in found.getheader("Content-Security-Policy")
        assert found.getheader("Access-Control-Allow-Origin") is None
    assert answer(server, Origin="http://evil.example").status == 403
    assert answer(server, "/static/main.js", Host="evil.example").status == 403


def test_a_socket_opens_for_the_page_alone(server):
    client = pytest.importorskip("websockets.sync.client", reason="Solara's server speaks through websockets")
    from websockets.exceptions import InvalidStatus

    def open_socket(origin, host=server.netloc):
        address = f"ws://{host}/jupyter/api/kernels/1/channels?session_id=1"
        return client.connect(address, origin=origin, sock=socket.create_connection((server.hostname, server.port), 30))

    foreign = (("http://evil.example", server.netloc), (f"http://evil.example:{server.port}", "evil.example"))
    for origin, host in foreign:
        with pytest.raises(InvalidStatus) as refused, open_socket(origin, host):
            pass
        assert refused.value.response.status_code == 403
    with open_socket(f"http://{server.netloc}"):
        pass
