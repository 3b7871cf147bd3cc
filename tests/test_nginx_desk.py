"""The desk behind a real nginx with the file of `deploy/`: TLS, cookies, whose address counts, limits."""

from __future__ import annotations

import http.client
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlencode

import pytest
from desks import PASSWORD, make_office
from nginx import NGINX, find_port, run_nginx
from stores import Stores

from portal import load_portal
from review.server import make_server, serve_until
from sample import NOW, PORTAL, SOURCES
from sources import load_sources
from store.accounts import add_account
from store.logins import PER_PLACE

OPENSSL = shutil.which("openssl")
CONF = Path(__file__).parent.parent / "deploy" / "nginx-desk.conf"
NAME = "desk.example.gov.cn"
pytestmark = [
    pytest.mark.skipif(NGINX is None or OPENSSL is None, reason="needs nginx and openssl (Debian)"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def desk(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """A desk that believes a proxy: its folder, with a certificate, and its port."""
    home = tmp_path_factory.mktemp("desk")
    (home / "portal.yaml").write_text(PORTAL, encoding="utf-8")
    (home / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    words = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={NAME} -keyout {home}/desk.key"
    command = [str(OPENSSL), *words.split(), "-out", f"{home}/desk.crt"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    portal, sources = load_portal(home / "portal.yaml"), load_sources(home / "sources.yaml")
    with stores.opened("sqlite", home / "store") as database:
        with database.write() as connection:
            add_account(connection, "liu", ["editor"], PASSWORD, NOW)
        office = make_office(database, portal, sources)
        server = make_server(
            database, portal, sources, database.home, office.clock, port=0, names=(NAME,), proxied=True
        )
        ended = Event()
        thread = Thread(target=serve_until, args=(server, ended), daemon=True)
        thread.start()
        yield home, server.effective_port
        ended.set()
        thread.join(timeout=10)


@pytest.fixture
def ports(desk: tuple[Path, int]) -> Iterator[tuple[int, int]]:
    """An nginx of the test's own before the desk, on two ports, plain and TLS."""
    plain, secure = find_port(), find_port()
    with run_nginx(desk[0], write_site(desk[0], desk[1], plain, secure), secure):
        yield plain, secure


def write_site(folder: Path, desk: int, plain: int, secure: int) -> str:
    """Write the project's file for the folder's certificate, and free ports."""
    site = CONF.read_text(encoding="utf-8")
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;"),
        ("127.0.0.1:8622", f"127.0.0.1:{desk}"),
        ("/etc/caibian/", f"{folder}/"),
    ):
        assert old in site
        site = site.replace(old, new)
    return site


def ask(
    port: int, path: str, method: str = "GET", body: str | None = None, **headers: str
) -> tuple[http.client.HTTPResponse, str]:
    """Ask over TLS, as a browser in the office would; give the answer and its text."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    line = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
    line.request(method, path, body, {"Host": NAME, **headers})
    answer = line.getresponse()
    text = answer.read().decode()
    line.close()
    return answer, text


def test_plain_http_leads_to_tls(ports: tuple[int, int]) -> None:
    line = http.client.HTTPConnection("127.0.0.1", ports[0], timeout=20)
    line.request("GET", "/items/1@1", headers={"Host": NAME})
    answer = line.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/items/1@1")
    line.close()


def test_the_desk_is_behind_tls_with_its_headers(ports: tuple[int, int]) -> None:
    answer, _ = ask(ports[1], "/login")
    assert answer.status == 200
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Set-Cookie"].startswith("__Host-")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "Content-Encoding" not in answer.headers
    assert ask(ports[1], "/login", Host="evil.example")[0].status == 400


def test_a_browsers_own_word_about_its_address_does_not_stand(ports: tuple[int, int]) -> None:
    """Or guessing from one machine would count as guessing from as many as it likes."""
    answer, page = ask(ports[1], "/login")
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    form = urlencode({"csrf_token": found[1], "user": "liu", "password": "x"})
    headers = {
        "Cookie": answer.headers["Set-Cookie"].partition(";")[0],
        "Content-Type": "application/x-www-form-urlencoded",
        "Referer": f"https://{NAME}/login",
    }
    codes = []
    for number in range(PER_PLACE + 1):
        told = {**headers, "X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"}
        codes.append(ask(ports[1], "/login", "POST", form, **told)[0].status)
    assert codes == [401] * PER_PLACE + [429]


def test_floods_at_the_door_are_held_off(ports: tuple[int, int]) -> None:
    codes = {ask(ports[1], "/login")[0].status for _ in range(40)}
    assert 503 in codes
    assert ask(ports[1], "/")[0].status == 303  # who works goes on
