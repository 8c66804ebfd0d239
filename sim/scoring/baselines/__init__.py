"""Forecasts of simple rules, whose scores the model has to beat.

A rule learns from rows, which are members of earlier votes or some members of the vote itself, and predicts all members
of one vote without using their votes in it. Where some rows are from the predicted vote, rates of classes come from
these rows alone, and regressions know which vote a row is from. Otherwise rates come from the other votes, and
`pin_to_counts` moves them to given counts.

Every rule but `majority` gives each class some probability: see `sim.scoring.baselines.regressions.smooth`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sim.scoring.baselines import learned, rates
from sim.scoring.baselines.pinning import pin_to_counts
from sim.scoring.baselines.positions import ideal_points_over_time
from sim.scoring.baselines.rows import Forecaster, Training

__all__ = ["FORECASTERS", "NEED_SCIKIT_LEARN", "Forecaster", "Training", "pin_to_counts"]

FORECASTERS: Mapping[str, Forecaster] = MappingProxyType(
    {
        "majority": rates.majority,
        "base_rates": rates.base_rates,
        "persistence": rates.persistence,
        "topic_persistence": rates.topic_persistence,
        "regional_majority": rates.regional_majority,
        "ideal_point": learned.ideal_point,
        "ideal_points_over_time": ideal_points_over_time,
        "earlier_votes": learned.earlier_votes,
        "signed_logit": learned.signed_logit,
        "multinomial_logit": learned.multinomial_logit,
        "random_forest": learned.random_forest,
        "boosted_trees": learned.boosted_trees,
    }
)
"""Every rule by name, in the order in which they are reported."""
NEED_SCIKIT_LEARN = ("multinomial_logit", "random_forest", "boosted_trees")
"""Rules that need the extra ``learn``."""
