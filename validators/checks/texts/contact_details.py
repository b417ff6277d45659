"""Email addresses, phone numbers and account numbers identify people who did not consent."""

from __future__ import annotations

import re

from ...tables.cells import excerpt
from ...tables.pii import MASKS, contains_pii, masked
from .._text_check import TextCheck


class ContactDetails(TextCheck):
    """No text contains an email address, phone number or account number."""

    severity = "warning"
    problem = "contain|contains an email address, phone number or account number"
    repair = "mask"
    written_only = True
    of_rejects = True
    passes = {
        "*": [
            {"_row": 1, "text": "I was born on 1990-05-17 and paid 1,200.50 for 3-4 items @home."},
            {"_row": 3, "text": "-8.1234567890123456"},
            {"_row": 4, "text": "The root is 11.000000000000001. Call (212) 555-0143 or write to ann@example.com."},
            {"_row": 2, "text": "See ISO 9001:2015, call 911, bus 100-200, arXiv 2309.00779."},
        ]
    }
    fails = {
        "*": [
            {"_row": 1, "text": "Write to jo.doe+x@mail.city-hospital.org."},
            {"_row": 2, "text": "Call +49 30 5550 1234 or (555) 010-9999!"},
            {"_row": 3, "text": "Pay to DE89 3704 0044 0532 0130 00 or 4111 1111 1111 1111."},
        ]
    }

    def matches(self, value: str) -> str:
        """True for a text that masking would change."""
        return contains_pii(value)

    def describe(self, value: str) -> str:
        """The surrounding text, masked so that the report leaks nothing."""
        return excerpt(masked(value), "|".join(map(re.escape, MASKS)))
