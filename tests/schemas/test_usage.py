from pluriset.schemas.recipe import Price
from pluriset.schemas.usage import Spent, usd

PRICES = {"main": Price(input=1, output=2)}


def test_cost_is_what_the_recipe_declares_for_the_counted_tokens() -> None:
    counted = Spent(answers=2, input_tokens=1000, output_tokens=500)
    assert usd({("judge", "main"): counted, ("write", "main"): counted}, PRICES) == 0.004
    assert usd({("judge", "main"): counted}, {}) is None
    assert usd({("judge", "other"): counted}, PRICES) is None
    assert usd({("judge", "main"): Spent(answers=2, uncounted=1)}, PRICES) is None
