"""Types of the arrays that modules share. Shapes are in docstrings: N members, R replicates, T months, C cells."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
SingleArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
ActionArray = NDArray[np.int8]
"""Action codes, in the order of `sim.rules.choice.ACTIONS`."""
Number = float | FloatArray
"""One number for all, or an array where it differs."""
