"""The shape of the code base: what import-linter cannot say about it."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCES: Final = tuple(p for p in sorted((ROOT / "service").rglob("*.py")) if p.parent.name != "versions")
PYPROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

MODULE_LINES_MAX: Final = 300
FUNCTION_LINES_MAX: Final = 70
FUNCTION_LINES_USUAL: Final = 40
BANNED_NAMES: Final = frozenset({"service", "manager", "handler", "utils", "helpers", "common", "core", "base"})
# Needed at run time though nothing names them: drivers and codecs that a library loads by name.
LOADED_BY_NAME: Final = frozenset(
    {"aiosqlite", "asyncpg", "greenlet", "python-multipart", "sqlalchemy", "tzdata", "uvicorn"}
)

PURE: Final = {
    "domain": frozenset({"service.domain"}),
    "relief": frozenset({"service.domain", "service.relief", "numpy", "pyxirr"}),
}


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


EVERY_MODULE = pytest.mark.parametrize("path", SOURCES, ids=_named)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imported(path: Path) -> Iterator[str]:
    """Yield the dotted name of everything that a module imports."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _from_outside(path: Path) -> set[str]:
    """Return the top-level packages of a module's imports that are neither ours nor the standard library's."""
    tops = {name.partition(".")[0] for name in _imported(path)}
    return tops - sys.stdlib_module_names - {"service"}


@pytest.mark.parametrize("package", PURE)
def test_a_pure_package_imports_what_it_may_and_nothing_else(package: str) -> None:
    """The domain is the standard library and itself; relief arithmetic adds numpy and pyxirr."""
    strays = {
        (_named(path), name)
        for path in (ROOT / "service" / package).rglob("*.py")
        for name in _imported(path)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not any(name == allowed or name.startswith(f"{allowed}.") for allowed in PURE[package])
    }

    assert not strays


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    """A dependency that only another one brings can vanish; one that nothing uses is a burden."""
    distributions = packages_distributions()
    outside = {name for path in SOURCES for name in _from_outside(path)}
    imported = {distributions[name][0].lower().replace("_", "-") for name in outside}
    declared = {line.partition(">=")[0] for line in PYPROJECT["project"]["dependencies"]}

    assert imported - declared == set()
    assert declared - imported - LOADED_BY_NAME == set()


def test_every_part_stands_in_the_contracts_on_fastapi_and_sql() -> None:
    """A part left out of such a list could import what it must not, unseen."""
    parts = {f"service.{path.stem}" for path in (ROOT / "service").iterdir() if _is_part(path)}
    contracts = {contract["name"]: contract for contract in PYPROJECT["tool"]["importlinter"]["contracts"]}
    fastapi = contracts["FastAPI is met in api and app only"]["source_modules"]
    sql = contracts["SQLModel and SQLAlchemy are met in storage only, the engine in app"]["source_modules"]

    assert parts - set(fastapi) == {"service.api", "service.app"}
    assert parts - set(sql) == {"service.storage", "service.app"}


def _is_part(path: Path) -> bool:
    return (path / "__init__.py").exists() or (path.suffix == ".py" and path.stem != "__init__")


@EVERY_MODULE
def test_a_module_is_short_and_says_what_it_is_for(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MODULE_LINES_MAX
    assert ast.get_docstring(_tree(path))


def test_functions_are_short() -> None:
    """None is longer than a screen, and hardly any needs the half of one."""
    lengths = {
        f"{_named(path)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    long = {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES_USUAL}

    assert not {name: lines for name, lines in long.items() if lines > FUNCTION_LINES_MAX}
    assert len(long) <= len(lengths) // 100, long


@EVERY_MODULE
def test_names_are_the_fields_own(path: Path) -> None:
    """A caseworker would not know what a manager or a helper is."""
    classes = {node.name.lower() for node in ast.walk(_tree(path)) if isinstance(node, ast.ClassDef)}

    assert not ({path.stem} | classes) & BANNED_NAMES


def test_one_place_assigns_the_state_of_a_case() -> None:
    """`UnitOfWork.move` does, and writes the event with it."""
    places = {
        _named(path)
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr == "state" and ast.unparse(target.value) == "case"
    }

    assert places <= {"service/storage/work.py"}
