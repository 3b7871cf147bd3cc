"""The command line: a group of short commands, which live in `commands/` by room.

A command's room is imported when that command is called, so that none pays for the others' start.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import click

from errors import AlreadyRunning, CaibianError
from terminal import set_up_logging

# Which room a command lives in, by what it is about.
ROOMS = {
    "clusters": ("cluster",),
    "collecting": ("check", "crawl", "health", "recheck"),
    "desk": ("serve",),
    "housekeeping": ("backup", "restore", "tidy", "upgrade"),
    "learning": ("label", "train"),
    "pages": ("extract", "rows"),
    "people": ("user",),
    "probing": ("probe",),
    "publishing": ("audit", "demo", "inspect", "publish", "verify"),
    "redirecting": ("redirect",),
    "reviewing": ("decide", "queue", "submit"),
    "screening": ("allow", "confirm", "screen"),
    "taking": ("take",),
    "timing": ("jobs", "schedule"),
}
# Who waits for an editor at the desk or a reader of the portal, and by how much, as of `nice`: a crawl has
# all night, and a publish is waited for, too.
BEHIND = {**dict.fromkeys(("crawl", "recheck", "screen", "train", "backup"), 10), "publish": 5}
_ROOM_OF = {name: room for room, names in ROOMS.items() for name in names}


class Rooms(click.Group):
    """A group whose commands are imported by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command."""
        return sorted(_ROOM_OF)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the room of one command, None where there is no such command."""
        if cmd_name not in _ROOM_OF:
            return None
        found: click.Command = getattr(import_module(f"commands.{_ROOM_OF[cmd_name]}"), cmd_name)
        return found


@click.group(cls=Rooms, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="caibian")
@click.option("-v", "--verbose", is_flag=True, help="Log every step.")
@click.pass_context
def cli(context: click.Context, verbose: bool) -> None:
    """Collect what agencies publish, review it, publish it, account for it."""
    set_up_logging(verbose)
    if context.obj is BEHIND:  # a process of its own: whoever calls a command from within keeps what he has
        give_way(BEHIND.get(context.invoked_subcommand or "", 0))


def give_way(by: int) -> None:
    """Let others have the processor first, as `nice -n BY` would; a lower priority stays.

    Linux weighs sessions against each other before it looks at `nice` (sched_autogroup): of one of our own,
    as the schedule, systemd and the desk begin it, the session stands back, too.
    """
    left = by - os.nice(0)
    if left > 0:
        os.nice(left)
        if os.getsid(0) == os.getpid():
            with suppress(OSError):  # another system, or a kernel without it
                Path("/proc/self/autogroup").write_text(str(by), encoding="ascii")


# Objects made before Python looks for circles: with its own 700 a fifth of a crawl's CPU goes into looking.
_CIRCLES = (50_000, 20, 100)


# Seconds that a thread may keep the interpreter while another wants it. With Python's own 5 ms a transaction
# of twenty statements lasts a tenth of a second beside a busy thread, since it asks again after each.
_SWITCH = 0.0005


def main() -> None:
    """Run a command; a named fault leaves with its own exit code and no trace."""
    gc.set_threshold(*_CIRCLES)
    sys.setswitchinterval(_SWITCH)
    try:
        cli(standalone_mode=False, obj=BEHIND)
    except AlreadyRunning as error:  # 0, but for a caller who must know that the work was left to another
        click.echo(str(error), err=True)
        busy = os.environ.get("CAIBIAN_BUSY", "")
        sys.exit(int(busy) if busy.isdecimal() else error.exit_code)
    except CaibianError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
