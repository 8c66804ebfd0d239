"""Profiles show what the votes tell of a number, and what other numbers make up for."""

import numpy as np
import pytest

from sim.fitting.calibration import observe_vote
from sim.fitting.posterior import Posterior
from sim.specs import read_scenario
from tools.validation.profiles import LIMIT, profile


@pytest.fixture(scope="module")
def observations():
    return [observe_vote(read_scenario(name)) for name in ("es-11-1", "es-11-2", "es-11-3")]


def test_a_profile_peaks_at_the_mode_of_the_posterior(observations):
    posterior = Posterior(observations)
    mode = posterior.fit()
    at = mode.vector[posterior.place["align_ideal_point", None]]
    found = profile(observations, "align_ideal_point", [at - 1, at, at + 1])
    assert found.log_posterior[1] == pytest.approx(mode.log_posterior, abs=1e-3)
    assert found.log_likelihood[1] == pytest.approx(posterior.log_likelihood(mode.vector), abs=0.05)
    assert found.fall(found.log_posterior).argmax() == 1
    assert found.others["align_democracy"][1] == pytest.approx(
        mode.vector[posterior.place["align_democracy", None]], abs=0.02
    )


def test_the_votes_tell_the_ideal_point_and_not_peers(observations):
    """Rule: from 0 to 2 the likelihood hardly falls along peer influence; along the ideal point it falls far."""
    peers = profile(observations, "peer_influence", [0, 1, 2])
    ideal = profile(observations, "align_ideal_point", [0, 3])
    assert peers.fall(peers.log_likelihood).min() > -LIMIT
    assert peers.left_open == (0, 2)
    assert ideal.fall(ideal.log_likelihood).min() < -5 * LIMIT
    assert ideal.left_open == (3, 3)
    # What peers do at one value shared causes do at another.
    assert np.diff(peers.others["align_organisations"]).max() < 0


def test_a_number_that_is_not_fitted_has_no_profile(observations):
    with pytest.raises(ValueError, match="not fitted"):
        profile(observations, "enforcement", [0.5])
