"""A grade -> Gradescope's results.json: a test for each criterion, with its marks and its reason."""

import json
from typing import Any

from grader.records import Criterion, Grade


def results(grade: Grade) -> bytes:
    """The results.json of one student. Its score is what is decided; what is pending is named and has no score."""
    pending = [name for name, column in grade.columns.items() if column.pending]
    said = [f"{grade.total.pending:g} marks are pending: {', '.join(pending)}."] if pending else []
    said += [
        f"{name}: {column.entered.marks:g} of {column.out_of:g}, entered by the teacher for the whole column."
        for name, column in grade.columns.items()
        if column.entered
    ]
    said += [f"{name}: {column.remark}" for name, column in grade.columns.items() if column.remark]
    return json.dumps(
        {
            "score": grade.total.marks,
            "execution_time": round(grade.run.seconds),
            "output": "\n".join([*said, *([grade.remark] if grade.remark else [])]),
            "output_format": "text",
            "visibility": "visible",
            "tests": [
                test(name, f"{at}.{number}", criterion)
                for at, (name, column) in enumerate(grade.columns.items(), start=1)
                for number, criterion in enumerate(column.criteria, start=1)
            ],
        },
        ensure_ascii=False,
        indent=1,
    ).encode()


def test(column: str, number: str, criterion: Criterion) -> dict[str, Any]:
    """One criterion."""
    reasons = {"Expected": criterion.expected, "Found": criterion.found, "What to do": criterion.hint}
    reasons |= {"Remark": criterion.remark}
    made: dict[str, Any] = {
        "name": f"{column}: {criterion.title}",
        "number": number,
        "output": "\n".join(f"{name}: {text}" for name, text in reasons.items() if text),
        "output_format": "text",
        "visibility": "visible",
    }
    if criterion.marks is None:
        return {**made, "output": f"Pending: a person decides.\n{made['output']}".strip()}
    status = "passed" if criterion.outcome == "earned" else "failed"
    return {**made, "score": criterion.marks, "max_score": criterion.out_of, "status": status}
