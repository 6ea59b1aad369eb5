"""How long the page of a class takes to write, and to open in Chromium.

    python bench/class_page.py [--students N] [--keep DIR]

The class is made up: names, marks, results, and notebooks that are written in a few ways each, some of them copied from
another. `--keep` leaves the results in a folder, to look at. Opening is measured by the page's own clock, from the
start of the navigation until it is loaded, its script has run and it is laid out; the median of five. On a busy machine
the browser's CPU seconds, beside those for a blank page, say more.
"""

import argparse
import json
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import nbformat
import numpy as np

from grader.courses.course import Course, bundled
from grader.marking.score import score
from grader.pages.class_page import write_class
from grader.pipeline import write_results
from grader.records import (
    CellRun,
    CheckResult,
    Choice,
    DataUsed,
    Evidence,
    Fit,
    Layer,
    Measurement,
    Model,
    Run,
    RunStatus,
    Submission,
    Tier,
)
from grader.submissions.collect import folder_name

Status = Literal["passed", "partial", "failed", "undecided"]
NAME = "fashion-mnist"
MOST_OPEN_SECONDS = 1.0
MOST_MEMORY_MB = 400
RUNS = 5
FIRST = ["Asha", "Rohan", "Sneha", "Imran", "Meera", "Vikram", "Zoya", "Arjun", "Kavya", "Nikhil", "Fatima", "Ishaan"]
MIDDLE = ["A.", "B.", "K.", "M.", "R.", "S."]
LAST = ["Kulkarni", "Deshmukh", "More", "Shaikh", "Joshi", "Patil", "Pawar", "Rao", "Iyer", "Khan", "Naik", "Gupta"]
CALLS = [name for name in dir(np) if name.islower() and callable(getattr(np, name))]
"""What made-up lines call."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PAGES = ("blank.html", "index.html", "similarity.html")
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
BLANK = '<!doctype html><meta http-equiv="Content-Security-Policy" content=""><title>blank</title>'
"""What the machine takes for nothing at all."""
MEASURE = (
    "<script>addEventListener('load', () => { document.body.offsetHeight;"
    " document.documentElement.dataset.opened = performance.now(); });</script>"
)
WAYS = (
    (
        "import numpy as np\nimport tensorflow as tf\nfrom tensorflow import keras",
        "from keras import layers, models, datasets",
        "import keras\nimport pandas as pd\nimport seaborn as sns",
    ),
    (
        "(a, b), (c, d) = keras.datasets.fashion_mnist.load_data()\na, c = a / 255.0, c / 255.0",
        "train, test = datasets.fashion_mnist.load_data()\nx = train[0].astype('float32').reshape(-1, 28, 28, 1) / 255",
        "data = keras.datasets.fashion_mnist.load_data()\nX, Y = data[0]\nXt, Yt = data[1]\nX = X.reshape((-1, 784))",
        "def load():\n    (p, q), (r, s) = keras.datasets.fashion_mnist.load_data()\n    return p / 255, q, r / 255, s",
    ),
    (
        "model = keras.Sequential()\nfor size in (32, 64):\n    model.add(layers.Conv2D(size, 3, activation='relu'))",
        "net = models.Sequential([layers.Flatten(), layers.Dense(128, activation='relu'), layers.Dense(10)])",
        "i = keras.Input((28, 28, 1))\nh = layers.Conv2D(16, 5)(i)\nh = layers.ReLU()(h)\nh = layers.Flatten()(h)",
    ),
    (
        "hist = model.fit(a, b, epochs=5, validation_split=0.2)\nprint(hist.history['val_accuracy'][-1])",
        "stop = keras.callbacks.EarlyStopping(patience=2)\nnet.fit(x, train[1], batch_size=64, callbacks=[stop])",
        "for epoch in range(4):\n    out = net.fit(X, Y, epochs=1, verbose=0)\n    print(epoch, out.history)",
    ),
    (
        "p = np.argmax(model.predict(c), axis=1)\nprint('right', (p == d).mean())\nprint(confusion_matrix(d, p))",
        "loss, acc = net.evaluate(*test)\nassert acc > 0.8, acc",
        "sns.heatmap(pd.crosstab(Yt, net.predict(Xt).argmax(1)), annot=True)\nplt.show()",
    ),
)
"""Cells in some ways that students write them."""


def names_of(students: int, dice: random.Random) -> list[str]:
    """Different names; one of them would be markup on a page that does not look."""
    names = [f"{first} {middle} {last}" for first in FIRST for middle in MIDDLE for last in LAST]
    dice.shuffle(names)
    return ["<b onmouseover=alert(1)>Bobby</b> “Tables” & sons", *names][:students]


def notebook_of(dice: random.Random) -> bytes:
    """A notebook that puts the usual together in a way of its own, and has further code of its own."""
    cells = [dice.choice(ways) for ways in WAYS] + ["\n".join(own_line(dice) for _ in range(12)) for _ in range(4)]
    made = [nbformat.v4.new_code_cell(cell) for cell in cells]
    return str(nbformat.writes(nbformat.v4.new_notebook(cells=made))).encode()


def own_line(dice: random.Random) -> str:
    """A line that hardly anybody else has written."""
    one, other = dice.sample(CALLS, 2)
    sign, variable = dice.choice("+-*/@"), dice.choice("uvwxyz")
    return (
        f"{variable} = np.{one}({variable}[{dice.randrange(9)}:]) {sign} np.{other}({dice.choice('pqrst')})  # {sign}"
    )


def evidence_of(course: Course, skill: float, dice: random.Random) -> Evidence:
    """What is seen of a run; `skill` is from 0 to 1."""
    status: RunStatus = dice.choices(("finished", "errors", "limit", "not_started"), (8 + 8 * skill, 2, 1, 0.5))[0]
    networks = course.assignment(NAME).networks
    parameters = int(10 ** dice.uniform(4, 6.4))
    epochs, seconds = dice.randrange(2, 30), 10 ** dice.uniform(0.4, 2.4)
    reached = 0.72 + 0.2 * skill + dice.gauss(0, 0.02)
    history: dict[str, list[float | None]] = {
        name: [reached - 0.3 / (epoch + 1) for epoch in range(epochs)] for name in ("accuracy", "val_accuracy")
    }
    fit = Fit(epochs_asked=epochs, epochs_granted=epochs, stopped="finished", seconds=seconds, history=history)
    layer = Layer(
        name="conv2d", class_name="Conv2D", activation="relu", output_shape=(None, 26, 26, 32), parameters=320
    )
    model = Model(
        id="model-1",
        kind="Sequential",
        layers=[layer] * 11,
        parameters=parameters,
        trainable_parameters=parameters,
        fits=[fit],
        rebuilt=True,
    )
    tier: Tier = dice.choices(("sealed", "own_arrays"), (9, 1))[0]
    confusion = [[dice.randrange(40) for _ in range(10)] for _ in range(10)]
    measured = Measurement(tier=tier, rows=5000, metrics={"accuracy": min(0.95, reached)}, confusion=confusion)
    ran = status in {"finished", "errors"}
    data = DataUsed(name=NAME, stand_in=False, fingerprint="0", train_rows=60_000, test_rows=10_000, sealed_rows=5_000)
    missing = ["torch"] if dice.random() < 0.05 else []
    return Evidence(
        assignment=NAME,
        data=data,
        run=Run(status=status, sentence="It ran.", isolation="wall", seconds=seconds + 9, missing_modules=missing),
        cells=[CellRun(number=n, status="ok", seconds=1, output="loss: 0.4012\n" * 40) for n in range(1, 14)],
        models=[model] if ran else [],
        choices=[
            Choice(network=each.name, model="model-1" if ran else None, measurements=[measured] if ran else [])
            for each in networks
        ],
    )


def checks_of(course: Course, skill: float, dice: random.Random) -> list[CheckResult]:
    """How the assignment's checks went."""
    assignment = course.assignment(NAME)
    found = []
    for path in course.check_files(assignment, course.rubric(assignment)):
        pattern = r'criterion\("([\w-]+)"\)\n(?:@.*\n)*def (test_\w+)\(.*\n    """(.*?)(?:"""|\n)'
        for criterion, identity, title in re.findall(pattern, path.read_text(encoding="utf-8")):
            ease = 0.3 + 0.7 * random.Random(identity).random()  # noqa: S311 - a made-up class
            passes = dice.random() < ease * (0.4 + 0.6 * skill)
            likely: Status = "passed" if passes else "failed"
            status: Status = dice.choices((likely, "partial", "undecided"), (18, 1, 1))[0]
            share = {"passed": 1.0, "partial": 0.5}.get(status, 0.0)
            result = CheckResult(
                id=identity,
                title=title,
                criterion=criterion,
                visibility="hidden",
                status=status,
                share=share,
                expected="what the sheet says",
                found="something else",
            )
            found.append(result)
    return found


def make_class(out: Path, students: int) -> None:
    """Results of so many students, the same every time."""
    dice, course = random.Random(7), Course(bundled())  # noqa: S311 - likewise
    rubric = course.rubric(course.assignment(NAME))
    due = datetime(2026, 11, 20, 18, tzinfo=UTC)
    last = b""
    for number, name in enumerate(names_of(students, dice)):
        skill = dice.betavariate(3, 1.6)
        submitted = due + timedelta(hours=dice.gauss(-20, 22))
        submission = Submission(student=name, assignment=NAME, path="x", sha256="0", submitted_at=submitted, due_at=due)
        evidence = evidence_of(course, skill, dice)
        grade = score(checks_of(course, skill, dice), rubric, submission, evidence)
        last = notebook_of(dice) if number % 17 or not last else last.replace(b"model", b"net").replace(b"hist", b"h")
        folder = write_results(out, grade, evidence, "<!doctype html><title>report</title>", last)
        assert folder == out / folder_name(name)


def seconds_to_open(page: Path) -> tuple[float, float]:
    """What the page's own clock says in Chromium, from the start of the navigation; and the browser's CPU seconds."""
    measured = page.with_name("measured.html")
    measured.write_text(POLICY.sub(MEASURE, page.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        sys.exit(f"Expected Chromium to measure with. Found none of {', '.join(BROWSERS)}.")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,900", "--dump-dom"]
    before = cpu_of_children()
    dom = subprocess.run([browser, *options, measured.as_uri()], capture_output=True, text=True, check=True).stdout  # noqa: S603
    measured.unlink()
    found = re.search(r'data-opened="([\d.]+)"', dom)
    if found is None:
        sys.exit("Expected the page to say when it was open. It did not.")
    return float(found[1]) / 1000, cpu_of_children() - before


def cpu_of_children() -> float:
    """CPU seconds of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the figures, and leave with 1 where a bound is passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = (given.keep or Path(folder)).absolute()
        make_class(out, given.students)
        started = time.perf_counter(), time.process_time()
        page = write_class(out)
        written = time.perf_counter() - started[0], time.process_time() - started[1]
        (out / "blank.html").write_text(BLANK, encoding="utf-8")
        looks = {name: [seconds_to_open(out / name) for _ in range(RUNS)] for name in PAGES}
        opened = {name: round(statistics.median(seconds for seconds, _ in each), 3) for name, each in looks.items()}
        cpu = {name: round(statistics.median(seconds for _, seconds in each), 2) for name, each in looks.items()}
        sizes = {name: (out / name).stat().st_size // 1000 for name in PAGES}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    facts = {
        "students": given.students,
        "write_seconds": round(written[0], 2),
        "write_cpu_seconds": round(written[1], 2),
        "open_seconds": opened,
        "browser_cpu_seconds": cpu,
        "open_bound": MOST_OPEN_SECONDS,
        "kilobytes": sizes,
        "peak_memory_mb": round(memory),
        "peak_memory_bound": MOST_MEMORY_MB,
        "page": str(page) if given.keep else None,
    }
    print(json.dumps(facts, indent=1))
    sys.exit(0 if opened["index.html"] <= MOST_OPEN_SECONDS and memory <= MOST_MEMORY_MB else 1)


if __name__ == "__main__":
    main()
