"""What a reader must know before using a dataset: only what is true of this one, from its manifest and report."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.manifest import Manifest
from ...schemas.report import Figure, Report
from .coverage import target_coverage
from .manifest_facts import annotators_by_role, models_used, teachers_used

LOW = 0.667
"""Krippendorff (2004) draws no conclusions from labels below this alpha; a rule of thumb, and his."""


def limitations(manifest: Manifest, report: Report) -> list[str]:
    """Plain sentences, a line each."""
    return [*biases(manifest, report), *gaps(manifest, report)]


def biases(manifest: Manifest, report: Report) -> list[str]:
    """Whose view the dataset takes, and whose it does not."""
    return [*_voices(manifest), *_panel(manifest), *_absent(manifest, report), *_agreement(report)]


def gaps(manifest: Manifest, report: Report) -> list[str]:
    """What is missing, does not hold, or is not known."""
    return [*_abstentions(report), *_missing(manifest), *_findings(report), *_unknown(manifest)]


def _voices(manifest: Manifest) -> Iterator[str]:
    """Whose voices these are."""
    made, all_spoke = models_used(manifest), teachers_used(manifest)
    if made and len(made) == len(all_spoke):
        yield "Models wrote and judged everything but the seeds: no annotator is a person."
    for name in (name for name in all_spoke if name not in made):
        yield f"The answers of teacher {name} come from a script; who gave them first is not recorded."
    members = [member for panel in annotators_by_role(manifest).values() for member in panel]
    if personas := {member.model_dump_json() for member in members if member.persona}:
        yield (
            f"{_counted(len(personas), 'annotator is a persona', 'annotators are personas')}: a model asked to answer "
            "as somebody. A persona shows what the model takes such a person to say, not what such people say."
        )


def _panel(manifest: Manifest) -> Iterator[str]:
    """How much disagreement there can be."""
    most = max((len(members) for members in annotators_by_role(manifest).values()), default=0)
    names = {(facts.get("model"), facts.get("revision")) for facts in models_used(manifest).values()}
    if most == 1:
        yield "One annotator answered for each role, so this dataset shows no disagreement between annotators."
    elif len(names) == 1 and len(models_used(manifest)) == len(teachers_used(manifest)):
        model = next(iter(names))[0]
        yield f"One model speaks for all annotators ({model}): what they share may be the model's and nobody else's."


def _absent(manifest: Manifest, report: Report) -> Iterator[str]:
    """Who is missing: wanted annotators of whom there are fewer than was declared."""
    for wanted in target_coverage(manifest, report):
        if wanted.share is None:
            yield f"No annotator declares {wanted.attribute}; {wanted.wanted:.0%} should have {wanted.value}."
        elif wanted.missing:
            yield (
                f"Too few annotators have {wanted.attribute} {wanted.value}: {wanted.share:.1%} of {wanted.n:,}, where "
                f"the recipe wants {wanted.wanted:.0%}."
            )


def _agreement(report: Report) -> Iterator[str]:
    for figure in _figures(report, "agreement"):
        about = _about(figure, "aspect")
        if figure.value is None:
            yield f"Agreement between annotators{about} is not defined: too few judgements to compare, or no variation."
        elif figure.value < LOW:
            known = figure.low is not None and figure.high is not None
            interval = f", 95% interval {figure.low:.2f} to {figure.high:.2f}" if known else ""
            yield (
                f"Annotators agree little{about} (alpha {figure.value:.2f}{interval}; Krippendorff draws no "
                f"conclusions below {LOW}): one label for an item would hide much of what they said."
            )


def _abstentions(report: Report) -> Iterator[str]:
    """The largest share of each aspect."""
    largest: dict[str, Figure] = {}
    for figure in _figures(report, "abstention"):
        kept = largest.setdefault(figure.group.get("aspect", ""), figure)
        if (figure.value or 0) > (kept.value or 0):
            largest[figure.group.get("aspect", "")] = figure
    for figure in largest.values():
        if figure.value:
            who = f"annotator {figure.group['annotator']}" if "annotator" in figure.group else "annotators"
            yield f"Abstentions{_about(figure, 'aspect')}: up to {figure.value:.1%} of judgements ({who})."


def _missing(manifest: Manifest) -> Iterator[str]:
    seeds, asks = manifest.books.seeds, manifest.books.asks
    if seeds.rejected:
        yield f"{seeds.rejected:,} of {seeds.read:,} seeds are not in this dataset; the reasons are in the books above."
    if asks.failed:
        without = _counted(asks.failed, "ask", "asks")
        yield f"{without} of the last build had no answer; what they would have given is missing."


def _findings(report: Report) -> Iterator[str]:
    if errors := report.count("error"):
        yield f"{_counted(errors, 'check', 'checks')} of severity error found rows: the dataset breaks a promise."
    for finding in report.found():
        if finding.severity == "warning":
            yield f"{finding.headline} (table {finding.table})"


def _unknown(manifest: Manifest) -> Iterator[str]:
    """What nobody said."""
    card = manifest.recipe.card
    if not card.language:
        yield "The languages of the texts are not declared."
    if not card.sources:
        yield "Where the seeds come from, and under which licence, is not declared."
    for name, facts in models_used(manifest).items():
        if not facts.get("revision"):
            yield f"The revision of the model of teacher {name} is not known: nobody can be sure to ask it again."


def _figures(report: Report, measure: str) -> list[Figure]:
    return [figure for figure in report.figures if figure.measure == measure]


def _about(figure: Figure, name: str) -> str:
    return f" on {figure.group[name]}" if name in figure.group else ""


def _counted(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"
