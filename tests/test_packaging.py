"""What is installed is whole: every module, template and migration goes with the package."""

from __future__ import annotations

import configparser
from pathlib import Path

import pytest
from setuptools import find_packages

ROOT = Path(__file__).parent.parent
SETUP = configparser.ConfigParser()
SETUP.read(ROOT / "setup.cfg", encoding="utf-8")
INCLUDED = SETUP["options.packages.find"]["include"].split()
PACKAGES = find_packages(str(ROOT), include=INCLUDED)
MODULES = SETUP["options"]["py_modules"].replace(",", " ").split()
ROOMS = sorted({name.split(".")[0] for name in PACKAGES})


def _list_installed() -> set[Path]:
    found = {ROOT / f"{name}.py" for name in MODULES}
    for package in PACKAGES:
        found |= set((ROOT / package.replace(".", "/")).glob("*.py"))
    for package, patterns in SETUP["options.package_data"].items():
        for pattern in patterns.replace(",", " ").split():
            found |= set((ROOT / package.replace(".", "/")).glob(pattern))
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_every_file_of_a_room_is_installed(room: str) -> None:
    here = {
        path
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }
    assert here
    assert here - _list_installed() == set()


def test_every_module_at_the_top_is_installed() -> None:
    assert {path.stem for path in ROOT.glob("*.py")} == set(MODULES)
