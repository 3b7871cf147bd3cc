"""Real pages through the real crawl: what is stored is what `caibian extract` reads from the same page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from pipelines.normalize import clean_line
from store.database import Database
from store.tables import readings, sightings

ROOT = Path(__file__).parent.parent
SERVERS = Path(__file__).parent / "servers"
sys.path.insert(0, str(SERVERS))

from replay import Saved, read_corpus, serve_corpus  # noqa: E402
from sites import Reply, run_sites, write_article, write_list  # noqa: E402

PORTAL = """
identity: {name: 中国样例, legal_name: 样例省人民政府门户网站, site_name: 中国样例,
  organizer: 样例省人民政府办公厅,
  site_domain: www.example.gov.cn, site_id_code: "9900000000", base_url: "https://www.example.gov.cn",
  crawler_contact: portal@example.gov.cn}
zones:
  - {key: dongtai, name: 动态信息, columns: [
      {key: bumen, name: 部门动态, description: 各部门的工作, keywords: [部门], type: 动态信息}]}
"""
LINES = (
    "title",
    "author",
    "doc_number",
    "index_number",
    "issuer",
    "topic",
    "validity",
    "summary",
    "list_name",
)


@dataclass
class Replay:
    """A working folder behind a proxy."""

    folder: Path
    port: int
    names: dict[str, str]

    def crawl(self, lists: dict[str, str]) -> dict[str, dict[str, Any]]:
        """Crawl the lists, given by source; give the run's rows."""
        (self.folder / "portal.yaml").write_text(PORTAL, encoding="utf-8")
        content = {
            "allow_networks": [{"network": "127.0.0.1/32", "reason": "the proxy of the test"}],
            "defaults": {"delay": 0.01, "minutes": 3},
            "agencies": [{"key": "jyt", "name": "样例省教育厅", "group": "department", "level": "province"}],
            "sources": [
                {"id": f"jyt-{id}", "agency": "jyt", "name": id, "address": address}
                for id, address in lists.items()
            ],
        }
        (self.folder / "sources.yaml").write_text(json.dumps(content), encoding="utf-8")
        env = {**os.environ, "PYTHONPATH": str(ROOT), "CAIBIAN_HOME": str(self.folder / "var")}
        env |= {"CAIBIAN_SOURCES": str(self.folder / "sources.yaml"), "CAIBIAN_DATABASE_URL": ""}
        env |= {"CAIBIAN_PORTAL": str(self.folder / "portal.yaml")}
        handlers = dict.fromkeys(("http", "https"), "proxy.ReplayHandler")
        settings = {
            "CAIBIAN_TEST_PROXY": f"http://127.0.0.1:{self.port}",
            "CAIBIAN_TEST_NAMES": self.names,
            "DOWNLOAD_HANDLERS": {"data": None, "file": None, "ftp": None, "s3": None, **handlers},
            "TWISTED_DNS_RESOLVER": "proxy.TableResolver",
        }
        command = [sys.executable, str(SERVERS / "crawl.py"), json.dumps({"settings": settings})]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, done.stdout + done.stderr[-4000:]
        assert "Traceback" not in done.stderr, done.stderr[-4000:]
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return {row["source"].removeprefix("jyt-"): row for row in rows}

    def read_stored(self) -> dict[str, tuple[dict[str, Any], dict[str, str]]]:
        """Give the fields and origins of each reading by address."""
        home = self.folder / "var"
        database = Database.open(f"sqlite:///{home / 'caibian.sqlite'}", home)
        query = select(sightings.c.address, readings.c.fields, readings.c.origins)
        with database.read() as connection:
            rows = connection.execute(query.join_from(readings, sightings)).all()
        database.close()
        return {address: (json.loads(fields), json.loads(origins)) for address, fields, origins in rows}


def extract(pages: list[Saved], folder: Path) -> dict[str, dict[str, Any]]:
    """What `caibian extract` says of the same files and addresses, by address."""
    manifest = folder / "manifest.jsonl"
    lines = [json.dumps({"file": str(page.path), "url": page.address}) for page in pages]
    manifest.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, str(ROOT / "caibian.py"), "extract", "--manifest", str(manifest), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    said = map(json.loads, done.stdout.splitlines())
    return {page.address: one for page, one in zip(pages, said, strict=True)}


def tell_expected(said: dict[str, Any], origins: dict[str, str]) -> dict[str, Any]:
    """The fields as they are stored; what the page leaves out may have come from its list or its site."""
    expected = {name: clean_line(said[name]) for name in LINES}
    expected |= {
        "credit": clean_line(said["source"]),
        "issued": said["issued"],
        "published": said["published"],
    }
    expected["text"] = said["text"]
    elsewhere = ("list row", "provider")
    return {name: value for name, value in expected.items() if value or origins.get(name) not in elsewhere}


def test_every_labelled_article_is_stored_as_extract_reads_it(shared: Path, tmp_path: Path) -> None:
    pages = read_corpus(shared / "corpus")
    wanted = [page for page in pages if page.labelled]
    with run_sites() as sites:
        listed = serve_corpus(sites, pages)
        lists = {f"s{number}": address for number, address in enumerate(listed)}
        replay = Replay(tmp_path, sites.port, {})
        rows = replay.crawl(lists)
    wrong = {lists[id]: row["evidence"] for id, row in rows.items() if row["verdict"] != "well"}
    assert not wrong
    stored, said = replay.read_stored(), extract(wanted, tmp_path)
    assert len(wanted) > 80
    assert {page.address for page in wanted} - stored.keys() == set()
    for address, one in said.items():
        fields, origins = stored[address]
        expected = tell_expected(one, origins)
        assert {name: fields[name] for name in expected} == expected, address


def test_the_guard_looks_at_every_target_before_the_proxy_is_asked(tmp_path: Path) -> None:
    article = Reply(write_article("关于开放图书馆的通知"))
    rows = [
        ("关于开放图书馆的通知", f"http://{host}/a.html", "2026-11-05") for host in ("www.a.cn", "10.0.0.1")
    ]
    rows += [("关于开放体育馆的通知", "http://inside.a.cn/a.html", "2026-11-04")]
    with run_sites() as sites:
        sites.add("www.a.cn", {"http://www.a.cn/": write_list(rows), "http://www.a.cn/a.html": article})
        for host in ("10.0.0.1", "inside.a.cn", "back.a.cn"):
            sites.add(host, {f"http://{host}/": write_list(rows), f"http://{host}/a.html": article})
        replay = Replay(tmp_path, sites.port, {"inside.a.cn": "192.168.1.7", "back.a.cn": "192.168.1.8"})
        told = replay.crawl({"open": "https://www.a.cn/", "back": "http://back.a.cn/"})
        asked = {asked.host for asked in sites.log}
    assert asked == {"www.a.cn"}
    assert told["open"]["new"] == 1
    assert told["open"]["failed"] == 2
    assert told["back"]["verdict"] == "blocked"
    assert "192.168.1.8" in told["back"]["evidence"]
