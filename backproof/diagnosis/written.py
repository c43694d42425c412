"""How a piece of somebody's code is written, and what it is called."""

import ast
import linecache
import re
from functools import lru_cache
from pathlib import Path

from backproof.exact.place import Place
from backproof.exact.record import Step

LIBRARIES = ("np", "numpy", "jnp", "jax", "lax", "torch", "F", "nn", "special", "linalg", "math")
"""What a call's first name is where it is a module's and no operand."""


def text(place: Place | None) -> str:
    """The expression at a place, the whole line where its columns are not known; else empty."""
    if place is None:
        return ""
    line = linecache.getline(place.file, place.line).rstrip("\n")
    if place.start is None or place.end is None:
        return line.strip()
    return line.encode()[place.start : place.end].decode(errors="replace")


def where(place: Place | None) -> str:
    """A file's name and a line, as a sentence has them."""
    return f"{Path(place.file).name}:{place.line}" if place else ""


def cited(place: Place | None) -> str:
    """An expression with its file and line; nothing where they are not known."""
    code = text(place)
    return f"`{code}` ({where(place)})" if code else where(place)


MOVES = ("T", "mT", "reshape", "transpose", "permute", "swapaxes", "squeeze", "ravel", "flatten",
         "view", "expand_dims", "unsqueeze", "broadcast_to", "expand", "repeat", "tile",
         "flip")  # fmt: skip
"""The attributes that put elements elsewhere."""


def is_borrowed(step: Step) -> bool:
    """Whether a step that puts elements elsewhere stands in an expression that reads it: it is
    made when it is read.
    """
    if step.primitive.name != "move" or len(step.inputs) != 1 or step.place is None:
        return False
    return not _moves(text(step.place))


@lru_cache(maxsize=1024)
def _moves(code: str) -> bool:
    """Whether an expression is one that puts elements elsewhere."""
    try:
        node = ast.parse(code, mode="eval").body
    except SyntaxError:
        return False
    node = node.func if isinstance(node, ast.Call) else node
    named = isinstance(node, ast.Attribute) and node.attr in MOVES
    return named or isinstance(node, ast.Subscript)


def name(step: Step) -> str:
    """What a number is called in the code: the argument's name, the variable that an expression is
    assigned to, else the expression itself.
    """
    if is_borrowed(step):
        return name(step.inputs[0])
    if "name" in step.settings:
        return str(step.settings["name"]).replace("cotangent of ", "d")
    code = text(step.place)
    if step.place is None or not code:
        return ""
    place, line = step.place, linecache.getline(step.place.file, step.place.line).strip()
    if line == f"return {code}" and place.calls:
        line = linecache.getline(*place.calls[-1][:2]).strip()
        called = re.fullmatch(r"(\w+) = [\w.]+\(.*\)", line)
        return called[1] if called else code
    found = re.fullmatch(r"(\w+) = (.*)", line)
    return found[1] if found and found[2] == code else code


def described(step: Step) -> str:
    """A step by its name and where it is computed."""
    while is_borrowed(step):
        step = step.inputs[0]
    own = name(step)
    line = where(step.place)
    if not own:
        return line or "a value without a name"
    return f"`{own}` ({line})" if own and line and "name" not in step.settings else f"`{own}`"


def operands(place: Place | None) -> list[str]:
    """The operands of an expression as they are written: of an operator, a call, an attribute's
    call; none where it is anything else.
    """
    return _operands(text(place))


@lru_cache(maxsize=1024)
def _operands(code: str) -> list[str]:
    try:
        node = ast.parse(code, mode="eval").body
    except SyntaxError:
        return []
    match node:
        case ast.BinOp():
            parts: list[ast.expr] = [node.left, node.right]
        case ast.UnaryOp():
            parts = [node.operand]
        case ast.Call(func=ast.Attribute() as f) if ast.unparse(f).partition(".")[0] in LIBRARIES:
            parts = list(node.args)
        case ast.Call(func=ast.Attribute() as method):
            parts = [method.value, *node.args]
        case ast.Attribute() | ast.Subscript():
            parts = [node.value]
        case _:
            parts = []
    texts = [p for p in parts if not (isinstance(p, ast.Constant) and isinstance(p.value, str))]
    return [ast.get_source_segment(code, part) or "" for part in texts]


def assignment(place: Place | None, slot: int) -> Place | None:
    """The nearest line before a place that gives its operand, a variable, its value."""
    written = operands(place)
    if place is None or slot >= len(written) or not written[slot].isidentifier():
        return None
    pattern = re.compile(rf"\s*{written[slot]} = \S")
    for line in range(place.line - 1, 0, -1):
        code = linecache.getline(place.file, line)
        if pattern.match(code):
            return Place(place.file, line)
        if code.startswith(("def ", "class ")):
            return None
    return None
