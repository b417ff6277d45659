"""The selection and the figures of PluriHarms, from its own files."""

from collections import Counter
from pathlib import Path

import pytest
from scipy.spatial.distance import jensenshannon

from pluriset.builders.curation.select_to_target import SelectToTarget
from pluriset.schemas.published.pluriharms import LONG
from pluriset.schemas.rows.variants import RATING, TABLES, Original, Variant
from pluriset.tests.builders.curation.bench import Bench
from pluriset.validators.measures.level_correlation import LevelCorrelation
from pluriset.validators.stats.rating_spread import VARIANT_SCORES
from pluriset.validators.tables.sql import connect

REAL = Path(__file__).resolve().parents[2].parent / "shared/data/pluriharms"

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real files are not beside the checkout: {REAL}")


def test_its_mix_of_levels_is_selected_from_all_its_prompts_at_every_level() -> None:
    with connect() as connection:
        prompts = connection.sql(
            f"SELECT Question_Index, Question_Content, CAST(Harm_Level AS VARCHAR) FROM '{REAL}/prompts.csv'"
        ).fetchall()
        published = Counter(level for _, _, level in prompts)
        originals = [Original(original_id=str(n), text=text, source="pluriharms") for n, text, _ in prompts]
        pool = [
            Variant(variant_id=f"{each.original_id}/{level}", original_id=each.original_id, level=level, text=each.text)
            for each in originals
            for level in sorted(published)
        ]
        bench = Bench(connection, [*originals, *pool], TABLES)
        mix = {level: count / len(prompts) for level, count in published.items()}
        bench.run(SelectToTarget(table="variants", n=len(prompts), target={"level": mix}))
        [effect] = bench.curation.effects
        assert (len(pool), len(bench.keys("variants"))) == (1650, 150)
        assert Counter(key.partition("/")[2] for key in bench.keys("variants")) == published
        before = jensenshannon([1 / 11] * 11, [mix[level] for level in sorted(mix)], base=2) ** 2
        assert [*effect.figures.values()] == [pytest.approx(before, abs=1e-6), 0]


def test_its_scores_of_disagreement_and_its_correlation_are_recomputed() -> None:
    with connect() as connection:
        connection.execute("CREATE SCHEMA theirs")
        connection.execute(f"CREATE VIEW theirs.annotations AS FROM '{REAL}/annotations.csv'")
        connection.execute(
            f"""CREATE TABLE annotations AS SELECT 'variants' AS item_table, number AS item_id,
            '{RATING}' AS aspect, rating AS score FROM {LONG} WHERE rating IS NOT NULL"""
        )
        worst = connection.sql(
            f"""SELECT count(*), max(abs(mean - mean_rating)), max(abs(deviation - std_rating)),
                max(abs(s.entropy - d.entropy)), max(abs(low * 100 - pct_low)), max(abs(high * 100 - pct_high)),
                max(abs(n - n_responses))
            FROM ({VARIANT_SCORES}) s JOIN '{REAL}/disagreement_scores.csv' d ON variant_id = question_index"""
        ).fetchall()
        assert worst == [(150, *[pytest.approx(0, abs=1e-4)] * 6)]
        items = connection.sql(f"SELECT Question_Index AS item_id, Harm_Level AS level FROM '{REAL}/prompts.csv'")
        [figure] = LevelCorrelation().figures({"items": items, "annotations": connection.table("annotations")})
        assert (figure.value, figure.n) == (0.5892, 150)
