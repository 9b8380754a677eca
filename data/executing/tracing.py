"""A program that tells the sandbox the value of every line, in place of one that does not.

It is the same program with a call after each assignment and around each returned value. The calls
cost steps and time, so that it serves to show a program, and never to judge one.
"""

import ast

TOLD = "_collapse_told"
"""Function of the sandbox that hears a line, a name and a value, and returns the value."""
ANSWER = "_collapse_answer"
"""Name that gets the value of an expression that stands last."""


def traced(program: str) -> str | None:
    """The program with its values told.

    Args:
        program: Text that Python's parser has read before.

    Returns:
        Its text, which is laid out anew; None where it is nested too deeply to be written out.
    """
    tree = ast.parse(program, "")
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr) and not _prints(last.value):
        target = ast.Name(ANSWER, ast.Store())
        tree.body[-1] = ast.copy_location(ast.Assign([target], last.value), last)
    for node in list(ast.walk(tree)):
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                setattr(node, field, [new for old in statements for new in _with_told(old)])
    try:
        return ast.unparse(ast.fix_missing_locations(tree))
    except RecursionError:
        return None


def _with_told(statement: ast.stmt) -> list[ast.stmt]:
    """A statement and what tells of it."""
    match statement:
        case ast.Expr(value=ast.Call(args=[given]) as call) if _prints(call):
            call.args = [_told(statement.lineno, "print", given)]
            return [statement]
        case ast.Return(value=ast.expr() as value):
            statement.value = _told(statement.lineno, "return", value)
            return [statement]
        case ast.Assign(targets=targets):
            names = [name for target in targets for name in _names(target)]
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            names = [name]
        case ast.AugAssign(target=ast.Name(id=name)):
            names = [name]
        case _:
            return [statement]
    told = (
        _told(statement.lineno, "" if name == ANSWER else name, ast.Name(name, ast.Load()))
        for name in names
    )
    return [statement, *map(ast.Expr, told)]


def _prints(value: ast.expr) -> bool:
    """Whether an expression prints."""
    match value:
        case ast.Call(func=ast.Name(id="print")):
            return True
    return False


def _names(target: ast.expr) -> list[str]:
    """Names that an assignment gives a value to, those of `a, b = 1, 2` too."""
    if isinstance(target, ast.Name):
        return [target.id]
    if isinstance(target, ast.Tuple | ast.List):
        return [one.id for one in target.elts if isinstance(one, ast.Name)]
    return []


def _told(line: int, name: str, value: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(TOLD, ast.Load()), [ast.Constant(line), ast.Constant(name), value], [])
