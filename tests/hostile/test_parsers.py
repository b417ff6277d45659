"""Whatever bytes a parser is given, it reads them or raises an error of ours."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pluriset.tests.hostile.parsers import PARSERS, attempt, hostile


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=5, suppress_health_check=[*HealthCheck])
@given(data=st.data())
def test_a_changed_document_is_read_or_is_an_error_of_ours(name: str, data: st.DataObject) -> None:
    attempt(PARSERS[name], data.draw(hostile(PARSERS[name])))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=1000, suppress_health_check=[*HealthCheck])
@given(data=st.data())
def test_a_thousand_changed_documents_are_read_or_are_errors_of_ours(name: str, data: st.DataObject) -> None:
    attempt(PARSERS[name], data.draw(hostile(PARSERS[name])))
