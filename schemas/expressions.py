"""Arithmetic in text, evaluated exactly and without `eval`, as a template may come from anybody."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from operator import add, mul, sub

MAX_LENGTH, MAX_EXPONENT, MAX_DIGITS = 500, 64, 4000
"""Characters of an expression, size of an exponent, and digits of a result, above which it is refused."""
OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
}
FUNCTIONS = ("min", "max", "abs")


def evaluate(expression: str, values: Mapping[str, Fraction]) -> Fraction:
    """The value of an expression of numbers, names, `+ - * / **`, `min`, `max` and `abs`.

    Raises `ValueError` for anything else, for an unknown name, a division by zero, and results without bounds.
    """
    if len(expression) > MAX_LENGTH:
        raise ValueError(f"the expression has {len(expression)} characters, at most {MAX_LENGTH}")
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"not an expression: {expression!r}") from error
    return _value(tree, values)


def names_in(expression: str) -> set[str]:
    """The names that an expression needs values for. Raises `ValueError` if it is none."""
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"not an expression: {expression!r}") from error
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - {*FUNCTIONS}


def rounded(value: Fraction, digits: int) -> str:
    """A value in decimal notation with so many digits after the point; halves are rounded away from zero."""
    scaled = abs(value) * 10**digits
    whole = int(scaled + Fraction(1, 2))
    text = f"{whole:0{digits + 1}d}"
    text = f"{text[:-digits]}.{text[-digits:]}" if digits else text
    return f"-{text}" if value < 0 and whole else text


def option_texts(formulas: Sequence[str], values: Mapping[str, int], digits: int, unit: str) -> list[str]:
    """What each formula gives, rounded and with its unit, the answer first.

    Raises `ValueError` where one cannot be computed, or two give the same text.
    """
    exact = {name: Fraction(value) for name, value in values.items()}
    texts = [f"{rounded(evaluate(formula, exact), digits)} {unit}".strip() for formula in formulas]
    if len({*texts}) < len(texts):
        raise ValueError("two options are the same after rounding")
    return texts


def _value(node: ast.expr, values: Mapping[str, Fraction]) -> Fraction:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _bounded(Fraction(str(number)))
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.Name(id=name):
            raise ValueError(f"no value for {name}; there is {', '.join(sorted(values))}")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, values)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            divisor = _value(right, values)
            if divisor == 0:
                raise ValueError("division by zero")
            return _bounded(_value(left, values) / divisor)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            base, exponent = _value(left, values), _value(right, values)
            if exponent.denominator != 1 or abs(exponent) > MAX_EXPONENT or (base == 0 and exponent < 0):
                raise ValueError(f"an exponent is a whole number from -{MAX_EXPONENT} to {MAX_EXPONENT}")
            return _bounded(base ** int(exponent))
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            return _bounded(OPERATORS[type(operator)](_value(left, values), _value(right, values)))
        case ast.Call(func=ast.Name(id="abs"), args=[number], keywords=[]):
            return abs(_value(number, values))
        case ast.Call(func=ast.Name(id="min" | "max" as name), args=[_, *_] as args, keywords=[]):
            return (min if name == "min" else max)(_value(arg, values) for arg in args)
    raise ValueError(f"not allowed in an expression: {ast.unparse(node)[:60]}")


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_DIGITS * 3:
        raise ValueError("the result has too many digits")
    return value
