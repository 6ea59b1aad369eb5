"""The preprocessing is recovered from samples where they show it, and refused with a sentence where they do not."""

import gzip
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from grader.inside.matching import Samples
from grader.inside.preprocessing import Recovery, recover

Preprocess = Callable[[np.ndarray], np.ndarray]


def blobs(seed: int, count: int, channels: int | None = None) -> np.ndarray:
    """Smooth random images on black, uint8: what fits in a test of clothes and digits."""
    rng, side = np.random.default_rng(seed), 28 if channels is None else 32
    across = np.arange(side)
    images = np.zeros((count, side, side, channels or 1))
    for _ in range(4):
        x, y, width = (rng.uniform(low, high, (count, 1)) for low, high in ((5, side - 5), (5, side - 5), (2, 4)))
        along_x, along_y = np.exp(-(((across - x) / width) ** 2)), np.exp(-(((across - y) / width) ** 2))
        images += np.einsum("nh,nw,nc->nhwc", along_y, along_x, rng.uniform(40, 200, (count, channels or 1)))
    images = np.clip(images - 8, 0, 255).astype(np.uint8)
    return images if channels else images[..., 0]


TRAIN, TEST = blobs(1, 3_000), blobs(2, 600)
COLOUR_TRAIN, COLOUR_TEST = blobs(3, 1_500, channels=3), blobs(4, 300, channels=3)
DARK = TRAIN[500:].max(axis=0) == 0
TRAIN[:, DARK] = TEST[:, DARK] = 0  # A scaler learns nothing about a pixel that is always dark.
BOTH = np.concatenate([TRAIN, TEST])
SHUFFLED = np.random.default_rng(5).permutation(len(TRAIN))


def flat(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1)


def sample(source: str, fed: np.ndarray, count: int = 256) -> Samples:
    """Evenly spread rows of what a model was fed, as the recorder takes them."""
    rows = np.unique(np.linspace(0, len(fed) - 1, count).astype(int))
    return Samples(source, fed[rows], rows, len(fed))


def scaler(kind: StandardScaler | MinMaxScaler, learned_from: np.ndarray) -> Preprocess:
    kind.fit(flat(learned_from) / 255)
    return lambda x: kind.transform(flat(x) / 255).astype(np.float32)


def by_hand(learned_from: np.ndarray, epsilon: float) -> Preprocess:
    mean, deviation = learned_from.mean(axis=0) / 255, learned_from.std(axis=0) / 255
    return lambda x: ((x / 255 - mean) / (deviation + epsilon))[..., None]


def pad(x: np.ndarray) -> np.ndarray:
    return np.pad(x, ((0, 0), (2, 2), (2, 2)))


def norm(x: np.ndarray, axis: int | tuple[int, ...]) -> np.ndarray:
    length = np.sqrt((x.astype(float) ** 2).sum(axis=axis, keepdims=True))
    return x / np.where(length == 0, 1, length)


PREPROCESSINGS: dict[str, Preprocess] = {
    "raw": lambda x: x,
    "raw as float32": lambda x: x.astype(np.float32),
    "divided by 255": lambda x: x / 255,
    "divided by 255 as float32": lambda x: x.astype(np.float32) / 255,
    "divided by 255 as float16": lambda x: (x / 255).astype(np.float16),
    "multiplied": lambda x: x * 1e6,
    "-1 to 1": lambda x: x / 127.5 - 1,
    "standardised": lambda x: (x - TRAIN.mean()) / TRAIN.std(),
    "standardised as MNIST is": lambda x: ((x / 255 - 0.1307) / 0.3081).astype(np.float32),
    "inverted": lambda x: 1 - x / 255,
    "inverted uint8": lambda x: 255 - x,
    "above 0": lambda x: (x > 0).astype(np.float32),
    "above 127": lambda x: x > 127,
    "at most 30": lambda x: (x <= 30).astype(int),
    "channel axis last": lambda x: x[..., None] / 255,
    "channel axis first": lambda x: x[:, None] / 255,
    "flattened": lambda x: flat(x) / 255,
    "flattened with channel axis": lambda x: flat(x)[..., None] / 255,
    "three channels": lambda x: np.repeat(x[..., None], 3, axis=-1) / 255,
    "three channels as ImageNet": lambda x: np.repeat(x[..., None], 3, axis=-1) - [123.68, 116.779, 103.939],
    "padded": lambda x: pad(x)[..., None] / 255,
    "padded, then standardised": lambda x: (pad(x) - 20.5) / 47.1,
    "standardised, then padded": lambda x: pad((x - 20.5) / 47.1)[..., None],
    "padded and flattened": lambda x: flat(pad(x)) / 255,
    "padded with three channels": lambda x: np.repeat(pad(x)[..., None], 3, axis=-1) / 255,
    "transposed": lambda x: x.transpose(0, 2, 1) / 255,
    "transposed and flattened": lambda x: flat(x.transpose(0, 2, 1)) / 255,
    "each image standardised": lambda x: (x - x.mean((1, 2), keepdims=True)) / x.std((1, 2), keepdims=True),
    "each image of length 1": lambda x: norm(flat(x), axis=1),
    "keras.utils.normalize": lambda x: norm(x, axis=-1),
    "StandardScaler": scaler(StandardScaler(), TRAIN),
    "StandardScaler on all images": scaler(StandardScaler(), BOTH),
    "standardised by hand": by_hand(TRAIN, 1e-7),
    "standardised by hand, large epsilon": by_hand(TRAIN, 0.05),
    "MinMaxScaler": scaler(MinMaxScaler((-1, 1)), TRAIN),
    "less the mean image": lambda x: (x - TRAIN.mean(axis=0)) / 255,
}
MANNERS: dict[str, Callable[[Preprocess], list[Samples]]] = {
    "whole": lambda f: [sample("fit", f(TRAIN)), sample("evaluate", f(TEST))],
    "sliced": lambda f: [sample("fit", f(TRAIN[500:])), sample("validation", f(TRAIN[:500]))],
    "piece": lambda f: [sample("fit", f(TRAIN[300:2_500]))],
    "shuffled": lambda f: [
        sample("fit", f(TRAIN[SHUFFLED[:2_400]])),
        sample("validation", f(TRAIN[SHUFFLED[2_400:]])),
    ],
    "test only": lambda f: [sample("predict", f(TEST[:400]))],
    "concatenated": lambda f: [sample("fit", f(BOTH))],
}


IN_ORDER_ONLY = {"keras.utils.normalize", "at most 30"}
"""What changes the looks of an image so much that a shuffled one is not found again."""


@pytest.mark.parametrize(
    ("name", "manner"),
    [(n, m) for n in PREPROCESSINGS for m in MANNERS if n not in IN_ORDER_ONLY or m not in ("piece", "shuffled")],
)
def test_preprocessing_is_recovered(name: str, manner: str) -> None:
    preprocess = PREPROCESSINGS[name]
    assert_recovered(recover(MANNERS[manner](preprocess), TRAIN, TEST), preprocess, TEST)


def assert_recovered(recovery: Recovery, preprocess: Preprocess, raw: np.ndarray) -> None:
    assert recovery.transform is not None, recovery.why_not
    expected, tolerance = preprocess(raw), 1e-4
    if expected.dtype == np.float16:
        tolerance = 2e-3
    unit = np.abs(expected - np.mean(expected, dtype=float)).mean(dtype=float)
    np.testing.assert_allclose(recovery.transform.apply(raw), expected, rtol=tolerance, atol=tolerance * unit)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("raw", "the raw pixels"),
        ("divided by 255", "divided by 255"),
        ("channel axis last", "divided by 255, one channel axis added"),
        ("-1 to 1", "(x - 127.5) / 127.5"),
        ("inverted", "(255 - x) / 255"),
        ("above 127", "1 where the pixel is above 127, 0 elsewhere"),
        ("padded and flattened", "divided by 255, padded to 32 x 32, flattened to 1024 values"),
        (
            "StandardScaler",
            "each pixel standardised by the mean and deviation of the training images, flattened to 784 values",
        ),
    ],
)
def test_preprocessing_is_put_into_words(name: str, words: str) -> None:
    assert recover(MANNERS["whole"](PREPROCESSINGS[name]), TRAIN, TEST).words == words


COLOUR_PREPROCESSINGS: dict[str, Preprocess] = {
    "divided by 255": lambda x: x / 255,
    "flattened": lambda x: flat(x) / 255,
    "channels first": lambda x: np.moveaxis(x, -1, 1) / 255,
    "by channel": lambda x: ((x / 255 - [0.49, 0.48, 0.45]) / [0.25, 0.24, 0.26]).astype(np.float32),
    "by channel and flattened": lambda x: flat(x - [125.3, 123.0, 113.9]),
    "as VGG16": lambda x: x[..., ::-1] - [103.939, 116.779, 123.68],
    "padded": lambda x: np.pad(x, ((0, 0), (4, 4), (4, 4), (0, 0))) / 255,
    "per_image_standardization": lambda x: (x - x.mean((1, 2, 3), keepdims=True)) / x.std((1, 2, 3), keepdims=True),
    "StandardScaler": scaler(StandardScaler(), COLOUR_TRAIN),
}


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("name", COLOUR_PREPROCESSINGS)
def test_preprocessing_of_colour_images_is_recovered(name: str, shuffled: bool) -> None:
    preprocess = COLOUR_PREPROCESSINGS[name]
    order = np.random.default_rng(6).permutation(1_500) if shuffled else np.arange(1_500)
    recovery = recover([sample("fit", preprocess(COLOUR_TRAIN[order]))], COLOUR_TRAIN, COLOUR_TEST)
    assert_recovered(recovery, preprocess, COLOUR_TRAIN)
    assert recovery.rows_from == [{"train": 256, "test": 0, "unknown": 0}]


def centred(learned_from: np.ndarray) -> Preprocess:
    mean, highest = learned_from.mean(), learned_from.max()
    return lambda x: (x - mean) / highest


def test_test_images_decide_where_they_were_scaled_by_numbers_of_their_own() -> None:
    fit, evaluate = centred(COLOUR_TRAIN), centred(COLOUR_TEST)
    samples = [sample("fit", fit(COLOUR_TRAIN)), sample("evaluate", evaluate(COLOUR_TEST))]
    assert_recovered(recover(samples, COLOUR_TRAIN, COLOUR_TEST), evaluate, COLOUR_TEST)


def test_evaluation_of_training_images_decides_less_than_validation_on_test_images() -> None:
    samples = [sample("evaluate", TRAIN / 255), sample("validation", TEST / 127.5 - 1)]
    assert recover(samples, TRAIN, TEST).words == "(x - 127.5) / 127.5"


def test_scaler_that_learned_from_the_rows_of_fit_is_recognised() -> None:
    preprocess = scaler(StandardScaler(), TRAIN[500:])
    recovery = recover([sample("fit", preprocess(TRAIN[500:])), sample("predict", preprocess(TEST))], TRAIN, TEST)
    assert_recovered(recovery, preprocess, TEST)
    assert "of the last 2,500 training images" in recovery.words


def test_scaler_that_learned_from_a_random_split_is_all_but_recognised() -> None:
    part = TRAIN[SHUFFLED[:2_700]]
    preprocess = scaler(StandardScaler(), part)
    recovery = recover([sample("fit", preprocess(part)), sample("evaluate", preprocess(TEST))], TRAIN, TEST)
    assert recovery.transform is not None
    made, expected = recovery.transform.apply(TEST), preprocess(TEST)
    assert np.isclose(made, expected, rtol=1e-4, atol=1e-4).mean() > 0.999  # only pixels that are dark in all samples
    assert "of some of" in recovery.words


# -- Where the rows came from ------------------------------------------------------------------------------------------


def test_rows_of_both_parts_are_counted() -> None:
    (rows,) = recover([sample("fit", BOTH / 255)], TRAIN, TEST).rows_from
    assert rows["unknown"] == 0
    assert rows["test"] == pytest.approx(256 * 600 / 3_600, abs=1)


def test_training_on_shuffled_test_images_shows() -> None:
    mixed = np.concatenate([TRAIN[:600], TEST])[np.random.default_rng(7).permutation(1_200)]
    (rows,) = recover([sample("fit", mixed[..., None] / 255)], TRAIN, TEST).rows_from
    assert rows["unknown"] == 0
    assert 100 < rows["test"] < 156


def test_test_images_behind_a_piece_of_the_training_images_are_seen():
    mixed = np.concatenate([TRAIN[:1_500], TEST[:500]])
    (rows,) = recover([sample("fit", mixed / 255)], TRAIN, TEST).rows_from
    assert rows == {"train": 192, "test": 64, "unknown": 0}


def test_image_that_is_in_both_parts_counts_as_training_image() -> None:
    test = np.concatenate([TRAIN[:300], TEST[:300]])
    batch = Samples("fit", TRAIN[:64] / 255, np.full(64, -1), 64)
    assert recover([batch], TRAIN, test).rows_from == [{"train": 64, "test": 0, "unknown": 0}]


def test_repeated_test_images_do_no_harm() -> None:
    test = np.concatenate([TEST[:300], TEST[:300]])  # as the places of the sealed rows are filled
    recovery = recover([sample("evaluate", test / 255)], TRAIN, test)
    assert recovery.words == "divided by 255"
    assert recovery.rows_from == [{"train": 0, "test": 256, "unknown": 0}]


def test_batch_without_positions_is_found_by_its_looks() -> None:
    batch = Samples("fit", TRAIN[SHUFFLED[:32]][..., None] / 255, np.full(32, -1), 32)
    recovery = recover([batch], TRAIN, TEST)
    assert recovery.words == "divided by 255, one channel axis added"
    assert recovery.rows_from == [{"train": 32, "test": 0, "unknown": 0}]


# -- Augmented images --------------------------------------------------------------------------------------------------


def augmented(x: np.ndarray) -> np.ndarray:
    """Every image turned or moved by parts of a pixel, scaled to 0 to 1."""
    moved = (x + np.roll(x, 1, axis=2) * 0.7 + np.roll(x, 2, axis=1) * 0.2) / 1.9
    return moved[..., None] / 255


def test_clean_evaluation_tells_what_augmented_training_hides() -> None:
    samples = [sample("fit", augmented(TRAIN)), sample("evaluate", TEST[..., None] / 255)]
    recovery = recover(samples, TRAIN, TEST)
    assert recovery.words == "divided by 255, one channel axis added"
    assert [rows["unknown"] for rows in recovery.rows_from] == [256, 0]


def test_images_that_were_not_flipped_are_enough() -> None:
    flips = np.random.default_rng(8).random(len(TRAIN)) < 0.5
    fed = np.where(flips[:, None, None], TRAIN[:, :, ::-1], TRAIN)[SHUFFLED] / 255
    recovery = recover([sample("fit", fed)], TRAIN, TEST)
    assert recovery.words == "divided by 255"
    assert 90 < recovery.rows_from[0]["unknown"] < 170


# -- Refusals ----------------------------------------------------------------------------------------------------------

NOT_THE_DATA = {
    "augmented": lambda: augmented(TRAIN),
    "noise": lambda: np.random.default_rng(9).random((3_000, 28, 28)),
    "noise of two values": lambda: np.random.default_rng(9).random((3_000, 28, 28)) > 0.5,
    "another data set": lambda: blobs(10, 3_000) / 255,
    "another data set, standardised by pixel": lambda: scaler(StandardScaler(), TRAIN)(blobs(10, 3_000)),
    "edges": lambda: np.diff(TRAIN.astype(float), axis=2, prepend=0) / 255,
    "principal components": lambda: PCA(50).fit_transform(flat(TRAIN)),
    "images of the principal components": lambda: PCA(50).fit(flat(TRAIN)).inverse_transform(np.eye(50)[[0] * 3_000]),
    "enlarged": lambda: np.kron(TRAIN[:300], np.ones((1, 2, 2))),
    "cropped": lambda: TRAIN[:, 2:-2, 2:-2] / 255,
}


@pytest.mark.parametrize("name", NOT_THE_DATA)
def test_rows_that_no_scaling_makes_are_refused(name: str) -> None:
    recovery = recover([sample("fit", NOT_THE_DATA[name]())], TRAIN, TEST)
    assert recovery.transform is None
    assert recovery.why_not.startswith("Expected ")
    assert " Found " in recovery.why_not
    assert "model.evaluate()" in recovery.why_not
    assert recovery.rows_from == [{"train": 0, "test": 0, "unknown": 256}]


def odd_scaling(x: np.ndarray) -> np.ndarray:
    """Each pixel by a factor that no scaler explains."""
    return x * np.random.default_rng(11).uniform(0.5, 2, (28, 28))


def test_scaling_of_pixels_that_the_samples_do_not_show_is_refused() -> None:
    train = TRAIN.copy()
    train[1:40, 0, 0] = 200
    unlit = Samples("fit", odd_scaling(train)[40:300], np.arange(40, 300), len(train))
    recovery = recover([unlit], train, TEST)
    assert recovery.transform is None
    assert "never vary in the samples" in recovery.why_not


def test_scaling_of_pixels_that_are_always_dark_does_not_matter() -> None:
    inner = np.zeros((28, 28), np.uint8)
    inner[6:22, 6:22] = 1
    train, test = TRAIN * inner, TEST * inner
    recovery = recover([sample("fit", odd_scaling(train))], train, test)
    assert recovery.words == "each pixel scaled on its own"
    assert_recovered(recovery, odd_scaling, test)


GOOD = TRAIN[:20] / 255
ROWS = np.arange(20)
UNSOUND = {
    "objects": Samples("fit", GOOD.astype(object), ROWS, 20),
    "words": Samples("fit", np.full((20, 28, 28), "a"), ROWS, 20),
    "complex numbers": Samples("fit", GOOD * 1j, ROWS, 20),
    "NaN": Samples("fit", np.where(GOOD > 0.5, np.nan, GOOD), ROWS, 20),
    "infinite": Samples("fit", np.where(GOOD > 0.5, np.inf, GOOD), ROWS, 20),
    "huge": Samples("fit", GOOD * 1e300, ROWS, 20),
    "tiny": Samples("fit", GOOD * 1e-300, ROWS, 20),
    "constant": Samples("fit", GOOD * 0, ROWS, 20),
    "one image again and again": Samples("fit", GOOD[[0] * 20], ROWS, 20),
    "one row": Samples("fit", GOOD[:1], ROWS[:1], 20),
    "no rows": Samples("fit", GOOD[:0], ROWS[:0], 0),
    "no axes": Samples("fit", np.array(1.0), ROWS, 20),
    "numbers": Samples("fit", GOOD[:, 0, 0], ROWS, 20),
    "empty images": Samples("fit", GOOD[:, :0], ROWS, 20),
    "wide rows": Samples("fit", np.zeros((20, 300_000), np.uint8), ROWS, 20),
    "too few row numbers": Samples("fit", GOOD, ROWS[:3], 20),
    "negative row numbers": Samples("fit", GOOD, ROWS - 9, 20),
    "row numbers past the end": Samples("fit", GOOD, ROWS + 10**18, 20),
    "fractions of rows": Samples("fit", GOOD, ROWS / 2, 20),
    "no total": Samples("fit", GOOD, ROWS, -5),
    "huge total": Samples("fit", GOOD, ROWS, 10**30),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_unsound_samples_are_refused_with_a_sentence(name: str) -> None:
    recovery = recover([UNSOUND[name]], TRAIN, TEST)
    assert recovery.transform is None
    assert recovery.why_not.startswith("Expected ")


def test_unsound_samples_do_not_hide_sound_ones() -> None:
    samples = [sample("fit", TRAIN / 255), replace(UNSOUND["NaN"], source="evaluate")]
    assert recover(samples, TRAIN, TEST).words == "divided by 255"


def test_no_samples_is_a_sentence_too() -> None:
    assert recover([], TRAIN, TEST).why_not.startswith("Expected images that the model was fed. Found none")


# -- The real thing ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fashion(tmp_path_factory: pytest.TempPathFactory) -> tuple[np.ndarray, np.ndarray]:
    """Training and test images of Fashion-MNIST, mapped from files as the judge has them."""
    folder = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets" / "fashion-mnist"
    mapped = []
    for name in ("train", "t10k"):
        source = folder / f"{name}-images-idx3-ubyte.gz"
        if not source.exists():
            pytest.skip("Fashion-MNIST is not in Keras' cache")
        target = tmp_path_factory.mktemp("fashion") / f"{name}.npy"
        np.save(target, np.frombuffer(gzip.decompress(source.read_bytes()), np.uint8, offset=16).reshape(-1, 28, 28))
        mapped.append(np.load(target, mmap_mode="r"))
    return mapped[0], mapped[1]


def test_fashion_mnist_divided_by_255(fashion: tuple[np.ndarray, np.ndarray]) -> None:
    train, test = fashion
    samples = [sample("fit", train[5_000:, ..., None] / np.float32(255)), sample("evaluate", test[..., None] / 255)]
    recovery = recover(samples, train, test)
    assert recovery.words == "divided by 255, one channel axis added"
    assert [rows["unknown"] for rows in recovery.rows_from] == [0, 0]


def test_fashion_mnist_split_at_random_and_standardised_by_pixel(fashion: tuple[np.ndarray, np.ndarray]) -> None:
    train, test = fashion
    part = train[np.random.default_rng(12).permutation(60_000)[:48_000]]
    deviation = np.maximum(part.std(axis=0), 1e-9)
    fed = ((part[::190] - part.mean(axis=0)) / deviation).astype(np.float32)
    recovery = recover([Samples("fit", fed, np.arange(0, 48_000, 190), 48_000)], train, test)
    assert "of some of the" in recovery.words
    assert recovery.rows_from[0]["train"] >= 0.98 * len(fed)
