"""The models of a notebook -> for each network of the sheet the one that answers it, with the reason for the choice."""

from grader.records import Choice, Model
from grader.rules import layers_amiss
from grader.sheet import Assignment, Network, Task


def choose(models: list[Model], assignment: Assignment) -> list[Choice]:
    """One choice for each network of the sheet, in its order.

    Several networks are told apart by their layers, whatever the notebook calls them: a model may only answer the one
    whose rules it comes nearest to.
    """
    nearest = {model.id: min(assignment.networks, key=lambda each: layers_amiss(model, each)).name for model in models}
    return [
        choose_one([model for model in models if nearest[model.id] == network.name], network, assignment, len(models))
        for network in assignment.networks
    ]


def choose_one(models: list[Model], network: Network, assignment: Assignment, of: int) -> Choice:
    """The best of the models that may answer the network; `of` is how many the notebook made in all.

    A model fits when its outputs are those of the sheet and it holds the layers that the sheet asks for. Of those that
    fit best, the one that was trained last counts: students build first and improve later.
    """
    if not models:
        return Choice(network=network.name, because=none_of(network, of))
    task = assignment.task

    def rank(model: Model) -> tuple[bool, bool, bool, int, int]:
        number = int(model.id.removeprefix("model-"))
        last_trained = max((fit.cell or 0 for fit in model.fits), default=0)
        return gives_outputs(model, task), bool(model.fits), not layers_amiss(model, network), last_trained, number

    best = max(models, key=rank)
    name = f"`{best.variable}`" if best.variable else best.id
    if len(models) == 1:
        only = f"{name} is the only model in the notebook" if of == 1 else f"Only {name} answers for {network.title}"
        return Choice(network=network.name, model=best.id, because=f"{only}.")
    reasons = [
        words
        for words, holds in (
            (
                f"its last layer has {best.output_shape[-1] if best.output_shape else 0} outputs",
                gives_outputs(best, task),
            ),
            ("it was trained", bool(best.fits)),
            ("it has the layers that the sheet asks for", not layers_amiss(best, network)),
        )
        if holds
    ]
    why = ", ".join(reasons) if reasons else "nothing else comes nearer to the sheet"
    because = f"Of {len(models)} models {name} was taken: {why}; among equals, the one trained last."
    return Choice(network=network.name, model=best.id, because=because)


def none_of(network: Network, of: int) -> str:
    """Why no model answers a network."""
    if not of:
        return "The notebook made no Keras model."
    found = "The notebook's only model answers" if of == 1 else f"All {of} models of the notebook answer"
    return f"{found} another question of the sheet; {network.title} is missing."


def gives_outputs(model: Model, task: Task) -> bool:
    """Whether its last layer has as many units as the sheet asks."""
    return bool(model.output_shape) and model.output_shape is not None and model.output_shape[-1] in task.widths
