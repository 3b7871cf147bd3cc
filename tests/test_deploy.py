"""What is installed on a machine: units that systemd accepts, hardened, at the times of the schedule."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import click
import pytest

from caibian import cli
from portal import Settings
from scheduler import plan_jobs

ROOT = Path(__file__).parent.parent
UNITS = ROOT / "deploy" / "systemd"
CRON = ROOT / "deploy" / "cron" / "caibian"
PROGRAM = "/srv/caibian/.venv/bin/caibian"
PLAN = {job.name: job for job in plan_jobs(Settings())}
SERVICES = sorted(path.stem.removeprefix("caibian-") for path in UNITS.glob("*.service"))
TIMERS = sorted(path.stem.removeprefix("caibian-") for path in UNITS.glob("*.timer"))


def read_values(path: Path, key: str) -> list[str]:
    """Give every value of a key of a unit; the same key may stand often, which INI readers do not take."""
    return re.findall(rf"^{key}=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)


def words_of(name: str) -> list[str]:
    (start,) = read_values(UNITS / f"caibian-{name}.service", "ExecStart")
    program, *words = shlex.split(start)
    assert program == PROGRAM
    return words


def read_cron() -> Iterator[tuple[list[str], list[str]]]:
    """Give the five fields of each line, and the words after the program."""
    for line in CRON.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#") and "=" not in line.split()[0]:
            *fields, user, command = line.split(maxsplit=6)
            assert user == "caibian"
            before, _, words = command.partition(".venv/bin/caibian ")
            assert before == "cd /srv/caibian && "
            yield fields, words.split()


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as on a machine where the program is installed, and the program is something that runs."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze (Debian: systemd)")
    program = tmp_path / "bin" / "caibian"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    units = tmp_path / "units"
    shutil.copytree(UNITS, units)
    for unit in units.glob("*.service"):
        unit.write_text(unit.read_text().replace(PROGRAM, str(program)))
    return units


def test_systemd_accepts_every_unit(installed: Path) -> None:
    units = [str(path) for path in sorted(installed.iterdir()) if path.is_file()]
    assert len(units) == len(SERVICES) + len(TIMERS) == 22
    done = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_unit_with_a_mistake_is_noticed(installed: Path) -> None:
    unit = installed / "caibian-crawl.timer"
    unit.write_text(unit.read_text().replace("*-*-* *:00:00", "every night"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "every night" in done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened(installed: Path, name: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager"]
    unit = str(installed / f"caibian-{name}.service")
    done = subprocess.run([*command, unit], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_only_what_crawls_may_connect_to_other_machines() -> None:
    opened = {name for name in SERVICES if read_values(UNITS / f"caibian-{name}.service", "IPAddressAllow")}
    assert opened == {"crawl", "jobs", "schedule", "serve"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_runs_a_command_that_exists(name: str) -> None:
    check_command(words_of(name))


def check_command(words: list[str]) -> None:
    """Let click read the words, without running the command."""
    group: click.Command = cli
    rest = words
    while isinstance(group, click.Group):
        found = group.get_command(click.Context(group), rest[0])
        assert found is not None, rest
        group, rest = found, rest[1:]
    group.make_context("caibian", list(rest))


def test_the_timers_are_the_schedule() -> None:
    assert set(TIMERS) == {*PLAN, "backup"} == set(SERVICES) - {"schedule", "serve"}
    for name, job in PLAN.items():
        assert words_of(name) == list(job.words)
        calendars = read_values(UNITS / f"caibian-{name}.timer", "OnCalendar")
        assert all(one.endswith(" Asia/Shanghai") for one in calendars)
        clock = [one.split()[1] for one in calendars]
        if job.every is None:
            assert clock == [f"{one:%H:%M:%S}" for one in job.times]
        else:
            assert clock == [{60.0: "*:*:00", 3600.0: "*:00:00"}[job.every.total_seconds()]]


def test_the_lines_for_cron_are_the_schedule() -> None:
    found: dict[tuple[str, ...], set[str]] = {}
    for (minute, hour, *days), words in read_cron():
        check_command(words)
        assert days == ["*", "*", "*"]
        found.setdefault(tuple(words), set()).update(f"{one}:{minute}" for one in hour.split(","))
    for job in PLAN.values():
        expected = {60.0: {"*:*"}, 3600.0: {"*:0"}}.get(job.every.total_seconds() if job.every else 0)
        expected = expected or {f"{one.hour}:{one.minute}" for one in job.times}
        assert found.pop(job.words) == expected
    assert [words[0] for words in found] == ["backup"]


def test_the_docs_switch_on_every_timer() -> None:
    text = (ROOT / "docs" / "ops.md").read_text(encoding="utf-8")
    (named,) = re.findall(r"caibian-\{([a-z,]+)\}\.timer", text)
    assert sorted(named.split(",")) == TIMERS


def test_the_units_are_read_by_their_sections() -> None:
    """A key in the wrong section is ignored by systemd with a warning only."""
    for path in [*UNITS.glob("*.service"), *UNITS.glob("*.timer"), *UNITS.glob("*/*.conf")]:
        parser = ConfigParser(strict=False, interpolation=None)
        parser.read(path)
        assert set(parser.sections()) <= {"Unit", "Service", "Timer", "Install"}, path
