"""How often drift monitoring errs and finds: `python drift_rates.py`, by simulation of ScoreDrift's rule.

Scores of good parts are uniform (the rule knows ranks only, so that any distribution does as well), 100 newest results, 5 % of
them of defective parts that score above all good ones, 10 % excused; good parts' scores are moved by a share of their range.
"""

import math

import numpy as np
from scipy.stats import betabinom

WINDOW, EXCUSED, DEFECTIVE, RATE = 100, 10, 5, 0.001
SHIFTS = (0, 0.25, -0.25, 0.4, -0.4, 0.5, -0.5)


def bounds(pictures):
    """The counts above the median that are no drift, and the median's rank."""
    rank = (pictures + 1) // 2
    everything = betabinom(WINDOW, pictures + 1 - rank, rank)
    good = betabinom(WINDOW - EXCUSED, pictures + 1 - rank, rank)
    low = next(k for k in range(WINDOW + 1) if everything.cdf(k) > RATE / 2)
    high = next(k for k in range(WINDOW - EXCUSED, -1, -1) if good.sf(k - 1) > RATE / 2) + EXCUSED
    return low, high, rank


def main():
    """Prints the share of windows called lower and higher for each shift."""
    random = np.random.default_rng(1)
    for pictures in (19, 24, 60, 200):
        low, high, rank = bounds(pictures)
        print(f"{pictures} pictures, steady from {low} to {high}:")
        for shift in SHIFTS:
            windows = 20_000 if shift else 200_000
            median = np.sort(random.random((windows, pictures)), axis=1)[:, rank - 1]
            share = np.clip(1 - (median - shift), 0, 1)
            above = random.binomial(WINDOW - DEFECTIVE, share) + DEFECTIVE
            print(f"  moved by {shift:+}: lower {100 * (above < low).mean():.2f} %, higher {100 * (above > high).mean():.2f} %")


if __name__ == "__main__":
    main()
