"""The rooms: who may import whom, and that a breach is detected by name."""

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINKED = ("architectures", "manual", "reference", "reports")
"""Rooms of the top level, to which links in the package lead."""
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the rooms in a folder, by this project's contracts."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all the rooms, to break."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for room in ("backproof", *LINKED):
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / room, folder / room, symlinks=True, ignore=unwanted)
    return folder


BREACHES = [
    ("manual/dense.py", "import backproof.reference.answer", "rooms"),
    ("reference/answer.py", "import backproof.manual.dense", "rooms"),
    ("architectures/values.py", "import backproof.manual.rules", "rooms"),
    ("reports/__init__.py", "import backproof.reference.answer", "rooms"),
    ("reports/__init__.py", "import backproof.verdict", "rooms"),
    ("backproof/programs/jaxpr/walk.py", "import backproof.programs.numpy.tape", "foreign code"),
    ("backproof/differences/box.py", "import backproof.programs.numpy.tape", "foreign code"),
    ("manual/dense.py", "import torch", "no framework"),
    ("backproof/programs/numpy/tape.py", "import jax", "no framework"),
    ("manual/gelu.py", "def late():\n    import jax", "no framework"),
    ("reference/torch_autograd.py", "import jax", "torch's witnesses"),
    ("reference/jax_grad.py", "import torch", "jax's witnesses"),
    ("backproof/checks/claim.py", "import backproof.faults.claims", "whoever judges"),
    ("backproof/exact/record.py", "import backproof.programs.run", "rooms"),
    ("backproof/checks/claim.py", "import backproof.suite.terms", "rooms"),
    ("architectures/values.py", "import hypothesis", "hypothesis"),
]


@pytest.mark.parametrize(("file", "line", "contract"), BREACHES)
def test_a_breach_is_detected_by_name(house: Path, file: str, line: str, contract: str) -> None:
    """One forbidden import breaks the contract against it, which is named, and no other."""
    whole = (house / file).read_text()
    (house / file).write_text(f"{whole}\n{line}\n")
    try:
        result = lint(house)
    finally:
        (house / file).write_text(whole)
    assert result.returncode == 1, result.stdout + result.stderr
    broken = [
        c["name"] for c in CONTRACTS if f"{c['name']} BROKEN" in " ".join(result.stdout.split())
    ]
    assert len(broken) == 1, result.stdout
    assert broken[0].startswith(contract)


def test_every_contract_is_on_trial() -> None:
    """Each contract has a breach that only it detects."""
    assert all(any(c["name"].startswith(name) for *_, name in BREACHES) for c in CONTRACTS)


ALLOWED = {
    "architectures": {"numpy", "hypothesis"},
    "manual": {"backproof.architectures", "numpy", "scipy"},
    "reports": {"jinja2", "markupsafe"},
}
"""What each pure room may import beside itself and the standard library."""


@pytest.mark.parametrize("room", ALLOWED)
def test_a_pure_room_imports_what_it_is_allowed(room: str) -> None:
    """No library enters a pure room unseen, in a function either."""
    found = {
        owner(name)
        for file in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        for name in imported(node)
    }
    assert found - ALLOWED[room] - {f"backproof.{room}"} <= set(sys.stdlib_module_names)


def owner(module: str) -> str:
    """The package that a module belongs to; of ours, the room."""
    parts = module.split(".")
    return ".".join(parts[: 2 if parts[0] == "backproof" else 1])


def imported(node: ast.AST) -> list[str]:
    """The modules that one statement imports; relative ones stay in the room."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module="backproof", names=names, level=0):
            return [f"backproof.{alias.name}" for alias in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module]
    return []
