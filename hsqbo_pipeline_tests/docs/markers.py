"""Which test proves which rule: read from the markers in the source, without importing any test."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "hsqbo_pipeline_tests"


@dataclass(frozen=True, order=True)
class Test:
    """One test: its file (relative to the repository, with slashes), its name, what its docstring says."""

    path: str
    name: str
    says: str = ""

    __test__ = False


def all_tests(folder: Path = TESTS) -> list[tuple[Test, frozenset[str]]]:
    """Every test below a folder with the rules it carries, those of its class and module included."""
    found: list[tuple[Test, frozenset[str]]] = []
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += _of(tree, path.relative_to(ROOT).as_posix(), _module_rules(tree))
    return found


def proofs(folder: Path = TESTS) -> dict[str, list[Test]]:
    """Rule -> the tests that carry it."""
    by_rule: dict[str, list[Test]] = {}
    for test, rules in all_tests(folder):
        for rule in rules:
            by_rule.setdefault(rule, []).append(test)
    return {rule: sorted(tests) for rule, tests in by_rule.items()}


def _of(tree: ast.Module | ast.ClassDef, path: str, above: frozenset[str]) -> Iterator[tuple[Test, frozenset[str]]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _of(node, path, above | _decorated(node))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            says = " ".join((ast.get_docstring(node) or "").split())
            yield Test(path, node.name, says), above | _decorated(node)


def _decorated(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    return frozenset(rule for decorator in node.decorator_list for rule in _rules(decorator))


def _module_rules(tree: ast.Module) -> frozenset[str]:
    marks = (node.value for node in tree.body if isinstance(node, ast.Assign) and _is_pytestmark(node))
    return frozenset(rule for mark in marks for rule in _rules(mark))


def _is_pytestmark(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)


def _rules(tree: ast.AST) -> Iterator[str]:
    """The texts in every `….mark.rule(…)` inside a decorator, parameters' own marks included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "rule":
            yield from (str(item.value) for item in node.args if isinstance(item, ast.Constant))
