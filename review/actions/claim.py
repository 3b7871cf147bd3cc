"""Saying that one looks at an item now, and letting go of it."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from errors import Stale
from review.deciding import Seen, explain_stale
from review.permissions import DECIDE, allow
from review.setting import setting
from review.visits import read_now, signed_in
from store.desk import claim, find_standing, release


@allow(*DECIDE)
def claim_item(item: int, number: int) -> ResponseReturnValue:
    """Claim a review for ten minutes, renewed while its page is open."""
    here, session, now = setting(), signed_in(), read_now()
    with here.database.write() as connection:
        try:
            claim(connection, item, number, session.actor, now)
        except Stale:
            version = find_standing(connection, item, number).version
            why = explain_stale(connection, Seen(item, number, version), session, now)
            return jsonify({"told": why}), 409
    return jsonify({"told": ""})


@allow(*DECIDE)
def release_item(item: int, number: int) -> ResponseReturnValue:
    """Let go of one's own claim."""
    here, session = setting(), signed_in()
    with here.database.write() as connection:
        release(connection, item, number, session.actor)
    return jsonify({"told": ""})
