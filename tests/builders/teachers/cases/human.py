"""People answer in waves: nothing that a teacher does at once is asked of them."""

CASES: list[object] = []
