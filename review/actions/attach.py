"""The attachments of an item: added by upload, taken away by a tick, in a new revision."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from errors import UserFault
from pipelines.normalize import describe_file
from pipelines.uploads import MOST
from review.actions.edit import save_draft
from review.actions.write import UPLOAD
from review.drawing import go
from review.permissions import DECIDE, allow, sized
from review.requests import read_uploads
from store.editing import Draft, draft_files
from store.files import save_file
from store.versions import read_form


@sized(UPLOAD)
@allow(*DECIDE)
def attach_files(item: int, number: int) -> ResponseReturnValue:
    """Save another list of attachments as the next revision; what is uploaded is told by its content."""
    gone = set(request.form.getlist("gone"))
    try:
        kept = read_uploads()
    except UserFault as error:
        return go(f"/items/{item}@{number}", f"没有保存：{error}。")

    def draft(connection: Connection) -> Draft | None:
        now = [
            file for file in read_form(connection, item, number)["attachments"] if file["hash"] not in gone
        ]
        known = {file["hash"] for file in now}
        added = [describe_file(name, file, None) for name, file in kept if file.hash not in known]
        if len(now) + len(added) > MOST:
            raise UserFault(f"一条最多 {MOST} 个附件")
        return draft_files(connection, item, number, now + added)

    def keep(connection: Connection) -> None:
        for _, file in kept:
            save_file(connection, file)

    return save_draft(item, number, draft, "请另一位编辑审。", keep=keep)
