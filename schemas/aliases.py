"""Names that were renamed: old recipes, `pluriset.yaml` files, reports and runs are read with the new ones.

Every entry is old name -> new name. New files only ever hold new names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COMPONENTS: Mapping[str, Mapping[str, str]] = {
    "checks": {
        "alike_sides": "near_identical_responses",
        "annotated_twice": "repeated_annotations",
        "bare_texts": "inconsistent_templates",
        "best_chosen": "best_candidate",
        "considered": "no_considerations",
        "cut_values": "truncated_values",
        "empty_sides": "empty_responses",
        "equal_choices": "identical_choices",
        "equal_sides": "identical_responses",
        "identical_sides": "same_values",
        "label_twins": "label_spelling_variants",
        "one_valence": "conflicting_valences",
        "prefix_fits_kind": "prefix_matches_kind",
        "unparallel_lists": "misaligned_lists",
        "value_twins": "value_spelling_variants",
    },
    "measures": {
        "agreement_of_scores": "score_agreement",
        "agreement_with_others": "majority_agreement",
        "annotator_classes": "equivalence_classes",
    },
}
"""Kind of component, such as `checks` -> its renamed components."""
OPTIONS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("curation", "kaleido_filter"): {"most": "max_considerations"},
    ("families", "values"): {"least_per_kind": "min_per_kind", "most_per_kind": "max_per_kind"},
    ("checks", "annotation_count"): {"usual": "min_modal_share"},
    ("checks", "choice_count"): {"usual": "min_modal_share"},
    ("checks", "contact_details"): {"most": "max_share"},
    ("checks", "control_characters"): {"most": "max_share"},
    ("checks", "damaged_lists"): {"least": "min_share"},
    ("checks", "few_considerations"): {"least": "min_considerations"},
    ("checks", "hash_ids"): {"usual": "min_share"},
    ("checks", "invisible_characters"): {"most": "max_share"},
    ("checks", "label_near_misses"): {"rarer": "min_ratio"},
    ("checks", "markup_remnants"): {"most": "max_share"},
    ("checks", "mixed_types"): {"least": "min_share"},
    ("checks", "mojibake"): {"most": "max_share"},
    ("checks", "one_word_choices"): {"most": "max_share"},
    ("checks", "one_word_items"): {"most": "max_share"},
    ("checks", "option_order"): {"least": "min_annotations"},
    ("checks", "outer_white_space"): {"most": "max_share"},
    ("checks", "pair_count"): {"usual": "min_modal_share"},
    ("checks", "personal_names"): {"most": "max_share"},
    ("checks", "preference_cycles"): {"most": "max_preferences"},
    ("checks", "ragged_lists"): {"usual": "min_modal_share"},
    ("checks", "repeated_spaces"): {"most": "max_share"},
    ("checks", "replacement_characters"): {"most": "max_share"},
    ("checks", "sentinels"): {"most": "max_share"},
    ("checks", "similar_items"): {"least": "min_similarity"},
    ("checks", "split_leak_rows"): {"least": "min_bytes"},
    ("checks", "split_leak_similar"): {"least": "min_similarity"},
    ("checks", "straight_lining"): {"least": "min_annotations"},
    ("checks", "stratum_sizes"): {"usual": "min_modal_share"},
    ("checks", "template_slots"): {"most": "max_share"},
    ("checks", "value_near_misses"): {"most": "max_values"},
    ("checks", "weak_pairs"): {"gap": "min_gap"},
    ("measures", "abstention"): {"most": "max_annotators"},
    ("measures", "agreement"): {"most_labels": "max_labels"},
    ("measures", "annotator_coverage"): {"most": "max_values"},
    ("measures", "cohen_kappa"): {"most_values": "max_values", "most_pairs": "max_pairs"},
    ("measures", "fleiss_kappa"): {"most_labels": "max_labels"},
    ("measures", "group_agreement"): {
        "most_annotators": "max_annotators",
        "least_members": "min_members",
        "most_groups": "max_groups",
    },
    ("measures", "group_distance"): {"most": "max_groups"},
    ("measures", "label_pairs"): {"most_labels": "max_labels"},
    ("measures", "label_shares"): {"most_labels": "max_labels"},
    ("measures", "length_separability"): {"most_pairs": "max_pairs"},
    ("measures", "majority_agreement"): {"fewest": "min_labels", "most": "max_annotators"},
    ("measures", "missing_judgements"): {"most": "max_annotators"},
    ("measures", "score_agreement"): {"most_values": "max_values"},
    ("measures", "separability"): {"most_pairs": "max_pairs", "least": "min_pairs"},
}
"""(kind, component) by new name -> its renamed options."""
REMOVED: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("checks", "known_labels"): {"labels": "delete this option: the labels of an aspect are in the table `aspects`"},
}
"""(kind, component) by new name -> its removed options, each with the hint for those who still set it."""
FIELDS: Mapping[str, Mapping[str, str]] = {
    "Books": {"asks": "requests"},
    "Requests": {"asked": "total", "replayed": "cached", "paid": "sent"},
    "Diversity": {"real": "avoid"},
    "Reject": {"beaten_by": "kept_key"},
    "Finding": {"title": "rule", "mends": "auto_repairable"},
    "Rows": {"made": "generated"},
    "Report": {"decisions": "overrides"},
}
"""Model of `schemas`, such as `Finding`, or table, such as `rejects` -> its renamed fields or columns."""


def component(kind: str, name: str) -> str:
    """The current name of a component."""
    return COMPONENTS.get(kind, {}).get(name, name)


def options(kind: str, name: str, given: Any) -> Any:
    """Options of a component under their current names; what is no mapping is left for validation."""
    return _renamed(given, OPTIONS.get((kind, name), {}))


def removal_hint(kind: str, name: str, given: Any) -> str | None:
    """What to do about the first removed option that is set; None where there is none."""
    removed = REMOVED.get((kind, name), {})
    return next((hint for option, hint in removed.items() if isinstance(given, Mapping) and option in given), None)


def fields(model: str, given: Any) -> Any:
    """Fields of a model, or cells of a row, under their current names; what is no mapping is left for validation."""
    return _renamed(given, FIELDS.get(model, {}))


def _renamed(given: Any, current: Mapping[str, str]) -> Any:
    if not current or not isinstance(given, Mapping):
        return given
    return {current.get(name, name): value for name, value in given.items()}
