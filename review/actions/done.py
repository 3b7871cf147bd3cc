"""What one decided today, and where it stands now."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from publish.fields import clean
from review.actions.queue import begin_day
from review.drawing import draw
from review.permissions import LOOK, allow
from review.setting import setting
from review.visits import read_now, signed_in
from review.words import ACTIONS, STATES
from store.desk import find_publication, find_standing, list_done, read_details
from store.sessions import find_act


@allow(*LOOK)
def done() -> ResponseReturnValue:
    """List today's decisions of this person, the newest first, with the address where each is public."""
    here, session, now = setting(), signed_in(), read_now()
    rows = []
    with here.database.read() as connection:
        for step in list_done(connection, session.actor.id, begin_day(now)):
            if step.item is None or step.number is None or step.action == "supersede":
                continue
            one = find_standing(connection, step.item, step.number)
            known = find_publication(connection, step.item)
            title = clean(read_details(connection, [one.revision])[one.revision].form["title"])
            public = known[1] if known is not None and one.state == "approved" else None
            rows.append({"step": step, "one": one, "title": title or "（没有标题）", "path": public})
        act = find_act(connection, session)
    return draw(
        "done.html",
        rows=rows,
        actions=ACTIONS,
        states=STATES,
        name_column=here.name_column,
        undo=act.told if act is not None else None,
        base=here.portal.identity.base_url.rstrip("/"),
        decides=bool(session.actor.roles & {"editor", "chief"}),
        back="/done",
    )
