"""The command line: a group of short commands, which live in `commands/` by room."""

from __future__ import annotations

import os
import sys

import click

from commands.clusters import cluster
from commands.collecting import check, crawl, health, recheck
from commands.desk import serve
from commands.housekeeping import backup, restore, tidy, upgrade
from commands.learning import label, train
from commands.pages import extract, rows
from commands.people import user
from commands.publishing import audit, demo, publish, verify
from commands.reviewing import decide, queue, submit
from commands.timing import jobs, schedule
from errors import AlreadyRunning, CaibianError
from terminal import set_up_logging


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="caibian")
@click.option("-v", "--verbose", is_flag=True, help="Log every step.")
def cli(verbose: bool) -> None:
    """Collect what agencies publish, review it, publish it, account for it."""
    set_up_logging(verbose)


for command in (check, extract, rows, crawl, recheck, health, queue, decide, submit, cluster):
    cli.add_command(command)
for command in (
    train,
    label,
    cluster,
    serve,
    schedule,
    jobs,
    backup,
    restore,
    upgrade,
    tidy,
    audit,
    user,
    demo,
):
    cli.add_command(command)


def main() -> None:
    """Run a command; a named fault leaves with its own exit code and no trace."""
    try:
        cli(standalone_mode=False)
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
