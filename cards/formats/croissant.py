"""`croissant.json`: metadata in Croissant 1.1, with its vocabulary for responsible AI and with PROV.

http://mlcommons.org/croissant/1.1, http://mlcommons.org/croissant/RAI/1.0 and https://www.w3.org/TR/prov-o/. Files are
named relative to `croissant.json`, so that it is valid for the folder of a run and for every copy. `url` and
`datePublished` are omitted: they are unknown when it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...schemas.manifest import File, Manifest
from ...schemas.projections import not_null
from ...schemas.report import Report
from ...schemas.row import Column, Row, columns
from ...schemas.terms import LICENCES
from ..facts.manifest_facts import row_types, splits_with_rows, teachers_used
from .croissant_rai import responsible_ai

CONFORMS = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
TYPES = {"string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean"}
"""JSON Schema type -> data type."""
LABELS = {"annotations": ("label", "score")}
"""Table -> the columns with the labels and scores of annotators."""
ANNOTATOR = "annotator_id"
SPLITS = {"train": "cr:TrainingSplit", "validation": "cr:ValidationSplit", "test": "cr:TestSplit"}

Node = dict[str, Any]


def croissant(manifest: Manifest, report: Report) -> Node:
    """The whole document."""
    types = {name: row_type for name, row_type in row_types(manifest).items() if splits_with_rows(manifest, name)}
    recipe, card = manifest.recipe, manifest.recipe.card
    terms = LICENCES.get(recipe.license)
    properties = {
        "name": manifest.name,
        "description": card.description
        or f"{card.pretty_name or manifest.name}: a dataset of the family "
        f"{manifest.family} that keeps the judgement of every annotator.",
        "license": card.license_link or (terms.link if terms else recipe.license),
        "creator": [{"@type": "sc:Person", "name": author} for author in card.authors],
        "inLanguage": card.language,
        "citeAs": card.citation,
        "keywords": ["pluriset", "pluralism", manifest.family],
    }
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS,
        **{name: value for name, value in properties.items() if value},
        **responsible_ai(manifest, report),
        **_provenance(manifest),
        "distribution": [
            *_files(manifest),
            *(
                {
                    "@type": "cr:FileSet",
                    "@id": f"{name}-files",
                    "name": f"{name}-files",
                    "description": f"The shards of {name}.",
                    "encodingFormat": "application/x-parquet",
                    "includes": f"data/{name}/*.parquet",
                }
                for name in types
            ),
        ],
        "recordSet": [_splits(manifest), *(_record_set(name, types) for name in types)],
    }


def _provenance(manifest: Manifest) -> Node:
    """Sources, activity and agents of the dataset."""
    sources = [
        {"@type": "prov:Entity", "prov:label": source.name, **({"url": source.url} if source.url else {})}
        for source in manifest.recipe.card.sources
    ]
    agents = [
        {
            "@type": "prov:SoftwareAgent",
            "prov:label": f"{name}: {facts.get('model')}, revision {facts.get('revision') or 'unknown'}",
        }
        for name, facts in teachers_used(manifest).items()
    ]
    version = manifest.versions.get("pluriset", "unknown")
    activity = {"@type": "prov:Activity", "prov:label": f"pluriset {version}: pluriset build recipe.yaml"}
    properties = {"prov:wasDerivedFrom": sources, "prov:wasGeneratedBy": activity, "prov:wasAttributedTo": agents}
    return {name: value for name, value in properties.items() if value}


def _files(manifest: Manifest) -> Iterator[Node]:
    """Every shard with its digest."""
    for name in manifest.tables:
        for shards in splits_with_rows(manifest, name).values():
            yield from (_file(shard) for shard in shards)


def _file(shard: File) -> Node:
    return {
        "@type": "cr:FileObject",
        "@id": shard.path,
        "name": shard.path.replace("/", "-"),
        "contentUrl": shard.path,
        "contentSize": f"{shard.bytes} B",
        "encodingFormat": "application/x-parquet",
        "sha256": shard.sha256,
    }


def _splits(manifest: Manifest) -> Node:
    names = sorted({split for name in manifest.tables for split in splits_with_rows(manifest, name)})
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            {"@type": "cr:Field", "@id": "splits/name", "name": "name", "dataType": "sc:Text"},
            {"@type": "cr:Field", "@id": "splits/url", "name": "url", "dataType": "sc:URL"},
        ],
        "data": [{"splits/name": name, "splits/url": SPLITS.get(name, "cr:Split")} for name in names],
    }


def _record_set(table: str, types: Mapping[str, type[Row]]) -> Node:
    fields = columns(types[table])
    keys = [{"@id": f"{table}/{column.name}"} for column in fields if column.is_key]
    source = {
        "fileSet": {"@id": f"{table}-files"},
        "extract": {"fileProperty": "fullpath"},
        "transform": {"regex": rf"data/{table}/([\w.]+)-\d{{5}}-of-\d{{5}}\.parquet"},
    }
    return {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": table,
        "description": (types[table].__doc__ or table).partition("\n")[0],
        "key": keys[0] if len(keys) == 1 else keys,
        "field": [
            _node(f"{table}/split", "The split that the row is in.", dataType="sc:Text", source=source),
            *(_field(table, column, types) for column in fields),
        ],
    }


def _field(table: str, column: Column, types: Mapping[str, type[Row]]) -> Node:
    path = f"{table}/{column.name}"
    source: Node = {"fileSet": {"@id": f"{table}-files"}, "extract": {"column": column.name}}
    field = _node(path, column.description, **_typed(path, column.schema, source))
    if column.foreign and column.foreign.table in types:
        field["references"] = {"field": {"@id": f"{column.foreign.table}/{column.foreign.field}"}}
    if column.name in LABELS.get(table, ()):
        field |= {"dataType": [field["dataType"], "cr:Label"], "annotation": _annotator(table, path)}
    return field


def _typed(path: str, schema: Mapping[str, Any], source: Node) -> Node:
    """Data type and source of a column; a list of structures has a field for each part."""
    match schema:
        case {"type": "array", "items": {"type": "object", "properties": parts}}:
            inner = [
                _node(
                    f"{path}/{name}",
                    part.get("description", ""),
                    dataType=TYPES[not_null(part)["type"]],
                    source=source | {"transform": {"jsonPath": f"$[*].{name}"}},
                )
                for name, part in parts.items()
            ]
            return {"repeated": True, "subField": inner}
        case {"type": "array", "items": {"type": simple}}:
            return {"dataType": TYPES[simple], "isArray": True, "arrayShape": "-1", "source": source}
        case _:
            return {"dataType": TYPES[schema["type"]], "source": source}


def _annotator(table: str, label: str) -> Node:
    """The annotator of a label, whose attributes are in `annotators`."""
    source = {"fileSet": {"@id": f"{table}-files"}, "extract": {"column": ANNOTATOR}}
    annotator = _node(f"{label}/annotator/{ANNOTATOR}", "Key in `annotators`.", dataType="sc:Text", source=source)
    return _node(
        f"{label}/annotator",
        "Who gave the label.",
        dataType="prov:Agent",
        equivalentProperty="prov:wasAttributedTo",
        subField=[annotator],
    )


def _node(path: str, description: str, **facts: Any) -> Node:
    return {"@type": "cr:Field", "@id": path, "name": path.rpartition("/")[2], "description": description, **facts}


CONTEXT: Node = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{
        name: f"cr:{name}"
        for name in (
            "annotation", "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field",
            "fileObject", "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath",
            "key", "md5", "parentField", "path", "recordSet", "references", "regex", "repeated", "replace",
            "samplingRate", "separator", "source", "subField", "transform",
        )
    },
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "prov": "http://www.w3.org/ns/prov#",
    "sc": "https://schema.org/",
    "dct": "http://purl.org/dc/terms/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
}  # fmt: skip
"""The terms of Croissant 1.1, and the prefixes of the other vocabularies."""
