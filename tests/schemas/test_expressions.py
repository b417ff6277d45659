from fractions import Fraction

import pytest

from pluriset.schemas.expressions import evaluate, names_in, rounded

VALUES = {"price": Fraction(3), "cups": Fraction(4)}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("cups * (price - 0.1)", Fraction("11.6")),
        ("-price / 7", Fraction(-3, 7)),
        ("max(price, cups, 2) ** 2", Fraction(16)),
        ("abs(price - cups)", Fraction(1)),
    ],
)
def test_arithmetic_is_exact(expression: str, value: Fraction) -> None:
    assert evaluate(expression, VALUES) == value


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('true')", "price.numerator", "[1 for _ in (1,)]", "lambda: 1", "f'{price}'",
        "10 ** 10 ** 10", "2 ** 0.5", "(9 ** 64) ** 64 ** 1 ** 64", "1 / (price - 3)", "unknown", "price if 1 else 2",
        "abs()", "True", "1; 2", "(" * 400, "min(price, key=abs)",
    ],
)  # fmt: skip
def test_nothing_else_is_evaluated(expression: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        evaluate(expression, VALUES)


def test_names_and_rounding() -> None:
    assert names_in("max(price, cups) + 1") == {"price", "cups"}
    halves = [rounded(Fraction(n, 8), 2) for n in (1, -1, 0, 12)]
    assert halves == ["0.13", "-0.13", "0.00", "1.50"]
    assert rounded(Fraction(-1, 10), 0) == "0"
