"""One network of one student, with the notebook around it: all that the generators of questions may look at."""

from dataclasses import dataclass, field
from functools import cached_property

from grader.courses.reference import ModelAnswer
from grader.courses.sheet import Assignment
from grader.judging.arithmetic import Shape, reproduces, row_shape
from grader.records import Choice, Claim, Concern, DataUsed, Fit, Layer, Measurement, Model, WrittenAnswer

NAME_CHARACTERS = 40
MOST_LAYERS = 80
"""Of a network that is asked about layer by layer: each may be changed in several ways, and all are counted again."""


@dataclass(frozen=True)
class Case:
    """A network to ask about. A bank has the documented one, and no notebook."""

    assignment: Assignment
    """With this network alone."""
    network: str
    """As a sentence names it, for example: your convolutional network."""
    model: Model
    choice: Choice
    data: DataUsed | None = None
    cells: list[str] = field(default_factory=list)
    """Code of the notebook."""
    starter: frozenset[str] = frozenset()
    """Lines that every student was given."""
    shared: frozenset[int] = frozenset()
    """Cells that another notebook of the class has too."""
    concerns: list[Concern] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    answers: list[ModelAnswer] = field(default_factory=list)
    """To the questions of the sheet, in their order."""
    written: list[WrittenAnswer] = field(default_factory=list)
    """The student's own."""

    @cached_property
    def steps(self) -> list[tuple[Shape, Layer]]:
        """Each layer with the shape that it is given; none where the arithmetic does not know the network."""
        if len(self.model.layers) > MOST_LAYERS or not reproduces(self.model):
            return []
        shapes = [self.input_shape, *(row_shape(layer.output_shape or ()) for layer in self.model.layers)]
        return list(zip(shapes, self.model.layers, strict=False))

    @property
    def input_shape(self) -> Shape:
        """Of a row."""
        return row_shape(self.model.input_shape or ())

    @property
    def heading(self) -> str:
        """The network at the beginning of a sentence."""
        return self.network[:1].upper() + self.network[1:]

    @property
    def made(self) -> str:
        """Where the network stands."""
        return f"cell {self.model.cell}" if self.model.cell else self.network

    @property
    def fit(self) -> Fit | None:
        """The last training that has a history."""
        return next((fit for fit in reversed(self.model.fits) if fit.history.get("loss")), None)

    @property
    def learned(self) -> bool:
        """Whether it trained at all before the grader's time was up. If not, its mistakes are not the student's."""
        fits = self.model.fits
        return not any(fit.stopped == "budget" for fit in fits) or any(fit.epochs_granted for fit in fits)

    @property
    def judged(self) -> str:
        """Where the network stands whose result is asked about, and for how long it was trained, if not to the end."""
        cut = next((fit for fit in reversed(self.model.fits) if fit.was_cut), None)
        return f"{self.made}, trained for {cut.epochs_granted:,} of {cut.epochs_asked:,} epochs" if cut else self.made

    @property
    def measurement(self) -> Measurement | None:
        """The most trusted result."""
        return next(iter(self.choice.measurements), None)

    def on(self, layer: Layer) -> str:
        """What a question about a layer is based on."""
        return f"layer {short(layer)}, {self.made}"


def short(layer: Layer) -> str:
    """A layer's name between backticks. The student chose it, so it may be long."""
    name = layer.name.replace("`", "'")
    return f"`{name[:NAME_CHARACTERS]}{'…' if len(name) > NAME_CHARACTERS else ''}`"


def by(shape: Shape) -> str:
    """(13, 13, 32) as 13 × 13 × 32."""
    return " × ".join(f"{axis:,}" for axis in shape)
