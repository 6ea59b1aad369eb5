"""What the documents say is so, and imports point the way that docs/architecture.md draws."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from typer.main import get_command

from grader.cli import app
from grader.courses.course import Course, bundled
from grader.courses.sheet import Limits
from grader.marking.checks import run_checks
from grader.records import Choice, DataUsed, Evidence, Run
from grader.schema import RECORDS, schema

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAP = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md")]
DOCUMENTS += sorted((ROOT / "docs").glob("*.md"))
PATHS = [path for path in sorted((ROOT / "grader").rglob("*.py")) if path.name != "__init__.py"]
MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in PATHS}
FRAMEWORKS = {"tensorflow", "keras"}


def in_new_process(code: str) -> str:
    """The last line that the code prints in a Python of its own."""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()[-1]


def imports(path: Path) -> set[str]:
    """Names of all modules that a file imports, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            full = {f"{node.module}.{alias.name}" for alias in node.names} & MODULES.keys()
            found.update(full or {str(node.module)})
    return found


def words_of_commands() -> tuple[set[str], set[str]]:
    """Commands as one writes them (`grade`, `data fetch`), and all their options."""
    commands, options = set(), set()
    waiting = [("", get_command(app))]
    while waiting:
        name, command = waiting.pop()
        commands.add(name.strip())
        options.update(word for parameter in command.params for word in parameter.opts)
        waiting += [(f"{name} {word}", below) for word, below in getattr(command, "commands", {}).items()]
    return commands - {"", "data"}, options


# -- What the documents name -------------------------------------------------------------------------------------------


def test_every_module_is_on_the_map_and_nothing_else():
    there = {path.relative_to(ROOT / "grader").as_posix() for path in PATHS}
    in_drawings = {path.name for path in PATHS}
    named = set(re.findall(r"(?<![\w./])(?!bench/|tests/)((?:[a-z]+/)*(?!test_)\w+\.py)\b", MAP))
    assert there <= named
    assert {name for name in named - there if "/" in name or name not in in_drawings} == set()


def test_tests_that_hold_a_rule_exist():
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", MAP))
    assert named <= set(re.findall(r"def (test_\w+)\(", text))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_files_lead_somewhere(document: Path):
    text = document.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    files = re.findall(r"`((?:grader|tests|rubrics|docs|assignments|reference)/[\w./-]+)`", text)
    assert [link for link in links if not (document.parent / link).exists()] == []
    assert [file for file in files if "NAME" not in file and not (ROOT / file).exists()] == []


def test_commands_and_options_of_the_documents_exist():
    commands, options = words_of_commands()
    named = set(re.findall(r"(?:`|bin/)grader (data \w+|[a-z]+)", README))
    assert {"grade", "doctor", "calibrate", "data status", "data fetch", "data import"} <= named <= commands
    students = (ROOT / "docs" / "students.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", README + students)) <= options | {"--help"}


def test_targets_of_make_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^    |`)make (\w+)", README + CONTRIBUTING, re.MULTILINE))
    assert {"demo", "test"} <= named <= set(re.findall(r"^(\w+):", makefile, re.MULTILINE))


def test_limits_in_the_readme_are_those_in_force():
    listed = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", README, re.MULTILINE))
    assert {name: float(value) for name, value in listed.items()} == Limits().model_dump()


def test_the_check_in_the_guide_runs(tmp_path: Path):
    (code,) = re.findall(r"```python\n(.*?)```", CONTRIBUTING, re.DOTALL)
    (tmp_path / "test_example.py").write_text(code, encoding="utf-8")
    data = DataUsed(name="none", stand_in=False, fingerprint="", train_rows=0, test_rows=0, sealed_rows=0)
    run = Run(status="finished", sentence="Every cell ran.", isolation="wall")
    evidence = Evidence(assignment="fashion-mnist", data=data, run=run, cells=[], choices=[Choice(network="cnn")])
    assignment = Course(bundled()).assignment("fashion-mnist")
    (result,) = run_checks([tmp_path / "test_example.py"], evidence, assignment, {})
    assert (result.status, result.criterion) == ("failed", "architecture")
    assert result.expected == "a Keras model in the notebook"


@pytest.mark.parametrize("name", RECORDS)
def test_schemas_are_those_of_the_records(name: str):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == schema(name), "Run `make docs`."


# -- Imports -----------------------------------------------------------------------------------------------------------


def test_the_host_never_imports_tensorflow():
    programs = {"grader.__main__", "grader.gradebook.migrations.env"}  # they run when they are imported
    host = {name: path for name, path in MODULES.items() if ".inside" not in name and name not in programs}
    assert [name for name, path in host.items() if {word.split(".")[0] for word in imports(path)} & FRAMEWORKS] == []
    code = f"import sys, {', '.join(host)}\nprint(sorted({FRAMEWORKS} & sys.modules.keys()))"
    assert in_new_process(code) == "[]"


def test_help_imports_nothing_slow():
    slow = FRAMEWORKS | {"nbclient", "pydantic", "numpy", "sklearn", "pytest"}
    code = f"""
import sys
from grader.cli import main
sys.argv = ["grader", "--help"]
try:
    main()
finally:
    print(sorted({slow} & sys.modules.keys()))
"""
    assert in_new_process(code) == "[]"


def test_no_module_imports_itself_through_others():
    every = MODULES | {"grader": ROOT / "grader" / "__init__.py"}
    ring = TopologicalSorter({name: imports(path) & every.keys() for name, path in every.items()})
    ring.prepare()


def test_packages_import_only_those_above_them():
    table = MAP.partition("| package |")[2].partition("\n\n")[0]
    rows = [re.findall(r"`(\w+)/`", row.split("|")[1]) for row in table.splitlines() if row.startswith("| `")]
    rank = {package: place for place, row in enumerate(rows) for package in row if package != "grader"}
    packages = {path.parent.relative_to(ROOT / "grader").parts[0] for path in PATHS if path.parent != ROOT / "grader"}
    assert packages == rank.keys()
    for name, path in MODULES.items():
        own = name.split(".")[1]
        named = {word.split(".")[1] for word in imports(path) & MODULES.keys()} & rank.keys() - {own, "inside"}
        assert [word for word in named if own in rank and rank[word] > rank[own]] == [], name


def test_what_runs_inside_imports_nothing_of_the_hosts():
    for name, path in MODULES.items():
        if name.startswith("grader.inside."):
            host = {word for word in imports(path) if word.split(".")[0] == "grader"}
            assert [word for word in host if not word.startswith("grader.inside")] == [], name


# -- What is checked in ------------------------------------------------------------------------------------------------


def tracked() -> dict[str, str]:
    """Texts of the files that git tracks."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name and not name.endswith(".png")]
    return {str(path): path.read_text(encoding="utf-8") for path in paths if path.exists()}


def test_no_file_names_a_home_or_a_registry():
    personal = re.compile(r"/(?:home|Users)/\w+|/root/|C:\\+Users|://[\w.-]*(?:pypi|pythonhosted|anaconda|artifactory)")
    named = {path for path, text in tracked().items() if personal.search(text)}
    attacks = ROOT / "tests" / "hostile" / "attacks"  # they look into every home there is
    assert {path for path in named if path != __file__ and not Path(path).is_relative_to(attacks)} == set()


def test_constraints_are_versions_only():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


def test_pictures_are_small():
    assert [path.name for path in (ROOT / "docs").glob("*.png") if path.stat().st_size > 250_000] == []
