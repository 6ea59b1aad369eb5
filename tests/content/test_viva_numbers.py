"""Every number on a viva sheet is the one that Keras, NumPy or scikit-learn find."""

import json
import subprocess
import sys
from pathlib import Path

from .test_sheet import NETWORKS

SHAPES = {"boston": [13], "imdb": [10_000], "mnist": [28, 28, 1], "fashion-mnist": [28, 28, 1], "cifar10": [32, 32, 3]}
COUNTED = {
    *("counting", "largest", "without_parameters", "normalization", "leaving", "flattening", "wider", "larger_kernel"),
    *(
        "strided",
        "less_pooling",
        "globally_pooled",
        "without_dropout",
        "shallower",
        "other_input",
        "best_epoch",
        "steps",
    ),
    *("overfitting", "uniform_guess", "one_row", "recall_of_class"),
}


def test_every_number_about_the_documented_networks_is_keras_own():
    networks = {name: (rows, SHAPES[name.split()[0]]) for name, rows in NETWORKS.items()}
    networks["mnist shallow"] = (NETWORKS["mnist shallow"], [784])
    program = Path(__file__).with_name("viva_numbers.py")
    ran = subprocess.run(
        [sys.executable, str(program)], input=json.dumps(networks), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2_000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert {generator for generator, count in found["compared"].items() if count} >= COUNTED
