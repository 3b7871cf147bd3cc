"""What an account that looks at no queue can do instead, in words for the person behind it."""

from __future__ import annotations

from collections.abc import Collection

_NOT_YET = "这个版本还没有供稿后台，稿件请照原来的方式报送；开通以后，用这个账号登录就能看到。"
_PLACES = {
    "submitter": f"您的账号是供稿员：给门户报送稿件用。{_NOT_YET}",
    "director": f"您的账号是供稿单位负责人：签发本单位的稿件用。{_NOT_YET}",
    "ops": (
        "您的账号是运维：在服务器的终端里工作，这里没有您的页面。"
        "各来源的情况看 caibian health，任务看 caibian jobs，门户看 caibian verify，备份用 caibian backup。"
    ),
    "administrator": "您的账号是系统管理员：账号在终端里用 caibian user 管理，谁做过什么在“记录”页。",
}


def list_places(roles: Collection[str]) -> list[str]:
    """Give a paragraph for each of a person's roles that has no queue."""
    return [words for role, words in _PLACES.items() if role in roles]
