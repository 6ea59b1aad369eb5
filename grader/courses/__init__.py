"""What teachers write: courses, sheets, rubrics, references."""
