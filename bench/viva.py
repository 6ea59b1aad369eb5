"""How long the sheets of a class take, and how much two students with one notebook are asked alike.

    python bench/viva.py RESULTS [--students 100]

RESULTS is a folder of `grader grade`. Its students are copied under other names until there are so many, so the same
notebook is there again and again: the worst case for both figures.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path

from grader.courses.course import Course, bundled
from grader.viva.command import make_pack
from grader.viva.sheets import make_sheets
from grader.viva.students import read_students

MOST_SECONDS = 60


def copies(results: Path, count: int, folder: Path) -> None:
    """Fill the folder with so many students."""
    sources = sorted(path.parent for path in results.rglob("grade.json"))
    for number in range(count):
        source, target = sources[number % len(sources)], folder / str(number)
        shutil.copytree(source, target)
        grade = json.loads((source / "grade.json").read_text(encoding="utf-8"))
        named = {**grade, "student": f"{grade['student']} {number}"}
        (target / "grade.json").write_text(json.dumps(named), encoding="utf-8")


def main() -> int:
    """Measure, print, and say whether it is quick enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--students", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        results = Path(made) / "results"
        copies(given.results, given.students, results)
        started, processor = time.perf_counter(), time.process_time()
        make_pack(None, results, None, "none", None, 0, Path(made) / "viva")
        seconds, busy = time.perf_counter() - started, time.process_time() - processor
        sheets = make_sheets(read_students(results), Course(bundled()), None, 0)
    asked = [{question.key for question in sheet.questions} for sheet in sheets]
    alike = max((len(one & other) for one, other in combinations(asked, 2)), default=0)
    print(f"{len(sheets)} sheets with all files: {seconds:.1f} s, {busy:.1f} s of processor")
    print(f"at most {alike} of {max(map(len, asked))} questions are the same for two students")
    return int(seconds > MOST_SECONDS or 2 * alike > max(map(len, asked)))


if __name__ == "__main__":
    sys.exit(main())
