"""What is handed out: a light import, one version, a whole wheel, a closed lock, clean files."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path
from pkgutil import resolve_name

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

import backproof

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LINKED = ("architectures", "manual", "reference", "reports")
"""Rooms of the top level that are installed within the package."""


def python(*arguments: str, cwd: Path = ROOT) -> str:
    """What a fresh interpreter prints that finds this checkout's packages, wherever it runs."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Every file of the project that git keeps, or would if it were added now."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout: what belongs to the project is not known")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return [Path(name) for name in names.split("\0") if name and (ROOT / name).exists()]


@pytest.mark.parametrize("module", ["backproof", "backproof.pytest_plugin"])
def test_importing_it_loads_nothing_heavy(module: str) -> None:
    """`import backproof`, and its plugin in everybody's pytest, leave the large libraries alone."""
    heavy = {"torch", "jax", "jaxlib", "scipy", "hypothesis", "sklearn", "flint"}
    before = set(python("-c", "import pytest, sys; print(*sys.modules)").split())
    after = set(python("-c", f"import pytest, {module}, sys; print(*sys.modules)").split())
    assert module in after
    assert (after - before) & heavy == set()


def test_the_version_stands_in_one_place(tracked: list[Path]) -> None:
    """backproof/__init__.py states the version, pyproject asks it, nobody repeats it."""
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"]["attr"] == "backproof.__version__"
    stated = re.compile(rf"""["']{re.escape(backproof.__version__)}["']""")
    code = [name for name in tracked if name.suffix in (".py", ".toml")]
    places = [str(name) for name in code if stated.search((ROOT / name).read_text())]
    assert places == ["backproof/__init__.py"]


def test_the_changelog_knows_the_version() -> None:
    """The version in force has its section in the changelog."""
    assert f"## [{backproof.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_entry_points_resolve() -> None:
    """The command and the pytest plugin that pyproject announces are there."""
    project = PROJECT["project"]
    assert callable(resolve_name(project["scripts"]["backproof"]))
    assert resolve_name(project["entry-points"]["pytest11"]["backproof"]).__doc__


def test_the_wheel_is_whole(tracked: list[Path], tmp_path: Path) -> None:
    """A wheel holds every file of the package and of the rooms that it links to, and no others: no
    package of anybody's that is called like a room of ours is touched.
    """
    sources = tmp_path / "sources"
    for name in tracked:
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, sources / name, follow_symlinks=False)
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(tmp_path)!r})"
    python("-c", build, cwd=sources)
    (wheel,) = tmp_path.glob("*.whl")
    packed = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    own = {str(name) for name in tracked if name.parts[0] == "backproof" and is_file(name)}
    assert packed == own | {f"backproof/{n}" for n in tracked if n.parts[0] in LINKED}
    assert {"backproof/py.typed", "backproof/reports/page.html.j2"} <= packed


def is_file(name: Path) -> bool:
    """Whether it is a file, and no link to a folder."""
    return (ROOT / name).is_file()


@pytest.mark.parametrize("room", LINKED)
def test_a_room_of_the_top_level_is_linked(room: str) -> None:
    """The package holds the very folder, not a copy of it."""
    assert (ROOT / "backproof" / room).resolve() == ROOT / room


THEIRS = """
import numpy as np


def test_theirs(gradient_oracle):
    gradient_oracle.check(lambda x: (x * x).sum(), lambda x: 2 * x, np.array([1.0, 2.0]))
"""


def test_what_others_call_like_our_rooms_is_theirs(tmp_path: Path) -> None:
    """A project with packages of these names has its own, and the plugin does not mind."""
    for room in LINKED:
        (tmp_path / f"{room}.py").write_text("THEIRS = True")
    own = "\n".join(f"    assert {room}.THEIRS" for room in LINKED)
    (tmp_path / "test_theirs.py").write_text(f"import {', '.join(LINKED)}\n{THEIRS}{own}\n")
    assert "1 passed" in python("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)


LINE = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[0-9][0-9a-z.]*)")
CUDA = ("nvidia-", "cuda-", "triton")
"""What only the CUDA build of torch brings along."""


def test_the_lock_is_closed() -> None:
    """All that the project needs is pinned exactly, and all that those need, and so on."""
    lines = [s for s in (ROOT / "constraints.txt").read_text().splitlines() if s[:1] != "#"]
    matches = [LINE.fullmatch(line) for line in lines]
    assert None not in matches, lines
    locked = {canonicalize_name(m["name"]) for m in matches if m}
    assert len(locked) == len(lines)
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    extras = [r for rs in project["optional-dependencies"].values() for r in rs]
    needed = [*project["dependencies"], *extras, *groups["dev"], "pip", "setuptools"]
    missing = {canonicalize_name(Requirement(r).name) for r in needed} - locked - {"backproof"}
    for name in locked - {"pip"}:
        missing |= set(needs(name)) - locked
    assert {name for name in missing if not name.startswith(CUDA)} == set()


def needs(name: str) -> list[NormalizedName]:
    """What an installed package requires on this machine, its extras left aside."""
    requirements = [Requirement(r) for r in metadata.requires(name) or []]
    here = [r for r in requirements if r.marker is None or r.marker.evaluate({"extra": ""})]
    return [canonicalize_name(r.name) for r in here]


# In pieces, so that this file passes its own test.
FORBIDDEN = ["TO" "DO", "FIX" "ME", "XX" "X", "<" * 7, ">" * 7]  # fmt: skip
FORBIDDEN += [f"/{folder}/" for folder in ("work", "root", "home", "opt", "Users", "scratch")]


def unclean(text: str) -> list[str]:
    """The forbidden words that a text has: unfinished work, and places on somebody's machine."""
    return [word for word in FORBIDDEN if word in text]


def test_no_file_has_a_forbidden_word(tracked: list[Path]) -> None:
    """No file leaves work undone, or names a place that only its author's machine has."""
    files = [name for name in tracked if is_file(name)]
    texts = {str(name): (ROOT / name).read_bytes().decode(errors="replace") for name in files}
    assert {name: found for name, text in texts.items() if (found := unclean(text))} == {}


def test_a_forbidden_word_is_found() -> None:
    """The search itself finds each of its words."""
    assert all(unclean(f"# see {word}here") == [word] for word in FORBIDDEN)
