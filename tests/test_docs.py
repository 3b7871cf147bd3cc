"""The docs cannot rot: every command, option and key is documented, and what the docs name exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from caibian import cli
from errors import CaibianError
from pipelines.written import Head
from store.accounts import ROLES
from store.moves import ACTIONS

ROOT = Path(__file__).parent.parent
DOCS = "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")])
COMMAND_LINE = re.compile(r"(?:^|`|\| )(?:\.venv/bin/)?caibian ((?:user|audit) \w+|\w+)", re.MULTILINE)


def _list_commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _list_commands(command, f"{name} ")
        else:
            yield before + name, command


COMMANDS = dict(_list_commands(cli))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_and_shows_an_example(name: str) -> None:
    assert f"caibian {name}" in DOCS or f"make {name}" in DOCS
    text = COMMANDS[name].get_help(click.Context(COMMANDS[name], info_name=name))
    assert "Example:" in text
    assert "caibian" in text.split("Example:")[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented_or_explains_itself(name: str) -> None:
    for option in COMMANDS[name].params:
        if isinstance(option, click.Option):
            assert option.help or option.opts[-1] in DOCS, (name, option.opts)


def test_no_document_names_a_command_that_does_not_exist() -> None:
    named = {match[1] for match in COMMAND_LINE.finditer(DOCS)}
    known = {*COMMANDS, *(name.split()[0] for name in COMMANDS)}
    assert named
    assert named <= known


def test_every_decision_role_and_field_is_documented() -> None:
    for word in (*ACTIONS, *ROLES, *Head.model_fields):
        assert re.search(rf"\b{word}\b", DOCS), word


def test_every_dependency_is_listed_with_its_reason() -> None:
    text = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    block = text.split("install_requires =")[1].split("[options.packages.find]")[0]
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8").split("## Dependencies")[1]
    for name in re.findall(r"^    ([A-Za-z0-9_.-]+)", block, re.MULTILINE):
        assert name.lower() in design.lower(), name


def test_the_links_between_the_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", ROOT / "README.zh.md", *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_all_errors_are_of_one_tree() -> None:
    import errors

    raised = [
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, Exception) and one is not CaibianError
    ]
    assert all(issubclass(one, CaibianError) for one in raised)
