"""Short commands that are forked from a process which has imported everything, as those that are started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from sample import PORTAL, SOURCES

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with both files; what is run in it finds them by its environment."""
    (tmp_path / "portal.yaml").write_text(PORTAL, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(
        SOURCES.replace("address:", "enabled: false, reason: 样例, address:"), encoding="utf-8"
    )
    return tmp_path


def run(folder: Path, body: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own: a fork server belongs to the process that has it."""
    script = folder / "keeper.py"
    script.write_text(
        "import os, sys\n"
        "from pathlib import Path\n"
        "from processes import Processes\n"
        "from standby import Standby\n"
        f"def main():\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
        "if __name__ == '__main__':\n"
        "    main()\n",
        encoding="utf-8",
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "CAIBIAN_HOME": str(folder / "var")}
    env |= {"CAIBIAN_DATABASE_URL": "", "CAIBIAN_SOURCES": "", "CAIBIAN_PORTAL": ""}
    return subprocess.run(
        [sys.executable, str(script)],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_forked_command_does_what_a_started_one_does(folder: Path) -> None:
    done = run(
        folder,
        """
        processes = Processes(os.environ, Path.cwd(), Standby())
        print([processes.run(words) for words in (("publish",), ("publish", "--rollback", "7"), ("jobs",))])
        print(Processes(os.environ, Path.cwd()).run(("publish", "--rollback", "7")))
        """,
    )
    assert done.stdout.splitlines() == ["[0, 2, 0]", "2"], done.stderr
    assert done.stderr.count("release 7 is not kept any more") == 2
    assert "release:" in done.stderr  # what a child prints is part of the log


def test_a_forked_command_has_its_own_environment(folder: Path) -> None:
    done = run(
        folder,
        """
        processes = Processes({**os.environ, "CAIBIAN_PORTAL": "nowhere.yaml"}, Path.cwd(), Standby())
        print(processes.run(("publish",)))
        """,
    )
    assert done.stdout.split() == ["2"], done.stderr
    assert "nowhere.yaml" in done.stderr


def test_jobs_that_are_forked_start_what_is_due(folder: Path) -> None:
    done = run(
        folder,
        """
        from clock import read_clock
        from store.database import Database
        from store.jobs import add_job, find_job
        database = Database.open(f"sqlite:///{Path('var').absolute()}/caibian.sqlite", Path("var"))
        processes = Processes(os.environ, Path.cwd(), Standby())
        processes.run(("publish",))
        with database.write() as connection:
            number = add_job(connection, "publish", "", "ann", read_clock())
        print(processes.run(("jobs",)))
        with database.read() as connection:
            print(find_job(connection, number).outcome)
        """,
    )
    assert done.stdout.split() == ["0", "done"], done.stderr


def test_told_to_stop_a_forked_command_ends(folder: Path) -> None:
    begun = time.monotonic()
    done = run(
        folder,
        """
        import time
        from filelock import FileLock
        processes = Processes(os.environ, Path.cwd(), Standby())
        processes.run(("publish",))
        with FileLock("var/locks/publish.lock"):
            process = processes.start(("publish", "--wait", "60"))
            while os.getsid(process.pid) != process.pid:
                time.sleep(0.01)  # a session of its own: Ctrl-C reaches the keeper alone
            processes.stop()
        print(process.wait())
        """,
    )
    assert done.stdout.split() == [str(-signal.SIGTERM)], done.stderr
    assert time.monotonic() - begun < 60


def test_after_the_program_was_replaced_the_new_one_is_run(tmp_path: Path) -> None:
    """What the fork server has imported is the old program: the command is begun anew."""
    program = tmp_path / "program"
    for name in ("standby.py", "processes.py", "clock.py", "errors.py", "paths.py"):
        program.mkdir(exist_ok=True)
        (program / name).write_bytes((ROOT / name).read_bytes())
    for name in ("commands", "publish", "store"):
        (program / name).symlink_to(ROOT / name)
    (program / "caibian.py").write_text("print('old')\n")
    (tmp_path / "keeper.py").write_text(
        "import os\n"
        "from pathlib import Path\n"
        "from standby import Standby\n"
        "if __name__ == '__main__':\n"
        "    standby = Standby()\n"
        "    standby.start(('publish',), os.environ, Path.cwd()).wait()\n"
        f"    Path({str(program / 'caibian.py')!r}).write_text('print(\"new one\")')\n"
        "    standby.start(('publish',), os.environ, Path.cwd()).wait()\n"
    )
    env = {**os.environ, "PYTHONPATH": str(program)}
    done = subprocess.run(
        [sys.executable, str(tmp_path / "keeper.py")],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert [line for line in done.stderr.splitlines() if line in ("old", "new one")] == ["old", "new one"]
