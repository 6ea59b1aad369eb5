"""What imdb.load_data() and a student made of the reviews is recovered to the last word number, or refused."""

from dataclasses import replace

import numpy as np
import pytest

from grader.inside.matching import Samples
from grader.inside.preprocessing import Recovery, recover
from grader.inside.words import Encoding, MultiHot, Padded, Ragged, WordTransform, join


def reviews(seed: int, count: int) -> Ragged:
    """Reviews of 20 to 200 words; word 1 is the most frequent of 3,000."""
    random = np.random.default_rng(seed)
    lengths = random.integers(20, 200, count)
    words = np.minimum(random.zipf(1.3, lengths.sum()), 3_000)
    return Ragged(words.astype(np.int32), np.concatenate([[0], np.cumsum(lengths)]))


TRAIN, TEST, SEALED = reviews(0, 600), reviews(1, 400), reviews(2, 200)
ORDER = np.random.default_rng(0).permutation(1_000)


def fed(transform: WordTransform, raw: Ragged, dtype: str = "float64") -> np.ndarray:
    return transform.apply(raw).astype(dtype)


def sample(source: str, rows: np.ndarray) -> Samples:
    return Samples(source, rows, np.arange(len(rows)), len(rows))


def recover_from(transform: WordTransform, dtype: str = "float64") -> Recovery:
    """From all reviews, shuffled and divided anew."""
    train, test = np.split(fed(transform, join([TRAIN, TEST]).take(ORDER), dtype), [800])
    return recover([sample("fit", train), sample("evaluate", test)], TRAIN, TEST)


KERAS, CUT = Encoding(), Encoding(num_words=1_000)
WAYS = {
    "multi-hot": WordTransform(CUT, MultiHot(1_000)),
    "multi-hot, wider than needed": WordTransform(CUT, MultiHot(2_500)),
    "multi-hot of all words": WordTransform(KERAS, MultiHot(3_004)),
    "multi-hot of bare word numbers": WordTransform(Encoding(None, None, 0, 1_000), MultiHot(1_000)),
    "padded": WordTransform(CUT, Padded(100)),
    "padded wider than any review": WordTransform(CUT, Padded(400)),
    "padded, all words": WordTransform(KERAS, Padded(100)),
    "padded at the end": WordTransform(CUT, Padded(100, "post", "pre")),
    "cut at the end": WordTransform(CUT, Padded(100, "pre", "post")),
    "padded and cut at the end": WordTransform(CUT, Padded(100, "post", "post")),
    "without a start": WordTransform(replace(CUT, start_char=None), Padded(100)),
    "without unknown words": WordTransform(replace(CUT, oov_char=None), Padded(100)),
    "another number of words": WordTransform(replace(CUT, num_words=850), Padded(100)),
}


@pytest.mark.parametrize("name", WAYS)
def test_preprocessing_is_recovered(name: str) -> None:
    recovery = recover_from(WAYS[name])
    assert recovery.transform is not None, recovery.why_not
    assert (recovery.transform.apply(SEALED) == WAYS[name].apply(SEALED)).mean() > 0.999
    assert recovery.rows_from[0]["unknown"] == 0


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "float16", "float32"])
def test_the_dtype_of_multi_hot_rows_does_not_matter(dtype: str) -> None:
    assert recover_from(WAYS["multi-hot"], dtype).words == "load_data(num_words=1000), multi-hot in 1,000 columns"


def test_preprocessing_is_put_into_words() -> None:
    assert recover_from(WAYS["padded at the end"]).words == (
        "load_data(num_words=1000), padded at the end and cut in front to 100 words"
    )


def test_rows_are_counted_by_the_part_that_they_come_from() -> None:
    transform = WAYS["padded"]
    samples = [sample("fit", fed(transform, TRAIN)), sample("evaluate", fed(transform, TEST))]
    assert recover(samples, TRAIN, TEST).rows_from == [
        {"train": 256, "test": 0, "unknown": 0},
        {"train": 0, "test": 256, "unknown": 0},
    ]


REFUSED = {
    "reversed reviews": fed(WAYS["padded"], TEST)[:, ::-1],
    "counts": fed(WAYS["multi-hot"], TEST) * 2,
    "fractions": fed(WAYS["multi-hot"], TEST) / 7,
    "negative numbers": -fed(WAYS["padded"], TEST),
    "noise": np.random.default_rng(0).integers(0, 2, (256, 1_000)),
    "word numbers of other reviews": fed(WAYS["padded"], SEALED),
    "huge numbers": np.full((256, 50), 1e8) + np.arange(256)[:, None],
    "three axes": fed(WAYS["padded"], TEST)[..., None],
}


@pytest.mark.parametrize("name", REFUSED)
def test_rows_that_are_no_reviews_of_the_data_set_are_refused(name: str) -> None:
    recovery = recover([sample("evaluate", REFUSED[name])], TRAIN, TEST)
    assert recovery.transform is None
    assert recovery.why_not.startswith("Expected reviews of imdb.load_data()")
