"""The query language: one SELECT over one entity, ANDed predicates, no OR, keywords in any case."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^'\\]|\\.)*')
      | (?P<word>[A-Za-z_][\w.]*)
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<mark><=|>=|[=<>(),*])
    )""",
    re.VERBOSE | re.DOTALL,
)
_OPERATORS = ("=", "<", ">", "<=", ">=", "LIKE", "IN")


@dataclass(frozen=True)
class Predicate:
    """property operator values; only IN has more than one value."""

    property: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """One ORDERBY property."""

    property: str
    descending: bool = False


@dataclass(frozen=True)
class Query:
    """A parsed statement; numbers are None where the statement names none."""

    entity: str
    columns: tuple[str, ...] = ("*",)
    count: bool = False
    where: tuple[Predicate, ...] = ()
    order: tuple[Order, ...] = ()
    start: int | None = None
    most: int | None = None


def parse_query(statement: str) -> Query:
    """Read a statement. Raises Refusal 4000 with the place where it stops making sense."""
    return _Parser(statement).query()


class _Parser:
    def __init__(self, statement: str) -> None:
        self._tokens = _tokens(statement.strip().rstrip(";"))
        self._at = 0

    def query(self) -> Query:
        self._keyword("SELECT")
        count, columns = self._projection()
        self._keyword("FROM")
        entity = self._word("an entity")
        where = self._where()
        order = self._order()
        start, most = self._limits()
        if self._at < len(self._tokens):
            raise self._wrong("the end of the statement")
        return Query(entity, columns, count, where, order, start, most)

    def _projection(self) -> tuple[bool, tuple[str, ...]]:
        if self._is("COUNT"):
            self._at += 1
            for mark in ("(", "*", ")"):
                self._mark(mark)
            return True, ()
        columns = [self._column()]
        while self._is(","):
            self._at += 1
            columns.append(self._column())
        return False, tuple(columns)

    def _column(self) -> str:
        if self._is("*"):
            self._at += 1
            return "*"
        return self._word("a property")

    def _where(self) -> tuple[Predicate, ...]:
        if not self._is("WHERE"):
            return ()
        self._at += 1
        found = [self._predicate()]
        while self._is("AND"):
            self._at += 1
            found.append(self._predicate())
        return tuple(found)

    def _predicate(self) -> Predicate:
        name = self._word("a property")
        operator = self._next("an operator").upper()
        if operator not in _OPERATORS:
            self._at -= 1
            raise self._wrong("one of = < > <= >= LIKE IN")
        if operator != "IN":
            return Predicate(name, operator, (self._value(),))
        self._mark("(")
        values = [self._value()]
        while self._is(","):
            self._at += 1
            values.append(self._value())
        self._mark(")")
        return Predicate(name, "IN", tuple(values))

    def _value(self) -> str:
        token = self._next("a value")
        if token.startswith("'"):
            return re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL)
        if token.upper() in ("TRUE", "FALSE", "CURRENT_DATE") or re.fullmatch(r"-?\d+(\.\d+)?", token):
            return token
        self._at -= 1
        raise self._wrong("a value in single quotes, a number, true or false")

    def _order(self) -> tuple[Order, ...]:
        if self._is("ORDER"):
            self._at += 1
            self._keyword("BY")
        elif self._is("ORDERBY"):
            self._at += 1
        else:
            return ()
        found = [self._order_item()]
        while self._is(","):
            self._at += 1
            found.append(self._order_item())
        return tuple(found)

    def _order_item(self) -> Order:
        name = self._word("a property")
        if self._is("ASC") or self._is("DESC"):
            self._at += 1
            return Order(name, self._tokens[self._at - 1].upper() == "DESC")
        return Order(name)

    def _limits(self) -> tuple[int | None, int | None]:
        found: dict[str, int] = {}
        while self._is("STARTPOSITION") or self._is("MAXRESULTS"):
            word = self._next("").upper()
            number = self._next("a whole number")
            if not re.fullmatch(r"-?\d+", number):
                self._at -= 1
                raise self._wrong("a whole number")
            found[word] = int(number)
        return found.get("STARTPOSITION"), found.get("MAXRESULTS")

    def _is(self, word: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at].upper() == word

    def _next(self, wanted: str) -> str:
        if self._at >= len(self._tokens):
            raise self._wrong(wanted)
        self._at += 1
        return self._tokens[self._at - 1]

    def _keyword(self, word: str) -> None:
        if not self._is(word):
            raise self._wrong(word)
        self._at += 1

    _mark = _keyword

    def _word(self, wanted: str) -> str:
        if self._at < len(self._tokens) and re.fullmatch(r"[A-Za-z_][\w.]*", self._tokens[self._at]):
            return self._next(wanted)
        raise self._wrong(wanted)

    def _wrong(self, wanted: str) -> Refusal:
        found = self._tokens[self._at] if self._at < len(self._tokens) else "<EOF>"
        return parse_error(f'Encountered "{found}" at token {self._at + 1}. Was expecting {wanted}')


def _tokens(statement: str) -> list[str]:
    found, place = [], 0
    while place < len(statement):
        match = _TOKEN.match(statement, place)
        if match is None:
            if not statement[place:].strip():
                break
            raise parse_error(f'Lexical error at column {place + 1}: "{statement[place : place + 10].strip()}"')
        found.append(next(group for group in match.groups() if group is not None))
        place = match.end()
    return found


def parse_error(detail: str) -> Refusal:
    """4000: the statement cannot be read."""
    return Refusal("4000", "Error parsing query", f"QueryParserError: {detail}")


def invalid(detail: str) -> Refusal:
    """4001: the statement asks for what there is not."""
    return Refusal("4001", "Invalid query", f"QueryValidationError: {detail}")
