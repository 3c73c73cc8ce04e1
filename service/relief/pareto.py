"""Which of many plans no other plan is better than, in every respect that counts."""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""One row a plan, one column a respect in which less is better."""


def efficient(points: Points) -> NDArray[np.bool_]:
    """Return which rows no other row dominates: nowhere worse, somewhere better. Equal rows all stay."""
    keep: NDArray[np.bool_] = np.ones(len(points), dtype=np.bool_)
    for i in np.lexsort(points.T[::-1]):
        if keep[i]:
            keep &= ~_dominated_by(points[i], points)
    return keep


def _dominated_by(point: Points, points: Points) -> NDArray[np.bool_]:
    return np.asarray((point <= points).all(axis=1) & (point < points).any(axis=1), dtype=np.bool_)
