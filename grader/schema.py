"""The records -> their JSON schemas in docs/, for programs that read what the commands write."""

import json
import sys
from pathlib import Path

from grader.fields import Record
from grader.records import Evidence, Grade
from grader.student.advice import SelfCheck

RECORDS: dict[str, type[Record]] = {
    "grade.schema.json": Grade,
    "evidence.schema.json": Evidence,
    "check.schema.json": SelfCheck,
}


def schema(name: str) -> str:
    """The JSON schema in the file of that name, as text."""
    return json.dumps(RECORDS[name].model_json_schema(), indent=1) + "\n"


if __name__ == "__main__":
    for name in RECORDS:
        (Path(sys.argv[1]) / name).write_text(schema(name), encoding="utf-8")
