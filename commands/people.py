"""Commands about accounts: user add, user passwd, user disable."""

from __future__ import annotations

import sys

import click

from clock import read_clock
from commands.setting import example, find_paths, open_store


@click.group()
def user() -> None:
    """Accounts and their roles."""


@user.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, help="editor, chief, submitter, director, …")
@click.option("--password-stdin", is_flag=True, help="Read a password from standard input.")
@example("caibian user add liu --role editor")
def user_add(name: str, roles: tuple[str, ...], password_stdin: bool) -> None:
    """Make an account; without a password it acts on the terminal only."""
    from store.accounts import add_account

    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    with open_store(find_paths()) as database, database.write() as connection:
        add_account(connection, name, roles, password, read_clock())
    click.echo(f"{name} is {', '.join(roles)}")


@user.command("passwd")
@click.argument("name")
@example("echo a-long-password | caibian user passwd liu")
def user_passwd(name: str) -> None:
    """Give an account a new password, read from standard input."""
    from store.accounts import set_password

    password = sys.stdin.readline().rstrip("\n")
    with open_store(find_paths()) as database, database.write() as connection:
        set_password(connection, name, password, read_clock())
    click.echo(f"the password of {name} is changed")


@user.command("disable")
@click.argument("name")
@example("caibian user disable liu")
def user_disable(name: str) -> None:
    """Close an account; what it did stays in the log."""
    from store.accounts import disable_account

    with open_store(find_paths()) as database, database.write() as connection:
        disable_account(connection, name, read_clock())
    click.echo(f"{name} is disabled")
