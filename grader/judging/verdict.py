"""A model in training -> whether its verdict is in: it earns full marks for its result, and goes on earning them."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.courses.reference import Threshold, Thresholds
from grader.courses.sheet import Assignment, Limits
from grader.data.served import Served
from grader.expect import share_between
from grader.judging.judge import judge
from grader.judging.rules import layers_amiss
from grader.judging.structure import documented_as, thresholds_of
from grader.records import Measurement
from grader.running.execute import read_record
from grader.running.offers import Offer
from grader.running.sandbox import Sandbox

LOOKS = 2
"""One after another at which a model must earn full marks: a single one may be luck."""


@dataclass
class Verdicts:
    """Of the models that one notebook trains.

    Nothing that the notebook says counts: the judge rebuilds the model and measures it on the sealed rows. When the
    training then ends, the model keeps the very weights that were measured last.
    """

    assignment: Assignment
    thresholds: Thresholds
    served: Served
    sandbox: Sandbox
    limits: Limits
    full: dict[str, int] = field(default_factory=dict)
    """At how many looks running a model has earned full marks, by its id."""

    def is_in(self, offer: Offer, over: threading.Event) -> bool:
        """Whether training the offered model longer would change no mark.

        A training that asks for more epochs than the document's is let go on: it may overfit, which full training would
        show, and whether it takes more than it needs is known at its end only.
        """
        earned = self.earns_full_marks(offer, over)
        self.full[offer.model] = self.full.get(offer.model, 0) + 1 if earned else 0
        return self.full[offer.model] >= LOOKS

    def earns_full_marks(self, offer: Offer, over: threading.Event) -> bool:
        """Whether the offered model is full at this moment, and may be ended at all."""
        record = read_record(offer.files / "record.json")
        model = next((each for each in record.models if each.id == offer.model), None)
        if model is None:
            return False
        judged = judge(offer.files, model, self.assignment.task, self.served, self.sandbox, self.limits, over)
        if not judged.measurements or judged.measurements[0].tier != "sealed":
            return False
        network = min(self.assignment.networks, key=lambda each: layers_amiss(judged.model, each))
        if not network.ends_early or offer.epochs > documented_as(judged.model, network).epochs:
            return False
        return is_full(judged.measurements[0], thresholds_of(judged.model, network, self.thresholds))


def is_full(measured: Measurement, thresholds: Mapping[str, Threshold]) -> bool:
    """Whether every metric that was calibrated earns full marks."""
    shares = [
        share_between(measured.metrics[metric], marks.floor, marks.full) if metric in measured.metrics else 0.0
        for metric, marks in thresholds.items()
    ]
    return bool(shares) and min(shares) == 1
