"""The sums a scenario rests on, checked as a bookkeeper would: exact decimals, halves rounded up."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_SUMS: dict[type[Any], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip


def wrong_sums(checks: Iterable[str]) -> list[str]:
    """The checks that are not true, each with both sides worked out."""
    return [said for check in checks if (said := _wrong(check)) is not None]


def _wrong(check: str) -> str | None:
    try:
        tree = ast.parse(check.strip(), mode="eval").body
        if not isinstance(tree, ast.Compare):
            return f"{check}: is no comparison"
        left = _value(tree.left, check)
        for sign, right_side in zip(tree.ops, tree.comparators, strict=True):
            right = _value(right_side, check)
            if not _SUMS[type(sign)](left, right):
                return f"{check}: {left} against {right}"
            left = right
    except (SyntaxError, ValueError, KeyError, ArithmeticError) as error:
        return f"{check}: cannot be worked out ({error})"
    return None


def _value(node: ast.expr, text: str) -> Decimal:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        # As it was written: 0.10 is ten hundredths, not the nearest binary fraction.
        return Decimal(text.strip()[node.col_offset : node.end_col_offset])
    if isinstance(node, ast.BinOp):
        found: Decimal = _SUMS[type(node.op)](_value(node.left, text), _value(node.right, text))
        return found
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, text)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _called(node.func.id, [_value(each, text) for each in node.args])
    raise ValueError(f"{ast.unparse(node)} is no sum")


def _called(name: str, values: list[Decimal]) -> Decimal:
    if name == "round":
        places = int(values[1]) if len(values) > 1 else 0
        return values[0].quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if name in ("min", "max", "abs", "sum"):
        chosen: Decimal = {"min": min, "max": max, "abs": lambda each: abs(each[0]), "sum": sum}[name](values)  # type: ignore[operator]
        return chosen
    raise ValueError(f"{name} is unknown")
