"""What noting the rows of a notebook's arrays adds to its fit() and evaluate().

python bench/recording.py
"""

import time
from statistics import median

import numpy as np

from grader.inside.rows import Known, Rows

ROUNDS = 5


def main() -> None:
    """Print the seconds of each array once it is new, and once it comes again."""
    rng = np.random.default_rng(0)
    arrays = {
        "60,000 pictures of 784 float32": rng.random((60_000, 784), np.float32),
        "50,000 pictures of 3,072 float32": rng.random((50_000, 3_072), np.float32),
        "40,000 reviews of 10,000 uint8": rng.integers(0, 2, (40_000, 10_000), np.uint8),
        "404 rows of 13 float64": rng.random((404, 13)),
    }
    for name, x in arrays.items():
        first, again, tested = [], [], []
        for _ in range(ROUNDS):
            rows, known = Rows(), Known()
            first.append(timed(rows.trained, known, x, None))
            again.append(timed(rows.trained, known, x, None))
            tested.append(timed(rows.tested, known, x[: len(x) // 5]))
        print(f"{name}: first fit {median(first):.3f} s, again {median(again):.4f} s, a test {median(tested):.3f} s")


def timed(function, *arguments) -> float:  # type: ignore[no-untyped-def]
    """Processor seconds of one call, which other programs do not lengthen."""
    started = time.process_time()
    function(*arguments)
    return time.process_time() - started


if __name__ == "__main__":
    main()
