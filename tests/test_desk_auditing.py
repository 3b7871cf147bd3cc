"""The log for auditors: filtered, paged, exported, checked; and it says by itself that it was exported."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from desks import Office, fill, make_office
from sqlalchemy import text
from stores import lift_guards

from caibian import cli
from pipelines.intake import Intake
from portal import Portal
from sample import NOW
from sources import Sources
from store.audit import FIELDS, Wanted, list_rows, read_rows
from store.database import Database
from store.exporting import write_csv, write_lines
from store.log import Entry, append


@pytest.fixture
def office(
    database: Database,
    portal: Portal,
    sources: Sources,
    intake: Intake,
    make_page: Callable[..., Any],
) -> Office:
    fill(intake, make_page, 3)
    return make_office(database, portal, sources)


def test_rows_are_found_by_person_action_item_and_day(database: Database) -> None:
    with database.write() as connection:
        for days, who, action, item in (
            (0, "ann", "approve", 1),
            (1, "bo", "reject", 2),
            (2, "ann", "hold", 2),
        ):
            append(connection, Entry(who, "desk", action, item), NOW + timedelta(days=days))
    with database.read() as connection:

        def find(**wanted: Any) -> list[str]:
            return [
                row["action"] for row in list_rows(connection, Wanted(**wanted), 50) if row["via"] == "desk"
            ]

        day = NOW.date()
        assert find(actor="ann") == ["hold", "approve"]
        assert find(action="reject") == ["reject"]
        assert find(item=2) == ["hold", "reject"]
        assert find(since=day + timedelta(days=1)) == ["hold", "reject"]
        assert find(until=day) == ["approve"]
        assert find(since=day + timedelta(days=1), until=day + timedelta(days=1)) == ["reject"]
        first = list_rows(connection, Wanted(), 2)
        older = list_rows(connection, Wanted(), 100, before=first[-1]["seq"])
        assert [row["seq"] for row in first + older] == list(range(first[0]["seq"], 0, -1))
        assert [row["seq"] for row in read_rows(connection, Wanted())] == list(range(1, first[0]["seq"] + 1))


def test_exports_hold_every_row_and_no_formula(database: Database) -> None:
    with database.write() as connection:
        append(connection, Entry("ann", "desk", "reject", 1, reason='=HYPERLINK("x")\n第二行,逗号'), NOW)
    with database.read() as connection:
        lines = [json.loads(line) for line in write_lines(connection, Wanted())]
        rows = list(csv.DictReader(io.StringIO("".join(write_csv(connection, Wanted())))))
    assert [row["seq"] for row in lines] == [int(row["seq"]) for row in rows]
    assert tuple(rows[0]) == FIELDS
    assert lines[-1]["reason"].startswith("=")
    assert rows[-1]["reason"] == '\'=HYPERLINK("x")\n第二行,逗号'


def test_an_auditor_reads_filters_and_exports_it(office: Office) -> None:
    office.post(office.client("ann"), "/decide", action="reject", which="1@1:1", reason="与本门户无关")
    auditor = office.client("as-auditor")
    page = auditor.get("/log?actor=ann&action=reject").text
    assert "与本门户无关" in page
    assert "待审 → 不用" in page
    assert page.count("<tr><td") == 1
    assert "没有这样的记录" in auditor.get("/log?item=99").text
    answer = office.post(auditor, "/log/export?actor=ann", script=False, **{"as": "csv"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="log.csv"'
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert len(answer.text.splitlines()) == 2
    (row,) = office.run("SELECT actor, reason FROM log WHERE action = 'export'")
    assert tuple(row) == ("as-auditor", "csv: actor=ann")
    assert len(office.post(auditor, "/log/export", script=False, **{"as": "json"}).text.splitlines()) > 5


def test_odd_filters_are_no_fault(office: Office) -> None:
    client = office.client("as-auditor")
    for query in ("item=x", "since=2026-02-30", "before=x", "actor=%00", "item=" + "9" * 30, "until='"):
        assert client.get(f"/log?{query}").status_code == 200, query


def test_long_logs_are_paged(office: Office) -> None:
    with office.database.write() as connection:
        for number in range(250):
            append(connection, Entry("ann", "desk", "column", number), NOW)
    client, path, seen = office.client("as-auditor"), "/log?action=column", 0
    for _ in range(3):
        page = client.get(path).text
        seen += page.count("<tr><td")
        path = page.partition('href="/log?action=column&amp;before=')[2].partition('"')[0]
        path = f"/log?action=column&before={path}"
    assert seen == 250


def test_the_check_names_the_first_bad_row(office: Office) -> None:
    auditor = office.client("as-auditor")
    office.post(auditor, "/log/verify", script=False)
    assert "记录完整" in auditor.get("/log").text
    with office.database.write() as connection:
        lift_guards(connection, "log")
        connection.execute(text("UPDATE log SET actor = 'bo' WHERE seq = 3"))
    office.post(auditor, "/log/verify", script=False)
    assert "记录被动过：log row 3 was edited" in auditor.get("/log").text


def test_the_terminal_exports_it_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIBIAN_HOME", str(database.home))
    monkeypatch.setenv("CAIBIAN_DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    with database.write() as connection:
        append(connection, Entry("ann", "desk", "reject", 1, reason="重复"), NOW)
    words = ["audit", "export", "--actor", "ann", "--since", str(NOW.date()), "--until", str(NOW.date())]
    told = CliRunner().invoke(cli, [*words, "--as", "json"], catch_exceptions=False).stdout
    (row,) = map(json.loads, told.splitlines())
    assert (row["actor"], row["action"], row["reason"]) == ("ann", "reject", "重复")
    assert len(CliRunner().invoke(cli, words, catch_exceptions=False).stdout.splitlines()) == 2
