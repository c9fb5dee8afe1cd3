"""Every small fault that can be planted in one module: a turned comparison, a bound one off, a dropped statement.

Pure: same text, same mutants in the same order. Left alone is what is no fault of what the code does: docstrings,
annotations, decorators, `__all__`, the words of errors, pieces of f-strings, and the words of a module's word lists,
which are data. Not here: running tests (`mutation.trial`).
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import difflib
from collections.abc import Iterator

_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OTHER_CALL = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One module with one fault: `place` is `path:line`, `source` the whole text with the fault in it."""

    path: str
    line: int
    kind: str
    original: str = dataclasses.field(repr=False)
    source: str = dataclasses.field(repr=False)

    @property
    def place(self) -> str:
        """Where the fault is."""
        return f"{self.path}:{self.line}"

    def diff(self) -> str:
        """Return the changed lines, those taken away and those put in their place."""
        lines = difflib.unified_diff(self.original.splitlines(), self.source.splitlines(), n=0, lineterm="")
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def mutants_of(path: str, source: str) -> list[Mutant]:
    """Return every mutant of a module's text, in order of its lines; each of them parses and differs from the text."""
    found: dict[str, Mutant] = {}
    data = source.encode()
    starts = _line_starts(data)
    tree = ast.parse(source)
    dumped = ast.dump(tree)
    for node, kind, text in _faults(tree):
        begin, end = starts[node.lineno - 1] + node.col_offset, starts[_end_line(node) - 1] + _end_column(node)
        made = (data[:begin] + text.encode() + data[end:]).decode()
        if made not in found and _parses_otherwise(made, dumped):
            found[made] = Mutant(path=path, line=node.lineno, kind=kind, original=source, source=made)
    return sorted(found.values(), key=lambda mutant: (mutant.line, mutant.kind, mutant.source))


_Place = ast.expr | ast.stmt


def _faults(tree: ast.Module) -> Iterator[tuple[_Place, str, str]]:
    """Yield the node to be replaced, the kind of fault, and the text that replaces it."""
    for node in _mutable(tree):
        if isinstance(node, ast.stmt):
            yield from _statement_faults(node)
        elif isinstance(node, ast.expr):
            for kind, made in _expression_faults(node):
                yield node, kind, f"({ast.unparse(made)})"
            if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
                yield from _condition_faults(node)


def _mutable(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes in which a change is a fault of what the code does."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in {"decorator_list", "annotation", "returns", "type_comment"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_left_alone(child):
                yield from _mutable(child)


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise | ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Pass):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id == "__all__" or (node.targets[0].id.isupper() and _is_word_list(node.value))
    return False


def _is_word_list(node: ast.expr) -> bool:
    """Say whether a value is a set, list or tuple of texts, also inside `frozenset(...)` and starred parts."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"frozenset", "set", "tuple"}:
        return len(node.args) == 1 and _is_word_list(node.args[0])
    if not isinstance(node, ast.Set | ast.List | ast.Tuple):
        return False
    texts = [part for part in node.elts if not isinstance(part, ast.Starred)]
    return bool(texts) and all(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in texts)


def _statement_faults(node: ast.stmt) -> Iterator[tuple[_Place, str, str]]:
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield node, "return None", "return None"
    elif isinstance(node, ast.Expr | ast.AugAssign | ast.Continue | ast.Break | ast.Delete) or _sets_part(node):
        yield node, "statement dropped", "pass"
    elif isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp):
        yield node.test, "condition turned", f"(not {ast.unparse(node.test)})"


def _sets_part(node: ast.stmt) -> bool:
    """Say whether a statement sets an attribute or an item: without one that sets a name nothing would run."""
    return isinstance(node, ast.Assign) and not any(isinstance(one, ast.Name | ast.Tuple) for one in node.targets)


def _condition_faults(
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
) -> Iterator[tuple[_Place, str, str]]:
    for generator in node.generators:
        for condition in generator.ifs:
            yield condition, "filter dropped", "True"


def _expression_faults(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Compare):
        yield from _turned_comparisons(node)
    elif isinstance(node, ast.BoolOp):
        made = copy.deepcopy(node)
        made.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and/or", made
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not dropped", node.operand
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        made_sum = copy.deepcopy(node)
        made_sum.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield "plus/minus", made_sum
    elif isinstance(node, ast.IfExp):
        yield "choice turned", ast.IfExp(test=node.test, body=node.orelse, orelse=node.body)
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node.value)
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)


def _turned_comparisons(node: ast.Compare) -> Iterator[tuple[str, ast.expr]]:
    for place, operator in enumerate(node.ops):
        made = copy.deepcopy(node)
        made.ops[place] = _TURNED[type(operator)]()
        yield "comparison", made


def _other_constants(value: object) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(value, bool):
        yield "constant", ast.Constant(value=not value)
    elif isinstance(value, int | float):
        yield "one more", ast.Constant(value=value + 1)
        yield "one less", ast.Constant(value=value - 1)
    elif isinstance(value, str):
        yield "constant", ast.Constant(value="" if value else "a word")


def _other_calls(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node.func, ast.Name) and node.func.id in _OTHER_CALL:
        made = copy.deepcopy(node)
        made.func = ast.Name(id=_OTHER_CALL[node.func.id])
        yield "other call", made
    is_even = isinstance(node.func, ast.Name) and node.func.id in {"min", "max"}
    if len(node.args) > 1 and not is_even and not any(isinstance(given, ast.Starred) for given in node.args[:2]):
        swapped = copy.deepcopy(node)
        swapped.args[:2] = reversed(swapped.args[:2])
        yield "arguments swapped", swapped


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _parses_otherwise(made: str, dumped: str) -> bool:
    try:
        tree = ast.parse(made)
    except SyntaxError:
        return False
    return ast.dump(tree) != dumped


def _line_starts(data: bytes) -> list[int]:
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _end_line(node: _Place) -> int:
    return node.lineno if node.end_lineno is None else node.end_lineno


def _end_column(node: _Place) -> int:
    return node.col_offset if node.end_col_offset is None else node.end_col_offset
