from pathlib import Path

import pluriset
from pluriset.builders.families.values import Values
from pluriset.tests.builders.conftest import written
from pluriset.validators.judging.example_copies import CHECK, example_texts

COPIED = "being found out may break the trust between them."


def test_the_texts_of_examples_are_found_in_every_language() -> None:
    answer = {"values": [{"text": "Confianza", "explanation": "Puede romperse la confianza."}]}
    spanish = {"list_examples": [["Leer el diario de tu hija", answer]]}
    texts = example_texts(Values(prompts={"es": spanish}).model_dump(mode="json"))
    assert COPIED in texts and "puede romperse la confianza." in texts
    assert not {"trust", "confianza", "leer el diario de tu hija"} & texts and all(
        text == text.lower() for text in texts
    )


def test_rows_that_repeat_an_example_are_counted_in_report_and_validation(tmp_path: Path) -> None:
    copied = {"text": "Trust", "explanation": COPIED.capitalize()}
    listing = {"answer": {"values": [copied], "rights": [], "duties": []}}
    own = {
        "match": "present",
        "answer": {"answer": {"values": [{**copied, "explanation": "She trusts you."}], "rights": [], "duties": []}},
    }
    judged = {"match": "valence: ", "answer": {"relevance": "yes", "valence": "supports"}}
    path = written(tmp_path, ["Lying", "Hiding a present"], judged, own, {"answer": listing}, curation=[])
    run = pluriset.build(pluriset.recipe(path), tmp_path / "run")
    for report in (run.report, pluriset.validate(run.folder)):
        (finding,) = [finding for finding in report.findings if finding.check == CHECK]
        assert finding.problem == "1 of 2 considerations repeats a worked example of the prompts"
        assert finding.severity == "warning" and finding.examples[0].keys() == {"consideration_id", "column"}


def test_a_run_without_copies_passes(tmp_path: Path) -> None:
    run = pluriset.build(pluriset.recipe(written(tmp_path, ["Lying"])), tmp_path / "run")
    (finding,) = [finding for finding in run.report.findings if finding.check == CHECK]
    assert (finding.count, finding.problem) == (0, "")
