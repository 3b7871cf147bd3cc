"""TRS WCM and 海云: text under `TRS_Editor`, pages named t20260327_1404395.html."""

from __future__ import annotations

import re

from reading.families import Family

FAMILY = Family(
    name="trs",
    marks=(
        "TRS_Editor",
        "TRS_UEDITOR",
        "trs_editor_view",
        "trs_paper_default",
    ),
    address=re.compile(r"/t20\d{6}_\d+(?:_\d+)?\.s?html?$"),
    containers=(
        "//*[contains(@class, 'TRS_Editor')]",
        "//*[contains(@class, 'trs_editor_view')]",
        "//*[contains(@class, 'TRS_UEDITOR')]",
    ),
    lists=re.compile(r"/t(?:19|20)\d{6}_\d+\.s?html?|createPageHTML\(\s*\d"),
)
