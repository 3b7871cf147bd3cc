"""微信公众平台: many rows of government lists lead to its articles; the account's name is the source."""

from __future__ import annotations

from reading.families import Family

FAMILY = Family(
    name="weixin",
    marks=(
        'id="js_article"',
        'id="activity-name"',
    ),
    containers=("//*[@id='js_content']",),
    fields={"article_title": "//*[@id='activity-name']", "credit": "//*[@id='js_name']"},
)
