from typing import Any

import pytest

from pluriset.schemas.errors import DataError
from pluriset.schemas.projections import arrow_schema
from pluriset.schemas.row import columns
from pluriset.schemas.row_schema import TableSchema, row_type, table_schema
from pluriset.schemas.rows.values import TABLES


@pytest.mark.parametrize("table", TABLES)
def test_a_row_type_built_from_its_description_is_the_same_to_all_that_read_it(table: str) -> None:
    schema = TableSchema.model_validate_json(table_schema(TABLES[table]).model_dump_json())
    built = row_type(table, schema)
    assert built is row_type(table, schema)
    assert arrow_schema(built) == arrow_schema(TABLES[table])
    own, stored = ([(c.name, c.nullable, c.description, c.is_key, c.foreign, c.item_of) for c in columns(each)]
                   for each in (TABLES[table], built))  # fmt: skip
    assert own == stored


@pytest.mark.parametrize(
    "properties",
    [
        {"model_dump": {"type": "string"}},
        {"__class__": {"type": "string"}},
        {"a b": {"type": "string"}},
        {"text": {"type": "code"}},
        {"text": {"type": "string", "pattern": "("}},
        {"text": {"$ref": "#/$defs/Other"}},
        {"text": {"anyOf": []}},
    ],
)
def test_a_description_of_no_row_type_is_one_clear_error(properties: dict[str, Any]) -> None:
    schema = TableSchema(json_schema={"properties": properties, "required": [*properties]})
    with pytest.raises(DataError, match=r"family_schema\.tables\.things"):
        row_type("things", schema)
