"""What one decided today, and where it stands now."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from review.actions.queue import begin_day
from review.drawing import draw
from review.permissions import LOOK, allow
from review.setting import setting
from review.visits import read_now, signed_in
from review.whereabouts import tell_whereabouts
from review.words import ACTIONS, name_title
from store.desk import count_done, list_done
from store.sessions import find_act
from store.whereabouts import find_whereabouts


@allow(*LOOK)
def done() -> ResponseReturnValue:
    """List today's decisions of this person, the newest first, with where each stands now."""
    here, session, now = setting(), signed_in(), read_now()
    with here.database.read() as connection:
        steps = [
            step
            for step in list_done(connection, session.actor.id, begin_day(now))
            if step.revision is not None and step.number is not None and step.action != "supersede"
        ]
        revisions = {step.revision for step in steps if step.revision is not None}
        faces = here.faces.read(connection, revisions)
        places = find_whereabouts(connection, revisions)
        act = find_act(connection, session)
        count = count_done(connection, session.actor.id, begin_day(now))
    rows = [
        {
            "step": step,
            "title": name_title(faces[step.revision].title),
            "stands": tell_whereabouts(places[step.revision], here, now),
        }
        for step in steps
        if step.revision in places and step.revision in faces
    ]
    return draw(
        "done.html",
        rows=rows,
        count=count,
        actions=ACTIONS,
        name_column=here.name_column,
        undo=act.told if act is not None else None,
        back="/done",
    )
