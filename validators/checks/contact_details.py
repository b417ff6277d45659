"""An e-mail address, or a phone or account number, leads to a person who was not asked."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..cells import wrong_texts
from ..check import Check
from ..personal import leads_to_somebody, masked, written
from ..tables import Tables


class ContactDetails(Check):
    """No text holds an e-mail address, or a phone or account number."""

    severity = "warning"
    table = "*"
    needs = {"*": []}
    repair = "mask"
    passes = {
        "*": [
            {"_row": 1, "text": "I was born on 1990-05-17 and paid 1,200.50 for 3-4 items @home."},
            {"_row": 3, "text": "-8.1234567890123456"},
            {"_row": 2, "text": "See ISO 9001:2015, call 911, bus 100-200, arXiv 2309.00779."},
        ]
    }
    fails = {
        "*": [
            {"_row": 1, "text": "Write to jo.doe+x@mail.example.org."},
            {"_row": 2, "text": "Call +49 30 5550 1234 or (555) 010-9999!"},
            {"_row": 3, "text": "Pay to DE89 3704 0044 0532 0130 00 or 4111 1111 1111 1111."},
        ]
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cells with one; the problem is the text as masking would leave it, so that a report gives nothing away."""
        return wrong_texts(written(tables["*"]), leads_to_somebody, masked)
