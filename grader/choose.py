"""The models of a notebook -> the one that answers the sheet, with the reason for the choice."""

from grader.records import Model
from grader.sheet import Task


def choose(models: list[Model], task: Task) -> tuple[str | None, str]:
    """Id of the model and why; None where there is none.

    A model fits when its outputs are those of the sheet and it holds the layers that the sheet asks for. Of those that
    fit best, the one that was trained last counts: students build first and improve later.
    """
    if not models:
        return None, "The notebook made no Keras model."

    def rank(model: Model) -> tuple[bool, bool, bool, int, int]:
        number = int(model.id.removeprefix("model-"))
        last_trained = max((fit.cell or 0 for fit in model.fits), default=0)
        return gives_outputs(model, task), bool(model.fits), has_layers(model, task), last_trained, number

    best = max(models, key=rank)
    name = f"`{best.variable}`" if best.variable else best.id
    if len(models) == 1:
        return best.id, f"{name} is the only model in the notebook."
    reasons = [
        words
        for words, holds in (
            (
                f"its last layer has {best.output_shape[-1] if best.output_shape else 0} outputs",
                gives_outputs(best, task),
            ),
            ("it was trained", bool(best.fits)),
            ("it has the layers that the sheet asks for", has_layers(best, task)),
        )
        if holds
    ]
    why = ", ".join(reasons) if reasons else "nothing else comes nearer to the sheet"
    return best.id, f"Of {len(models)} models {name} was taken: {why}; among equals, the one trained last."


def gives_outputs(model: Model, task: Task) -> bool:
    """Whether its last layer has as many units as the sheet asks."""
    return bool(model.output_shape) and model.output_shape is not None and model.output_shape[-1] in task.widths


def has_layers(model: Model, task: Task) -> bool:
    """Whether it holds at least the layers that the sheet asks for."""
    kinds = [layer.class_name for layer in model.layers]
    return all(kinds.count(kind) >= least for kind, least in task.required_layers.items())
