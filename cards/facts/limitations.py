"""Limitations that apply to this dataset, derived from its manifest and report."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.manifest import Manifest
from ...schemas.report import Figure, Report
from ...schemas.rows.shared import ABSTAIN
from .coverage import target_coverage
from .manifest_facts import annotators_by_role, models_used, teachers_used

LOW = 0.667
"""Krippendorff (2004) draws no conclusions from labels below this alpha; his rule of thumb."""
DOMINANT = 0.8
"""From this share on, raw agreement is high, and a label dominates its aspect; our rule of thumb."""


def limitations(manifest: Manifest, report: Report) -> list[str]:
    """One sentence each."""
    return [*biases(manifest, report), *gaps(manifest, report)]


def biases(manifest: Manifest, report: Report) -> list[str]:
    """Whose views the dataset holds, and whose it lacks."""
    return [*_models(manifest), *_panel(manifest), *_missing_annotators(manifest, report), *_agreement(report)]


def gaps(manifest: Manifest, report: Report) -> list[str]:
    """What is missing, fails a check, or is unknown."""
    return [*_abstentions(report), *_missing_answers(manifest), *_findings(report), *_undeclared(manifest)]


def _models(manifest: Manifest) -> Iterator[str]:
    models, teachers = models_used(manifest), teachers_used(manifest)
    if models and len(models) == len(teachers):
        yield "Models wrote and judged everything but the seeds: no annotator is a person."
    for name, facts in teachers.items():
        if name not in models and facts.get("teacher") != "human":
            yield f"The answers of teacher {name} come from a script; their origin is not recorded."
    members = [member for panel in annotators_by_role(manifest).values() for member in panel]
    personas = {member.model_dump_json() for member in members if member.persona}
    if personas:
        yield (
            f"{_counted(len(personas), 'annotator is a persona', 'annotators are personas')}: a model asked to answer "
            "as a certain person. It shows what the model expects such a person to say, not what such people say."
        )


def _panel(manifest: Manifest) -> Iterator[str]:
    """How much disagreement the panels can show."""
    panels = [members for members in annotators_by_role(manifest).values() if len(members) > 1]
    if not panels:
        yield "One annotator answered for each role, so this dataset cannot show disagreement between annotators."
        return
    teachers = {member.teacher for members in panels for member in members}
    models = [models_used(manifest).get(teacher) for teacher in teachers]
    panel_models = {(facts.get("model"), facts.get("revision")) for facts in models if facts}
    if len(panel_models) == 1 and None not in models:
        [(model, _)] = panel_models
        yield f"Every panel is the same model ({model}): what its annotators agree on may be specific to that model."


def _missing_annotators(manifest: Manifest, report: Report) -> Iterator[str]:
    for aim in target_coverage(manifest, report):
        if aim.share is None:
            yield f"No annotator declares {aim.attribute}; the target is {aim.target:.0%} with {aim.value}."
        elif aim.too_few:
            yield (
                f"Too few annotators have {aim.attribute} {aim.value}: {aim.share:.1%} of {aim.n:,}; the target is "
                f"{aim.target:.0%}."
            )


def _agreement(report: Report) -> Iterator[str]:
    raw_agreement = {figure.group.get("aspect"): figure.value for figure in report.figures_of("raw_agreement")}
    for figure in report.figures_of("agreement"):
        about = _on_aspect(figure)
        if figure.value is None:
            yield f"Agreement between annotators{about} is undefined: too few judgements to compare, or no variation."
        elif figure.value < LOW:
            bounded = figure.low is not None and figure.high is not None
            interval = f", 95% interval {figure.low:.2f} to {figure.high:.2f}" if bounded else ""
            aspect = figure.group.get("aspect")
            raw = raw_agreement.get(aspect)
            beside = "" if raw is None else f"; raw agreement {raw:.0%}"
            low = f"Agreement between annotators is low{about} (alpha {figure.value:.2f}{interval}{beside}"
            label, share = _most_common_label(report, aspect)
            if raw is not None and raw >= DOMINANT and share >= DOMINANT:
                yield (
                    f"{low}) although most pairs of judgements agree, the prevalence paradox: {share:.0%} of "
                    f"judgements are `{label}`, so that nearly as many pairs would agree by chance. Annotators may "
                    "share the common label and still disagree about the rare ones."
                )
            else:
                yield (
                    f"{low}; Krippendorff draws no conclusions below {LOW}): a single label for an item would hide "
                    "most of the disagreement."
                )


def _most_common_label(report: Report, aspect: str | None) -> tuple[str, float]:
    """The label given most often for an aspect, and its share of the judgements that are no abstentions."""
    shares = {
        figure.group["label"]: figure.value or 0.0
        for figure in report.figures_of("label_shares")
        if figure.group.get("aspect") == aspect and figure.group.get("label", ABSTAIN) != ABSTAIN
    }
    if not any(shares.values()):
        return "", 0.0
    label = max(shares, key=shares.__getitem__)
    return label, shares[label] / sum(shares.values())


def _abstentions(report: Report) -> Iterator[str]:
    """The highest rate of each aspect."""
    highest: dict[str, Figure] = {}
    for figure in report.figures_of("abstention"):
        aspect = figure.group.get("aspect", "")
        if aspect not in highest or (figure.value or 0) > (highest[aspect].value or 0):
            highest[aspect] = figure
    for figure in highest.values():
        if figure.value:
            who = f"annotator {figure.group['annotator']}" if "annotator" in figure.group else "annotators"
            yield f"Abstentions{_on_aspect(figure)}: up to {figure.value:.1%} of judgements ({who})."


def _missing_answers(manifest: Manifest) -> Iterator[str]:
    seeds, requests = manifest.books.seeds, manifest.books.requests
    if seeds.rejected:
        yield f"{seeds.rejected:,} of {seeds.read:,} seeds were rejected."
    if requests.failed:
        failed = _counted(requests.failed, "request", "requests")
        yield f"{failed} of the last build failed; the rows or labels they would have produced are missing."


def _findings(report: Report) -> Iterator[str]:
    if errors := report.count("error"):
        yield f"{_counted(errors, 'check', 'checks')} of severity error failed."
    for finding in report.found():
        if finding.severity == "warning":
            yield f"{finding.headline.removesuffix('.')} (table `{finding.table}`)."


def _undeclared(manifest: Manifest) -> Iterator[str]:
    card = manifest.recipe.card
    if not card.language:
        yield "The languages of the texts are not declared."
    if not card.sources:
        yield "The origin and licence of the seeds are not declared."
    for name, facts in models_used(manifest).items():
        if not facts.get("revision"):
            yield f"The revision of the model of teacher {name} is unknown, so it may not be available again."


def _on_aspect(figure: Figure) -> str:
    return f" on {figure.group['aspect']}" if "aspect" in figure.group else ""


def _counted(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"
