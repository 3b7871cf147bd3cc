"""The desk's door: who gets in, who may do what, and what every answer carries."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from desks import PASSWORD, Office, fill, make_office, read_token
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from errors import ConfigurationError, UserFault
from pipelines.intake import Intake
from portal import Portal
from review.permissions import PUBLIC, SIGNED_IN, allow, check_routes, read_allowed
from review.protection import is_own_path
from sources import Sources
from store.accounts import ROLES, add_account, disable_account, set_password
from store.database import Database
from store.logins import PER_PLACE, check_password
from store.sessions import end_sessions, find_session, open_session


@pytest.fixture
def backend() -> str:
    """The door is the same on both databases; its store is tried on both in test_desk_editing."""
    return "sqlite"


@pytest.fixture
def office(database: Database, portal: Portal, sources: Sources, now: Any) -> Office:
    """A desk with a person who has a password."""
    with database.write() as connection:
        add_account(connection, "liu", ["editor"], PASSWORD, now)
        connection.execute(text("UPDATE accounts SET must_change = false WHERE id = 'liu'"))
    return make_office(database, portal, sources)


def _sign_in(office: Office, client: FlaskClient, password: str = PASSWORD, **fields: str) -> Any:
    client.get("/login")
    data = {"csrf_token": read_token(client), "user": "liu", "password": password, **fields}
    return client.post("/login", data=data)


# --- who may do what ---

_PLACES = {"item": "1", "number": "1", "prefix": "ab", "name": "x.css", "job": "1"}
# What each role may reach, written down here once more, so that a route that opens by mistake is seen.
_EVERYBODY = {"login", "static_file", "bring"}
_ANYBODY_SIGNED_IN = {"logout", "password", "awake"}
_LOOK = {
    "queue",
    "done",
    "search_all",
    "item",
    "preview",
    "source_page",
    "kept_file",
    "alike",
    "learning",
    "trial",
    "fixed_pages",
    "screened",
}
_ITEM = {
    "settle_finding",
    "resolve",
    "leave_note",
    "decide_timed",
    "mend_item",
    "attach_files",
    "take",
    "take_page",
    "taking",
    "write",
    "write_item",
    "order_alike",
}
_DECIDE = {"decide_items", "undo", "edit_item", "set_column", "claim_item", "release_item"}
_AUDIT = {"log", "export_log", "verify_log"}
_CHIEF = {"end_allowed"}
EXPECTED = dict.fromkeys(ROLES, _EVERYBODY | _ANYBODY_SIGNED_IN) | {
    "editor": _EVERYBODY | _ANYBODY_SIGNED_IN | _LOOK | _DECIDE | _ITEM,
    "chief": _EVERYBODY | _ANYBODY_SIGNED_IN | _LOOK | _DECIDE | _ITEM | _AUDIT | _CHIEF,
    "administrator": _EVERYBODY | _ANYBODY_SIGNED_IN | _AUDIT,
    "auditor": _EVERYBODY | _ANYBODY_SIGNED_IN | _LOOK | _AUDIT,
}


def _list_calls(app: Flask) -> list[tuple[str, str, str]]:
    calls = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            values = {name: _PLACES[name] for name in rule.arguments}
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
            calls += [
                (rule.endpoint, method, path) for method in sorted((rule.methods or set()) - {"OPTIONS"})
            ]
    return calls


def test_every_route_by_every_role(office: Office, intake: Intake, make_page: Callable[..., Any]) -> None:
    intake.take([make_page()])
    office.app.config["WTF_CSRF_ENABLED"] = False  # only the permission is asked here
    calls = _list_calls(office.app)
    assert {endpoint for endpoint, _, _ in calls} == EXPECTED["chief"]
    for role, (endpoint, method, path) in itertools.product(ROLES, calls):
        client = office.client(f"as-{role}")
        status = client.open(path, method=method).status_code
        if endpoint in EXPECTED[role]:
            refusals = (403, 500) if endpoint == "login" else (401, 403, 500)  # an empty form signs nobody in
            assert status not in refusals, (role, method, path, status)
        else:
            assert status == 403, (role, method, path, status)


@pytest.mark.parametrize("role", ["submitter", "director", "ops", "administrator"])
def test_who_has_no_queue_is_told_calmly_what_the_account_is_for(office: Office, role: str) -> None:
    page = office.client(f"as-{role}").get("/")
    assert page.status_code == 403
    told = {"ops": "caibian health", "administrator": "caibian user"}.get(role, "还没有供稿后台")
    assert told in page.text
    assert "办不了" not in page.text
    assert 'href="/search"' not in page.text  # nothing that would be refused is offered
    assert ('href="/log"' in page.text) == (role == "administrator")


def test_every_route_without_signing_in(office: Office) -> None:
    office.app.config["WTF_CSRF_ENABLED"] = False
    for endpoint, method, path in _list_calls(office.app):
        answer = office.client().open(path, method=method)
        if endpoint in _EVERYBODY:
            assert answer.status_code not in (303, 403), path
        elif method in ("GET", "HEAD"):
            assert answer.status_code == 303
            assert answer.headers["Location"].startswith("/login")
        else:
            assert answer.status_code == 401


def test_a_route_that_says_nothing_stops_the_start(office: Office) -> None:
    app = Flask("silent", static_folder=None)
    app.add_url_rule("/secret", "secret", lambda: "everything")
    with pytest.raises(ConfigurationError, match="/secret declares no permission"):
        check_routes(app)
    app.view_functions["secret"] = allow(SIGNED_IN)(lambda: "everything")
    check_routes(app)
    assert PUBLIC not in read_allowed(app, "secret")


# --- forgery, headers, hosts ---


def test_no_form_without_its_own_token(office: Office) -> None:
    for endpoint, method, path in _list_calls(office.app):
        if method != "POST":
            continue
        for data in ({}, {"csrf_token": "x"}, {"csrf_token": read_token(office.client("bo"))}):
            answer = office.client("as-chief").post(path, data=data)
            assert answer.status_code == 400, (endpoint, data)


def test_what_every_answer_carries(office: Office, intake: Intake, make_page: Callable[..., Any]) -> None:
    intake.take([make_page()])
    client = office.client("ann")
    for path in ("/", "/login", "/none", "/items/1@1", "/items/9@9", "/done", "/password"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
    for path in ("/items/1@1/preview", "/items/1@1/source"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert "allow-scripts" not in policy


def test_cookies_are_for_this_site_alone(
    office: Office, database: Database, portal: Portal, sources: Sources
) -> None:
    from review.app import create_app

    cookies = _sign_in(office, office.client()).headers.getlist("Set-Cookie")
    assert cookies
    assert all("HttpOnly" in one and "SameSite=Strict" in one for one in cookies)
    secure = create_app(database, portal, sources, database.home, office.clock, https=True)
    answer = secure.test_client().get("/login", base_url="https://localhost")
    assert all(one.startswith("__Host-") and "Secure" in one for one in answer.headers.getlist("Set-Cookie"))
    assert "max-age" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", ""])
def test_another_host_is_refused(office: Office, host: str) -> None:
    assert office.client().get("/login", headers={"Host": host}).status_code == 400
    assert office.client().get("/login", headers={"Host": "localhost:8622"}).status_code == 200


FOREIGN = [
    *("//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)"),
    *("/\t/evil.example", "//evil.example/%2e%2e", "/\n//evil.example", "evil.example", ""),
]


@pytest.mark.parametrize("target", FOREIGN)
def test_signing_in_leads_nowhere_else(office: Office, target: str) -> None:
    assert not is_own_path(target)
    answer = _sign_in(office, office.client(), next=target)
    assert answer.headers["Location"] == "/"
    client = office.client("ann")
    answer = office.post(client, "/decide", script=False, action="hold", go=target, back=target)
    assert answer.headers["Location"] == "/"


# --- sessions ---


def test_signing_in_and_out(office: Office) -> None:
    client = office.client()
    answer = client.get("/items/1@1?in=clean")
    assert answer.headers["Location"] == "/login?next=/items/1%401%3Fin%3Dclean"
    client.set_cookie("caibian-desk", "chosen-by-somebody-else")
    answer = _sign_in(office, client, next="/done")
    assert answer.headers["Location"] == "/done"
    cookie = client.get_cookie("caibian-desk")
    assert cookie is not None
    assert cookie.value != "chosen-by-somebody-else"
    assert client.get("/done").status_code == 200
    stolen = cookie.value
    office.post(client, "/logout")
    thief = office.client()
    thief.set_cookie("caibian-desk", stolen)
    assert thief.get("/done").status_code == 303
    assert [row.action for row in office.run("SELECT action FROM log WHERE actor = 'liu'")] == [
        "login",
        "logout",
    ]


def test_the_store_does_not_know_the_token(office: Office) -> None:
    client = office.client()
    _sign_in(office, client)
    cookie = client.get_cookie("caibian-desk")
    assert cookie is not None
    assert cookie.value not in str(office.run("SELECT * FROM sessions"))


def test_a_session_ends_by_itself(office: Office) -> None:
    client = office.client("ann")
    for _ in range(20):
        office.clock.pass_time(minutes=29)
        assert client.get("/done").status_code == 200
    office.clock.pass_time(minutes=31)
    assert client.get("/done").status_code == 303  # nobody was there for half an hour
    client = office.client("ann")
    for _ in range(25):
        office.clock.pass_time(minutes=28)
        client.get("/done")
    office.clock.pass_time(minutes=28)
    assert client.get("/done").status_code == 303  # twelve hours, however busy


def test_a_session_ends_with_the_account_or_its_password(office: Office, now: Any) -> None:
    for change in (
        lambda connection: disable_account(connection, "ann", now),
        lambda connection: set_password(connection, "bo", "一个很长的新口令呀呀", now),
        lambda connection: end_sessions(connection, "chi", now),
    ):
        clients = {who: office.client(who) for who in ("ann", "bo", "chi")}
        assert all(client.get("/done").status_code in (200, 303) for client in clients.values())
        with office.database.write() as connection:
            change(connection)
    assert clients["chi"].get("/done").status_code == 303
    assert office.client("ann").get("/done").status_code == 303
    with office.database.write() as connection:
        token = open_session(connection, "bo", now)
        assert find_session(connection, token, now) is not None
        set_password(connection, "bo", "又一个很长的新口令呀", now)
        assert find_session(connection, token, now) is None


# --- passwords and guessing ---


def test_guessing_waits_and_the_true_user_gets_in(office: Office) -> None:
    known = office.client()
    assert _sign_in(office, known).status_code == 303
    office.post(known, "/logout")  # her browser keeps the device's cookie
    thief = office.client()
    told = [_sign_in(office, thief, f"guess-{n}").status_code for n in range(PER_PLACE + 2)]
    assert told == [401] * PER_PLACE + [429, 429]
    assert _sign_in(office, thief).status_code == 429  # also with the right one: it tells nothing
    assert _sign_in(office, known).status_code == 303
    office.clock.pass_time(minutes=16)
    assert _sign_in(office, thief).status_code == 303


def test_one_password_for_many_accounts_waits_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.logins.PER_ADDRESS", 6)  # thirty take their time
    client = office.client()
    told = [_sign_in(office, client, "Sommer2026!", user=f"user{n}").status_code for n in range(7)]
    assert told[-1] == 429
    assert set(told[:-1]) == {401}


def test_wrong_name_and_wrong_password_are_told_alike(office: Office) -> None:
    pages = [_sign_in(office, office.client(), user=user, password="x" * 12) for user in ("liu", "nobody")]
    texts = [page.text.replace("liu", "nobody") for page in pages]
    assert [page.status_code for page in pages] == [401, 401]
    assert all("账号或口令不对" in text for text in texts)
    # accounts that act on the terminal only have no password, and an empty one opens nothing
    assert _sign_in(office, office.client(), user="ann", password="").status_code == 401


def test_a_given_password_must_be_changed_first(office: Office, now: Any) -> None:
    with office.database.write() as connection:
        set_password(connection, "liu", "由管理员给的口令一二", now)
    client = office.client()
    assert _sign_in(office, client, "由管理员给的口令一二").headers["Location"] == "/password"
    assert client.get("/").headers["Location"] == "/password"
    fields: dict[str, Any] = {"old": "由管理员给的口令一二", "new": PASSWORD, "again": PASSWORD}
    assert office.post(client, "/password", **{**fields, "old": "不是这个"}).status_code == 400
    assert office.post(client, "/password", **{**fields, "again": "不一样"}).status_code == 400
    elsewhere = office.client("liu")
    assert office.post(client, "/password", **fields).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 303  # every other session ended


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("短口令", "至少"),
        ("aaaaaaaaaaaa", "太简单"),
        ("12345678901", "太简单"),
        ("password2026", "常见"),
        ("my-name-is-liu", "账号名"),
        ("长" * 201, "最多"),
    ],
)
def test_rules_for_passwords(password: str, why: str) -> None:
    with pytest.raises(UserFault, match=why):
        check_password("liu", password)
    check_password("liu", PASSWORD)


def test_what_is_too_long_or_odd_is_a_fault_of_the_visitor(office: Office) -> None:
    client = office.client("ann")
    assert _sign_in(office, office.client(), user="\0\u200b", password="\0" * 500).status_code == 401
    for which in ("1@1", "x", "1@1:1; DROP TABLE log", "99999999999@1:1"):
        assert office.post(client, "/decide", action="hold", which=which).status_code == 400
    assert office.post(client, "/decide", action="hold", which="99@1:1").status_code == 409
    assert office.client("ann").get("/?q=" + "%25_%27%22" * 40).status_code == 200
    assert office.client("ann").get("/files/ab/" + "a" * 64 + ".pdf").status_code == 404


def test_the_queue_is_shown_to_who_only_looks(
    office: Office, intake: Intake, make_page: Callable[..., Any]
) -> None:
    fill(intake, make_page, 2)
    page = office.client("as-auditor").get("/").text
    assert "省教育厅第1次取暖检查通报" in page
    assert 'value="approve"' not in page


def test_what_another_site_sends_is_never_shown_as_typed_here(office: Office) -> None:
    """Else it could have the desk say what it likes; and what was typed is text, whatever it holds."""
    stranger = office.client()
    words = "<script>alert(1)</script>请打这个电话"
    for sender, shown in (("cross-site", False), ("same-site", False), ("same-origin", True)):
        answer = stranger.post(
            "/write", data={"title": words, "password": "p"}, headers={"Sec-Fetch-Site": sender}
        )
        assert answer.status_code == 401
        assert ("请打这个电话" in answer.text) == shown
        assert "<script>alert" not in answer.text
    away = stranger.post("/write", headers={"Referer": "https://evil.example/items/1@1"}).text
    assert 'href="/login?next=/"' in away
    large = stranger.post(
        "/write", data={"title": "x" * (3 << 20)}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert large.status_code == 401
