"""The portal behind a real nginx with the file of `deploy/`: 410s, redirects, headers, compression."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from nginx import NGINX, find_port, run_nginx
from office import Office, keep_pdf, read_site
from stores import Stores

from portal import load_portal
from publish.assets import read_assets
from sample import PORTAL
from store.redirects import save_redirects

CONF = Path(__file__).parent.parent / "deploy" / "nginx.conf"
pytestmark = pytest.mark.skipif(NGINX is None, reason="needs nginx (Debian's nginx-light)")


MOVED = {
    "/old/1.htm": "/articles/2026/11/1.html",
    "/旧/通知.htm": "/columns/bumen/",
    "/show.aspx?id=7": "/articles/2026/11/1.html",
    "/older/2.htm": "/old/2.htm",
    "/old/2.htm": "/articles/2026/11/2.html",
    **{f"/{'long' * 90}/{number}.htm": "/" for number in range(300)},
}


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    raw = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, raw


@pytest.fixture(scope="module")
def office(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Two items, one with an attachment, one withdrawn after it was public."""
    home = tmp_path_factory.mktemp("nginx")
    (home / "portal.yaml").write_text(PORTAL + "settings: {traditional: true}\n", encoding="utf-8")
    with stores.opened("sqlite", home / "store") as database:
        office = Office(database, load_portal(home / "portal.yaml"))
        for form in ({"attachments": [keep_pdf(office)]}, {"title": "撤下的"}):
            office.approve(office.write(**form))
        office.publish()
        office.decide(2, "withdraw")
        with database.write() as connection:
            save_redirects(connection, MOVED)
        office.publish()
        yield office


@pytest.fixture(scope="module")
def port(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """An nginx of our own on a free port, with the project's file for the site."""
    number = find_port()
    site = CONF.read_text(encoding="utf-8")
    site = site.replace("listen 80;", f"listen 127.0.0.1:{number};")
    site = site.replace("/var/lib/caibian/site", str(office.site.parent))
    with run_nginx(tmp_path_factory.mktemp("served"), site, number):
        yield number


def test_a_withdrawn_address_answers_410_with_its_page_and_an_unknown_one_404(port: int) -> None:
    status, headers, raw = ask(port, "/articles/2026/11/2.html")
    assert status == 410
    assert "这条信息已撤下" in raw.decode()
    assert "content-security-policy" in headers
    status, _, raw = ask(port, "/articles/2026/11/99.html")
    assert status == 404
    assert "没有这个页面" in raw.decode()
    assert ask(port, "/gone/articles/2026/11/2.html")[0] == 404


def test_the_traditional_version_answers_in_the_same_way(port: int) -> None:
    status, _, raw = ask(port, "/zh-hant/articles/2026/11/2.html")
    assert status == 410
    assert "這條信息已撤下" in raw.decode()
    assert ask(port, "/zh-hant/articles/2026/11/1.html")[0] == 200
    assert ask(port, "/zh-hant/")[0] == 200
    assert ask(port, "/gone/zh-hant/articles/2026/11/2.html")[0] == 404
    assert "connect-src" in ask(port, "/zh-hant/search/")[1]["content-security-policy"]
    for path in ("/zh-hant/nothing", "/zh-hant/articles/2026/11/99.html"):
        status, headers, raw = ask(port, path)
        assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "沒有這個頁面" in raw.decode()
        assert "default-src 'none'" in headers["content-security-policy"]


def test_without_a_traditional_version_there_is_one_page_for_what_is_not_there(
    tmp_path: Path,
) -> None:
    (tmp_path / "current").mkdir()
    (tmp_path / "current" / "404.html").write_text("没有这个页面", encoding="utf-8")
    number = find_port()
    site = CONF.read_text(encoding="utf-8").replace("listen 80;", f"listen 127.0.0.1:{number};")
    (tmp_path / "served").mkdir()
    with run_nginx(tmp_path / "served", site.replace("/var/lib/caibian/site", str(tmp_path)), number):
        assert [ask(number, path)[0] for path in ("/nothing", "/zh-hant/nothing")] == [404, 404]
        assert ask(number, "/zh-hant/nothing")[2].decode() == "没有这个页面"


def test_pages_carry_their_headers_and_are_compressed(port: int) -> None:
    status, headers, _ = ask(port, "/", **{"Accept-Encoding": "gzip"})
    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-encoding"] == "gzip"
    assert headers["cache-control"] == "public, max-age=60"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "nginx/" not in headers["server"]
    assert ask(port, "/columns/bumen/")[0] == 200
    assert "connect-src 'self'" in ask(port, "/search/")[1]["content-security-policy"]
    assert ask(port, "/", method="POST")[0] == 405


def test_named_by_their_hash_assets_are_kept_for_a_year(port: int) -> None:
    for name, kind in (("portal.css", "text/css"), ("search.js", "application/javascript")):
        status, headers, _ = ask(port, read_assets()[name].path)
        assert status == 200
        assert headers["content-type"].startswith(kind)
        assert headers["cache-control"] == "public, max-age=31536000, immutable"


def test_documents_are_sent_as_attachments_that_nothing_runs_in(port: int, office: Office) -> None:
    path = next(path for path in read_site(office.site) if path.endswith(".pdf"))
    status, headers, _ = ask(port, path)
    assert status == 200
    assert headers["content-disposition"] == "attachment"
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]


def test_old_addresses_lead_to_the_new_ones(port: int) -> None:
    for old, new in MOVED.items():
        status, headers, _ = ask(port, quote(old, safe="/?=&"))
        assert status == 301
        assert headers["location"] == MOVED.get(new, new)
    assert ask(port, "/show.aspx?id=8")[0] == 404
    assert ask(port, "/show.aspx")[0] == 404
    assert ask(port, "/old/1.htm?from=1")[0] == 301


def test_no_request_makes_a_redirect_that_leads_away(port: int) -> None:
    for path in (
        "//evil.example/",
        "/%2f/evil.example",
        "/columns/bumen",
        "/old/1.htm",
        "//evil.example/%2e%2e",
    ):
        for host in ("evil.example", "127.0.0.1"):
            status, headers, _ = ask(port, path, Host=host)
            location = headers.get("location", "/")
            assert location.startswith("/"), (path, location)
            assert not location.startswith("//"), (path, location)
            assert status in (301, 404, 200), path


def test_nothing_of_a_withdrawn_item_is_served_and_no_older_release_can_be_asked_for(
    port: int, office: Office
) -> None:
    title = "撤下的".encode()
    served = read_site(office.site)
    assert [path for path, raw in served.items() if title in raw] == []
    assert any(title in path.read_bytes() for path in (office.home / "site" / "trees").rglob("*.html"))
    tree = (office.site.parent / "releases" / "1").resolve().name
    for path in (
        "/../releases/1",
        "/%2e%2e/releases/1",
        "/releases/1",
        f"/trees/{tree}",
        f"/..%2ftrees/{tree}",
    ):
        status, _, raw = ask(port, f"{path}/articles/2026/11/2.html")
        assert status in (400, 404), path
        assert title not in raw


def test_the_next_release_is_served_at_once(port: int, office: Office) -> None:
    office.approve(office.write(title="刚刚发布的信息"))
    office.publish()
    assert "刚刚发布的信息" in ask(port, "/")[2].decode()
