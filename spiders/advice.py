"""What a look at a column means for whoever adds it: how its pages turn, and what to do without rows."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from reading.page import ListPage
from spiders.faults import Fault
from spiders.look import Look

_BROWSER = "only a script fills it: pip install caibian[js] and probe again with --browser"
_DO: dict[str, str] = {
    "browser": _BROWSER,
    "login": "the page asks for a password: ask the agency for a public address",
    "blocked": "a firewall answered: ask the agency to let the crawler in, never work around it",
    "error_page": "an error page answered: open the address in a browser and copy the right one",
    "empty": "the page itself says that it has no entries: add it when it has some",
    "no_rows": "no rows were found: give `selectors: {rows: …}` in sources.yaml, or look for a feed",
}
_FAULTS: dict[str, str] = {
    "robots": "robots.txt forbids it: ask the agency",
    "guarded": "the address lies inside: open its network under allow_networks, with the reason",
    "barred": "the site keeps the crawler out: ask the agency",
    "retry-after": "the site asks to wait: try again later",
    "dns": "the name does not resolve: check the address",
    "tls": "its certificate is not valid: ask the agency, or `verify_tls: false` with a reason",
}


def advise(look: Look) -> str | None:
    """Say what to do about a list without rows; None for one that has them."""
    if look.rows:
        return None
    if look.fault is not None:
        return _advise_fault(look.fault)
    last = look.lists[-1]
    if last.status == "moved":
        return f"the page leads on to {last.next}: probe that address"
    if last.status != "second_request":
        return _DO.get(last.status, _DO["no_rows"])
    if last.next:
        return f"the rows come by a second request to {last.next}, on another site: give that address"
    return (
        "the rows come by a second request whose address the page does not name: find it in the browser's "
        f"tools under Network and probe it; or {_BROWSER}"
    )


def _advise_fault(fault: Fault) -> str:
    todo = _FAULTS.get(fault.kind, "look at it in a browser, try again later")
    return f"{fault.words}; {todo}"


def tell_paging(look: Look) -> str:
    """Say how the list turns its pages, and what its second page showed."""
    if not look.rows:
        return "–"
    last = look.lists[-1]
    if last.next is None:
        return last.cut or "no further page"
    tried = f"not read: {look.second_fault}"
    if look.second is not None:
        new = {row.url for row in look.second.rows} - {row.url for row in last.rows}
        tried = f"it has {len(look.second.rows)} rows, {len(new)} of them new"
    return f"{_name_way(last)}, next {last.next}: {tried}"


def _name_way(page: ListPage) -> str:
    if page.form is not None:
        posts = {name for name, _ in page.form}
        return "by ASP.NET's form" if "__VIEWSTATE" in posts else "by a form that is sent"
    if page.next and "dataproxy.jsp" in page.next:
        return "by the data proxy of 大汉"
    mine, yours = (parse_qs(urlsplit(url).query) for url in (page.url, page.next or ""))
    moved = [name for name in yours if mine.get(name) != yours[name]]
    if urlsplit(page.url).path == urlsplit(page.next or "").path and moved:
        return f"by `{moved[0]}` in the address"
    return "by a link or the script of its pager"
