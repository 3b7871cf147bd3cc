"""Commands about accounts: user add, grant, revoke, list, passwd, disable."""

from __future__ import annotations

import sys

import click

from clock import read_clock, write_time
from commands.setting import AS_JSON, example, find_paths, load_files, open_store
from errors import UserFault
from terminal import write_rows

_COLUMNS = click.option(
    "--column", "columns", multiple=True, metavar="KEY", help="A column that an editor sees; else every one."
)


@click.group()
def user() -> None:
    """Accounts and their roles."""


@user.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, help="editor, chief, submitter, director, …")
@_COLUMNS
@click.option("--password-stdin", is_flag=True, help="Read a password from standard input.")
@example("caibian user add liu --role editor --column bumen")
def user_add(name: str, roles: tuple[str, ...], columns: tuple[str, ...], password_stdin: bool) -> None:
    """Make an account; without a password it acts on the terminal only."""
    from store.accounts import add_account

    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    with open_store(find_paths()) as database, database.write() as connection:
        add_account(connection, name, roles, password, read_clock(), columns=_check(columns))
    click.echo(f"{name} is {', '.join(roles)}")


@user.command("grant")
@click.argument("name")
@click.option("--role", required=True, help="The role to give.")
@_COLUMNS
@example("caibian user grant liu --role editor --column bumen --column diqu")
def user_grant(name: str, role: str, columns: tuple[str, ...]) -> None:
    """Give an account a role; an editor's can be bound to columns, and is given anew to change them."""
    from store.accounts import grant_role

    with open_store(find_paths()) as database, database.write() as connection:
        grant_role(connection, name, role, _check(columns), read_clock())
    click.echo(f"{name} is {role}{' of ' + ', '.join(columns) if columns else ''} now")


@user.command("revoke")
@click.argument("name")
@click.option("--role", required=True, help="The role to take.")
@example("caibian user revoke liu --role chief")
def user_revoke(name: str, role: str) -> None:
    """Take a role from an account."""
    from store.accounts import revoke_role

    with open_store(find_paths()) as database, database.write() as connection:
        revoke_role(connection, name, role, read_clock())
    click.echo(f"{name} is {role} no more")


@user.command("list")
@AS_JSON
@example("caibian user list")
def user_list(as_json: bool) -> None:
    """List the accounts: roles, an editor's own columns, when the password was set, whether it is closed."""
    from store.accounts import list_accounts

    with open_store(find_paths()) as database, database.read() as connection:
        rows = [
            {
                "name": one.name,
                "roles": list(one.roles),
                "columns": list(one.columns),
                "password": write_time(one.password_at) if one.password_at else None,
                "disabled": one.disabled,
            }
            for one in list_accounts(connection)
        ]
    write_rows(rows, as_json, ("name", "roles", "columns", "password", "disabled"), "there is no account")


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


def _check(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Hold the columns against portal.yaml; raises UserFault naming those that it has not."""
    if columns:
        known = {column.key for column in load_files(find_paths())[1].columns}
        unknown = [key for key in columns if key not in known]
        if unknown:
            raise UserFault(f"{', '.join(unknown)}: no column of portal.yaml")
    return columns
