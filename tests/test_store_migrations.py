"""The steps of the schema: their names tell their order, and opening a store asks for no more than that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from store import migrations

ROOT = Path(__file__).parent.parent


def test_each_step_begins_with_its_revision_and_follows_the_one_before() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    steps = [step.revision for step in reversed(list(scripts.walk_revisions()))]
    assert steps == migrations.list_steps()
    assert scripts.get_current_head() == steps[-1]


def test_opening_a_store_that_is_up_to_date_does_without_alembic(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from store.database import Database
home = Path(sys.argv[1])
Database.open(f"sqlite:///{home / 'caibian.sqlite'}", home).close()
print("alembic" in sys.modules)
"""
    said = [
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for _ in range(2)
    ]
    assert said == ["True", "False"]
