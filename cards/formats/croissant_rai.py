"""Properties of Croissant's vocabulary for responsible AI, from manifest and report.

http://mlcommons.org/croissant/RAI/1.0
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...schemas.manifest import Manifest
from ...schemas.report import Report
from ..facts.limitations import biases, gaps
from ..facts.manifest_facts import annotators_by_role, curation_steps, models_used, teachers_used
from ..facts.people import privacy_statements


def responsible_ai(manifest: Manifest, report: Report) -> dict[str, Any]:
    """The properties whose value is known."""
    card, seeds = manifest.recipe.card, manifest.books.seeds
    sources = "; ".join(source.name for source in card.sources) or "an undeclared source"
    answered = [
        f"{role}: {len(members)} annotator{'s' * (len(members) != 1)}"
        for role, members in annotators_by_role(manifest).items()
    ]
    prompts = [text for name, text in manifest.prompts.items() if name.endswith("_prompt") and isinstance(text, str)]
    means = [figure for figure in report.figures_of("annotations_per_item") if figure.group.get("of") == "mean"]
    properties = {
        "rai:dataCollection": f"{seeds.read:,} seeds from {sources}, of which {seeds.built:,} were built.",
        "rai:dataCollectionType": ["Machine-generated"] if models_used(manifest) else [],
        "rai:dataCollectionMissingData": "; ".join(f"{n:,} x {reason}" for reason, n in manifest.books.rejects.items()),
        "rai:dataManipulationProtocol": ", then ".join(curation_steps(manifest)),
        "rai:dataAnnotationProtocol": [*answered, *prompts],
        "rai:dataAnnotationAnalysis": [*_agreement(report)],
        "rai:annotationsPerItem": "; ".join(
            [f"{f.group.get('aspect')}: {f.value:g} on average, {f.n:,} items" for f in means if f.value is not None]
        ),
        "rai:annotatorDemographics": [*_demographics(report)],
        "rai:machineAnnotationTools": [f"{f.get('model')} ({name})" for name, f in teachers_used(manifest).items()],
        "rai:dataUseCases": [card.uses] if card.uses else [],
        "rai:dataBiases": biases(manifest, report),
        "rai:dataLimitations": [*([card.out_of_scope] if card.out_of_scope else []), *gaps(manifest, report)],
        "rai:personalSensitiveInformation": privacy_statements(manifest, report),
    }
    return {name: value for name, value in properties.items() if value}


def _agreement(report: Report) -> Iterator[str]:
    for figure in report.figures_of("agreement"):
        if figure.value is not None:
            bounded = figure.low is not None and figure.high is not None
            interval = f", 95% interval {figure.low:.2f} to {figure.high:.2f}" if bounded else ""
            about = figure.group.get("aspect", "all")
            yield f"Krippendorff's alpha of {about}: {figure.value:.2f}{interval}, {figure.n:,} items."


def _demographics(report: Report) -> Iterator[str]:
    for figure in report.figures_of("annotator_coverage"):
        if figure.value is not None:
            attribute = figure.group.get("attribute", "").replace("_", " ")
            yield f"{attribute}: {figure.group.get('value')}, {figure.value:.1%} of {figure.n:,} annotators"
