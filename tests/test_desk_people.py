"""People at the desk: editors of their own columns, passwords that grow old, accounts on the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner
from desks import PASSWORD, Office, fill, make_office

from caibian import cli
from errors import NotAllowed, NotFound, UserFault
from pipelines.intake import Intake
from portal import Portal
from sources import Sources
from store.accounts import add_account, find_actor, grant_role, list_accounts, revoke_role
from store.database import Database
from store.moves import Wish, make_actor
from store.reviews import Desk, decide

DESK = Desk({"bumen": 1, "diqu": 1, "tongzhi": 1, "renshi": 2}, timedelta())


def _list_calls(office: Office) -> Iterator[tuple[str, str]]:
    """Every address that names an item, by the application's own map: method, and the address with a gap."""
    with office.app.test_request_context():
        adapter = office.app.url_map.bind("localhost")
        for rule in office.app.url_map.iter_rules():
            if "item" in rule.arguments:
                values = {name: 7777 if name == "item" else 1 for name in rule.arguments}
                path = adapter.build(rule.endpoint, values).replace("7777", "{}")
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    yield method, path


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """One database, but for what names both."""
    return str(request.param)


@pytest.fixture
def office(
    database: Database,
    portal: Portal,
    sources: Sources,
    intake: Intake,
    make_page: Callable[..., Any],
    now: Any,
) -> Office:
    """A desk with two clean items of 部门动态, and an editor of 地区动态 alone."""
    fill(intake, make_page, 2)
    with database.write() as connection:
        add_account(connection, "di", ["editor"], PASSWORD, now, columns=["diqu"])
    return make_office(database, portal, sources)


def test_an_editor_of_a_column_sees_and_decides_that_one_alone(office: Office) -> None:
    client = office.client("di")
    office.run("SELECT 1")
    with office.database.write() as connection:
        connection.exec_driver_sql("UPDATE accounts SET must_change = false WHERE id = 'di'")
        connection.exec_driver_sql("UPDATE reviews SET column_key = 'diqu' WHERE item = 2")
    page = client.get("/").text
    assert "省教育厅第2次" in page
    assert "省教育厅第1次" not in page
    assert "您审的栏目：地区动态" in page
    calls = list(_list_calls(office))
    assert len(calls) > 12
    for method, address in calls:
        for number, foreign in ((1, True), (2, False)):
            path = address.format(number)
            ask = client.get if method == "GET" else partial(office.post, client, which=f"{number}@1:1")
            assert (ask(path).status_code == 403) == foreign, (method, path)
    told = office.post(client, "/decide", action="approve", which=["1@1:1"]).json["told"]
    assert "这个栏目不归您审" in told
    office.post(client, "/alike/2", script=False, order="together", other="1")
    assert "稿件 1 在不归您审的栏目里" in client.get("/alike/2").text
    office.post(office.client("chi"), "/alike/2", script=False, order="together", other="1")
    beside = client.get("/alike/2").text  # that there is another one is seen, and what it says is not
    assert "在不归您审的栏目里" in beside
    assert "第1次" not in beside
    assert "第1次" not in client.get("/search?q=取暖").text
    chief = office.client("chi").get("/").text
    assert "省教育厅第1次" in chief
    assert "省教育厅第2次" in chief


def test_the_table_of_moves_keeps_to_the_columns(office: Office, now: Any) -> None:
    with office.database.write() as connection:
        actor = find_actor(connection, "di")
        with pytest.raises(NotAllowed, match="none of the columns of di"):
            decide(connection, 1, 1, Wish("hold"), actor, DESK, now)
        with pytest.raises(NotAllowed, match="none of the columns of di"):
            decide(connection, 1, 1, Wish("approve", "diqu"), actor, DESK, now)


@pytest.mark.parametrize(
    ("grants", "columns"),
    [
        ([("editor", "bumen"), ("editor", "diqu")], {"bumen", "diqu"}),
        ([("editor", "bumen"), ("editor", "*")], None),
        ([("editor", "bumen"), ("chief", "*")], None),
        ([("editor", "bumen"), ("auditor", "*")], None),
        ([("editor", "bumen"), ("submitter", "*")], {"bumen"}),
        ([("auditor", "*")], None),
    ],
)
def test_who_is_bound_to_columns(grants: list[tuple[str, str]], columns: set[str] | None) -> None:
    found = make_actor("x", grants).columns
    assert (None if found is None else set(found)) == columns


@pytest.mark.parametrize("backend", ["sqlite", "postgres"], indirect=True)
def test_roles_are_given_and_taken(office: Office, now: Any) -> None:
    with office.database.write() as connection:
        grant_role(connection, "di", "editor", ["bumen", "tongzhi"], now)
        assert find_actor(connection, "di").columns == frozenset({"bumen", "tongzhi"})
        grant_role(connection, "di", "chief", [], now)
        assert find_actor(connection, "di").columns is None
        revoke_role(connection, "di", "editor", now)
        assert find_actor(connection, "di").roles == {"chief"}
        with pytest.raises(UserFault, match="is no editor"):
            revoke_role(connection, "di", "editor", now)
        with pytest.raises(UserFault, match="only an editor"):
            grant_role(connection, "di", "chief", ["bumen"], now)
        with pytest.raises(NotFound):
            grant_role(connection, "nobody", "chief", [], now)
        found = {one.name: one for one in list_accounts(connection)}
    assert found["di"].roles == ("chief",)
    assert found["ann"].password_at is None


def test_a_password_that_grew_old_is_changed_first(office: Office) -> None:
    client = office.client("di")
    fields: dict[str, Any] = {"old": PASSWORD, "new": PASSWORD + "二", "again": PASSWORD + "二"}
    assert office.post(client, "/password", **fields).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    office.clock.pass_time(days=89)
    assert office.client("di").get("/").status_code == 200
    office.clock.pass_time(days=2)
    late = office.client("di")
    assert late.get("/").headers["Location"] == "/password"
    assert "口令用了 90 天以上" in late.get("/password").text
    fields = {"old": PASSWORD + "二", "new": PASSWORD + "三", "again": PASSWORD + "三"}
    assert office.post(late, "/password", **fields).headers["Location"] == "/"
    assert late.get("/").status_code == 200


def test_on_the_terminal(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIBIAN_HOME", str(tmp_path))
    monkeypatch.delenv("CAIBIAN_DATABASE_URL", raising=False)

    def run(*words: str) -> Any:
        return CliRunner().invoke(cli, ["user", *words], catch_exceptions=True)

    assert run("add", "liu", "--role", "editor", "--column", "tzgg").exit_code == 0
    assert run("grant", "liu", "--role", "chief").exit_code == 0
    assert run("revoke", "liu", "--role", "chief").exit_code == 0
    wrong = run("grant", "liu", "--role", "editor", "--column", "nix")
    assert wrong.exit_code != 0
    told = json.loads(run("list", "--json").output)
    assert (told["name"], told["roles"], told["columns"]) == ("liu", ["editor"], ["tzgg"])
