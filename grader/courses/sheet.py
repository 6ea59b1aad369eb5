"""An assignment's sheet, as students read it: what is asked, of which data, within which limits."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from grader.fields import Count, Line, Name, Record, Seconds, Shape, Text


class DocumentedLayer(Record):
    """A layer as the course document lists it."""

    class_name: Name
    output_shape: Shape
    """Without the batch axis."""
    parameters: Count
    activation: Name | None = None


class DocumentedModel(Record):
    """A network of the course documents."""

    name: Name
    title: Line
    parameters: Count
    epochs: Annotated[int, Field(ge=1)]
    """For which the document trains it."""
    layers: list[DocumentedLayer]


class TheorySection(Record):
    """One heading of the sheet's "Contents for Theory" with its text (Markdown)."""

    heading: Line
    text: Text


class Network(Record):
    """One network that the sheet asks for."""

    name: Name
    title: Line
    """As a sentence names it, for example: the shallow network."""
    input_shapes: Annotated[list[Shape], Field(min_length=1)]
    """Shapes of one row that the network may take, without the batch axis; 0 is an axis of any length."""
    required_layers: dict[Name, Count] = {}
    """Least number of layers of a Keras class, for example {Conv2D: 2}."""
    most_layers: dict[Name, Count] = {}
    """Most of them, for example {Conv2D: 0} of a network without convolutions."""
    parameter_budget: Count
    """No more parameters than this."""
    losses: list[Name] = []
    """What the sheet allows beside the losses that fit the last layer."""
    documented_models: Annotated[list[DocumentedModel], Field(min_length=1)]
    """The first is the default."""
    ends_early: bool = True
    """Its training may end when its verdict is in. Not where its result, at its best, is compared with another's."""
    model: Name | None = None
    """What notebooks call it, or its number, as model-3: where the choice by layers and training is not to be had."""

    @property
    def heading(self) -> str:
        """The title at the beginning of a sentence."""
        return self.title[:1].upper() + self.title[1:]


class Task(Record):
    """What the sheet asks of any network that answers it."""

    dataset: Name
    """Name in the data store, for example fashion-mnist."""
    kind: Literal["classification", "regression"]
    classes: list[Name] = []
    """Names of the classes, in the order of their numbers."""
    resplit: bool = False
    """The documented way puts all rows together and splits them anew, so that test rows may be trained on."""
    outputs: Annotated[int, Field(ge=1)]
    """Units of the last layer."""
    output_activation: Name | None
    """None and linear are the same."""

    @model_validator(mode="after")
    def classes_have_outputs(self) -> Self:
        """Each class has a unit of the last layer; two may share one, as sigmoid has it."""
        if self.classes and len(self.classes) != self.outputs and (len(self.classes), self.outputs) != (2, 1):
            raise ValueError(
                f"Expected as many `classes` as `outputs`. Received: {len(self.classes)} and {self.outputs}"
            )
        return self

    @property
    def is_binary(self) -> bool:
        """Two classes that one unit tells apart: its output is the score of class 1."""
        return self.kind == "classification" and self.outputs == 1

    @property
    def widths(self) -> tuple[int, ...]:
        """Units that the last layer may have. Two classes may also have one unit each."""
        return (1, 2) if self.is_binary else (self.outputs,)


class Limits(Record):
    """What one notebook may use. The field names are those of the sheet and of the report."""

    wall_seconds: Annotated[float, Field(ge=1)] = 900
    """From the first cell to the last."""
    training_seconds: Seconds | None = 300
    """For all fit() calls together; None is as long as asked. Training that is cut keeps what it has learned."""
    memory_mb: Annotated[int, Field(ge=1_000)] = 6_000
    """Of all processes of the notebook together. TensorFlow alone takes some hundreds."""
    processes: Annotated[int, Field(ge=64)] = 512
    """Processes and threads at once."""
    written_mb: Annotated[int, Field(ge=10)] = 1_000
    """Files that exist at one time."""
    output_mb: Annotated[int, Field(ge=1)] = 20
    """Printed text, tables and pictures of all cells together."""


class Table(Record):
    """One way in which the data set is written down as a table."""

    columns: Line
    """Their names with blanks between them; `pixel1..pixel784` is a run of names, `#` a number for each row."""
    target: Name
    """The column of prices or labels; the others are the features in their order, or the text."""
    header: bool = True
    separator: str = ","
    labels: list[Name] = []
    """Words for the classes 0, 1 ...; without them numbers are written."""
    signs: list[Line] = []
    """Regular expressions. What a notebook says that is to get this table, where its columns alone do not tell."""


class FileForm(Record):
    """Names under which a notebook may ask for the data set, and the form in which it is served then.

    Of a path only the last parts count, so these are names of files or folders, never paths.
    """

    names: Annotated[list[Name], Field(min_length=1)]
    """Patterns with `*`, `?` and `[...]`, in upper or lower case; the first is a plain name."""
    form: Literal["table", "statlib", "npz", "idx", "batches", "folders", "archive"]
    """table: text with columns; statlib: Boston's two lines a row; npz: as Keras downloads it; idx: as MNIST is
    published; batches: the folder of CIFAR-10; folders: a file for each row in a folder of its class; archive: others
    packed, as the ending says."""
    rows: Literal["train", "test", "all"] = "all"
    """With `all`, folders have one below for train and one for test."""
    tables: list[Table] = []
    """For a table; the one whose columns a notebook speaks of most is served, the first where it speaks of none."""
    part: Literal["images", "labels"] = "images"
    """For idx."""
    members: list[Name] = []
    """For batches: files in the folder that are also found by their own names."""
    holds: list[Name] = []
    """For an archive: plain names of what is in it."""
    labels: list[Name] = []
    """For folders: their names in the order of the classes; without them they are numbered."""
    ending: Name = ".png"
    """For folders: of each file's name. Pictures are always PNG inside, so that no pixel changes."""

    @model_validator(mode="after")
    def form_has_what_it_needs(self) -> Self:
        """A table needs its columns, an archive what it holds, and the first name is no pattern."""
        if set(self.names[0]) & set("*?["):
            raise ValueError(f"Expected a plain name first. Received: {self.names[0]}")
        if (self.form == "table") != bool(self.tables) or (self.form == "archive") != bool(self.holds):
            raise ValueError("Expected `tables` for the form table alone, and `holds` for the form archive alone")
        return self


class Assignment(Record):
    """An assignment: what students get, and the names of what only the teacher has."""

    name: Name
    number: Name
    """As the lab manual counts, for example 3B."""
    title: Line
    college: Line = ""
    course: Line = ""
    objective: Text
    prerequisites: list[Line]
    theory: list[TheorySection]
    questions: list[Line]
    task: Task
    limits: Limits = Limits()
    networks: Annotated[list[Network], Field(min_length=1)]
    """Those that the sheet asks for; a model of the notebook answers one of them at most."""
    files: list[FileForm] = []
    """For notebooks that read the data set from files of their own; the first that fits a name counts."""
    rubric: Name = "lab-manual"

    @model_validator(mode="after")
    def archives_hold_what_is_known(self) -> Self:
        """What an archive holds is named above it."""
        known: set[str] = set()
        for form in self.files:
            if missing := set(form.holds) - known:
                raise ValueError(f"Expected {form.names[0]} to hold forms named above it. Received: {sorted(missing)}")
            known.add(form.names[0])
        return self

    @property
    def network(self) -> Network:
        """The network that is asked for. Raises `ValueError` where there are several: see `of`."""
        (network,) = self.networks
        return network

    def of(self, name: str) -> "Assignment":
        """The sheet with one of its networks alone."""
        return self.model_copy(update={"networks": [each for each in self.networks if each.name == name]})
