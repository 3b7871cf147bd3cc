"""A small world for one test: a server, the sources that a crawl is to know, and the store that it leaves."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sites import Reply, Sites, write_article, write_list
from sqlalchemy import text

from store.database import Database

SERVERS = Path(__file__).parent
ROOT = SERVERS.parent.parent
PORTAL = """
identity:
  name: 中国样例
  legal_name: 样例省人民政府门户网站
  site_name: 中国样例
  site_domain: www.example.gov.cn
  site_id_code: "9900000000"
  base_url: https://www.example.gov.cn
  organizer: 样例省人民政府办公厅
  crawler_contact: portal@example.gov.cn
zones:
  - key: dongtai
    name: 动态信息
    columns:
      - {key: bumen, name: 部门动态, description: 各部门的工作, keywords: [部门], type: 动态信息}
"""


@dataclass
class World:
    """A working folder, a server, and the sources that a crawl is to know."""

    folder: Path
    sites: Sites
    sources: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=lambda: {"DOWNLOAD_TIMEOUT": 4})

    def add(self, id: str, host: str, path: str = "/", scheme: str = "http", **more: Any) -> None:
        """Add a source; its list stands at a path of a host."""
        address = self.sites.address(host, path).replace("http", scheme, 1)
        entry = {"id": f"jyt-{id}", "agency": "jyt", "name": id, "address": address, **more}
        self.sources.append(json.dumps(entry, ensure_ascii=False))

    def command(self, options: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
        """Write the files; give the command of one crawl and its environment."""
        lines = ["allow_networks:", "  - {network: 127.0.0.1/32, reason: the test's own server}"]
        lines += ["defaults: {delay: 0.01, minutes: 1}", "agencies:"]
        lines += ["  - {key: jyt, name: 样例省教育厅, group: department, level: province}", "sources:"]
        lines += [f"  - {source}" for source in self.sources]
        (self.folder / "sources.yaml").write_text("\n".join(lines), encoding="utf-8")
        (self.folder / "portal.yaml").write_text(PORTAL, encoding="utf-8")
        env = {**os.environ, "PYTHONPATH": str(ROOT), "CAIBIAN_HOME": str(self.folder / "var")}
        env |= {"CAIBIAN_SOURCES": str(self.folder / "sources.yaml"), "http_proxy": "http://127.0.0.1:9"}
        env |= {"CAIBIAN_PORTAL": str(self.folder / "portal.yaml"), "CAIBIAN_DATABASE_URL": ""}
        options = {"settings": self.settings, **options}
        return [sys.executable, str(SERVERS / "crawl.py"), json.dumps(options)], env

    def crawl(self, **options: Any) -> dict[str, dict[str, Any]]:
        """Crawl once; give the rows by the sources' short ids."""
        command, env = self.command(options)
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=100, check=False)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == 0, done.stdout + done.stderr[-4000:]
        assert "Traceback" not in done.stderr, done.stderr[-4000:]
        return {row["source"].removeprefix("jyt-"): row for row in rows}

    def select(self, query: str) -> list[Any]:
        """Ask the database that the crawl has left."""
        home = self.folder / "var"
        database = Database.open(f"sqlite:///{home / 'caibian.sqlite'}", home)
        with database.read() as connection:
            rows = [tuple(row) for row in connection.execute(text(query))]
        database.close()
        return rows


def title_of(number: int) -> str:
    """A title that no other number has."""
    return f"关于做好第{number}批重点工作的通知"


def add_site(world: World, host: str, count: int = 6, **extra: Reply | bytes) -> None:
    """A site with one list of `count` articles, and what else is given by path."""
    numbers = range(count)
    rows = [(f"{host} {title_of(n)}", f"/a/{n}.html", f"2026-11-{n + 1:02d}") for n in numbers]
    rows += [(f"{host} 文件{path}的公示", path, "2026-11-01") for path in extra if path.endswith(".pdf")]
    pages: dict[str, Reply | bytes] = {"/": write_list(rows)}
    pages |= {f"/a/{n}.html": write_article(rows[n][0]) for n in numbers}
    world.sites.add(host, {**pages, **extra})


def make_certificate(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tls.localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("tls.localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "server.pem"
    path.write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def wait_for(happened: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something has happened; fail when it does not."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)
