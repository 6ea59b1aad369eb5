"""What a viva sheet is made of: a question with its answer and what it rests on, and the sheet of one student."""

from math import ceil
from typing import Literal

from pydantic import Field

from grader.fields import Line, Name, Record, Text
from grader.records import Layer

LINE_CHARACTERS = 92
"""Of a printed page, about."""
Level = Literal["recall", "apply", "analyse"]


class Picture(Record):
    """A row of the data set that a question is about: an image, or a review."""

    caption: Line
    answer: Line = ""
    """What it is and what it was taken for; for the examiner's eyes."""
    image: Text = ""
    """As a data URI."""
    text: Text = ""


class Question(Record):
    """One question with what the examiner needs to judge an answer."""

    generator: Name
    """Name of the function that made it."""
    level: Level
    text: Line
    expected: Line
    partial: Line
    """What an answer that is worth a part of the marks looks like."""
    based_on: Line
    """Cell, layer or epoch."""
    code: Text = ""
    """The line that is asked about, as the student wrote it."""
    pictures: list[Picture] = []
    first: bool = False
    """A doubt: it is asked before all others."""
    matter: Name = Field(default="", exclude=True)
    """What a doubt is about: nobody is asked two of the same."""
    figures: dict[Name, float] = {}
    """The numbers of the answer, by name."""
    shape: list[int] = []
    """Of a row, where the answer is a shape."""
    variant: list[Layer] = Field(default=[], exclude=True)
    """The network that `parameters` among the figures and `shape` belong to, where it is not the student's own."""
    input_shape: list[int] = Field(default=[], exclude=True)
    """What goes into the variant."""

    @property
    def key(self) -> str:
        """Equal for questions that are the same to those who are asked."""
        return f"{self.text} {self.code} {' '.join(each.caption + each.text for each in self.pictures)}"

    @property
    def lines(self) -> float:
        """About how many lines it takes on the page, when it is printed in the usual size."""
        words = sum(ceil(len(text) / LINE_CHARACTERS) for text in (self.text, self.expected, self.partial, self.code))
        shown = max((6 if each.image else ceil(len(each.text) / 45) + 1 for each in self.pictures), default=0)
        return words + shown + 2.2


class Sheet(Record):
    """The viva of one student."""

    student: Name
    assignment: Name
    number: Name
    """Of the assignment, as the lab manual counts."""
    title: Line
    out_of: float
    questions: list[Question]
    note: Line = ""
    """Why the questions are not of the student's own notebook, where they are not, and the networks they are about."""
    code: Name
    """Short digest of the notebook and the seed that the questions were drawn with."""
