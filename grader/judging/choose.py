"""The models of a notebook -> for each network of the sheet the one that answers it, with the reason for the choice."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.courses.sheet import Assignment, Network, Task
from grader.errors import UsageError
from grader.judging.rules import LOSSES, ending_for, final_activation, fits, layers_amiss, spelled_as_function
from grader.records import Choice, Model

MOST_NAMED = 8
"""Models that a sentence lists."""


def with_named(assignment: Assignment, given: Sequence[str]) -> Assignment:
    """The sheet with the models that the teacher names, each as NAME or NETWORK=NAME.

    Raises:
        UsageError: the sheet asks for several networks and one of `given` does not say which it is for.
    """
    networks = {network.name: network for network in assignment.networks}
    for each in given:
        network, equals, name = each.partition("=")
        if not equals or network not in networks:
            network, name = next(iter(networks)), each
            if len(networks) > 1:
                ways = " or ".join(f"--model {known}={name.rpartition('=')[2]}" for known in networks)
                raise UsageError(f"Expected {ways}, as the sheet asks for several networks. Received: --model {each}.")
        networks[network] = networks[network].model_copy(update={"model": name})
    return assignment.model_copy(update={"networks": list(networks.values())})


def choose(models: list[Model], assignment: Assignment) -> list[Choice]:
    """One choice for each network of the sheet, in its order.

    What the teacher named goes first. Other models are told apart by their layers, whatever the notebook calls them: a
    model may only answer the network whose rules it comes nearest to.
    """
    task = assignment.task
    named = {network.name: named_by_teacher(models, network, task) for network in assignment.networks}
    free = [model for model in models if model not in named.values()]
    strangers = [model for model in free if is_for_other_data(model)]
    nearest = {model.id: min(assignment.networks, key=lambda each: layers_amiss(model, each)).name for model in free}
    choices = []
    for network in assignment.networks:
        if (model := named[network.name]) is not None:
            because = f"{called(model, models)} was taken because the teacher named it."
            choices.append(Choice(network=network.name, model=model.id, because=because))
        else:
            near = [model for model in free if nearest[model.id] == network.name]
            only_strangers = len(strangers) < len(free) and all(model in strangers for model in near)
            choices.append(choose_one([] if only_strangers else near, network, task, models))
    return choices


def is_for_other_data(model: Model) -> bool:
    """Whether it was made for another assignment's data set, and not trained on this one's later."""
    return model.other_data is not None and all(fit.other_data for fit in model.fits)


def named_by_teacher(models: list[Model], network: Network, task: Task) -> Model | None:
    """The model of that name or number; of several with one name the one that would be chosen among them."""
    alike = [model for model in models if network.model and network.model in (model.id, model.variable)]
    return max(alike, key=lambda model: rank(model, network, task), default=None)


@dataclass(frozen=True)
class Merit:
    """What the sheet asks for, and whether a model has it."""

    holds: bool
    yes: str
    no: str


def merits(model: Model, network: Network, task: Task) -> list[Merit]:
    """What speaks for and against a model, the weightiest first."""
    units, trainings = width(model), [fit for fit in model.fits if fit.epochs_granted or fit.was_cut]
    rows = model.input_shape is None or any(fits(model.input_shape[1:], shape) for shape in network.input_shapes)
    other = next((fit.other_data for fit in trainings if fit.other_data), None)
    own_data = not trainings or any(fit.other_data is None for fit in trainings)
    return [
        Merit(units is None or units in task.widths, f"its last layer has {units} outputs", f"it has {units} outputs"),
        Merit(bool(trainings) or model.updates > 0, "it was trained", "it was not trained"),
        Merit(rows, "it takes rows of the data set", "it takes rows of another shape"),
        Merit(units is not None, "its outputs are known", "its outputs are not known"),
        Merit(own_data, "its data were there", f"the notebook had just asked for {other}, which is not served"),
        Merit(fits_task(model, task), f"it is made for {task.kind}", f"it is not made for {task.kind}"),
        Merit(
            not layers_amiss(model, network),
            "it has the layers that the sheet asks for",
            "it lacks layers of the sheet",
        ),
    ]


def rank(model: Model, network: Network, task: Task) -> tuple[list[bool], int, int]:
    """What is compared: the merits in their order, then which was trained last, then which was made last."""
    last_trained = max((fit.cell or 0 for fit in model.fits), default=0)
    number = int(model.id.removeprefix("model-"))
    return [merit.holds for merit in merits(model, network, task)], last_trained, number


def choose_one(near: list[Model], network: Network, task: Task, models: list[Model]) -> Choice:
    """The best of the models that may answer the network; `models` are all that the notebook made.

    Of those that fit best, the one that was trained last counts: students build first and improve later.
    """
    missed = not_found(network, models)
    if not near:
        return Choice(network=network.name, because=none_of(network, len(models)) + missed)
    best = max(near, key=lambda model: rank(model, network, task))
    name = called(best, models)
    if len(near) == 1:
        alone = f"{name} is the only model in the notebook."
        because = alone if len(models) == 1 else f"Only {name} answers for {network.title}."
    else:
        others = [model for model in near if model is not best]
        because = f"Of {len(near)} models {name} was taken: {reasons(best, others, network, task)}."
        because += passed_over(best, others, network, task)
    return Choice(network=network.name, model=best.id, because=because + missed)


def reasons(best: Model, others: list[Model], network: Network, task: Task) -> str:
    """What the chosen model has and one of the others has not, and what decided among equals."""
    own = merits(best, network, task)
    theirs = [[merit.holds for merit in merits(other, network, task)] for other in others]
    words = [merit.yes for number, merit in enumerate(own) if merit.holds and not all(each[number] for each in theirs)]
    alike = [merit.holds for merit in own] in theirs
    last = f"{'trained' if best.fits else 'made'} last"
    if not words:
        return f"they are alike in what the sheet asks for, and it was {last}"
    return ", ".join(words) + (f"; among equals, it was {last}" if alike else "")


def passed_over(best: Model, others: list[Model], network: Network, task: Task) -> str:
    """Why the last of the models that were trained after the chosen one was not taken; empty where there is none."""
    own = rank(best, network, task)
    later = [model for model in others if rank(model, network, task)[1] > own[1]]
    if not later:
        return ""
    last = max(later, key=lambda model: rank(model, network, task)[1:])
    lacks = next(
        theirs.no
        for mine, theirs in zip(merits(best, network, task), merits(last, network, task), strict=True)
        if mine.holds and not theirs.holds
    )
    return f" {called(last, [best, *others])} was trained later, but {lacks}."


def called(model: Model, models: list[Model]) -> str:
    """What a sentence calls a model: its variable, with its number where several have that name, or had it once."""
    if not model.variable:
        return model.id
    shared = sum(other.variable == model.variable for other in models) > 1
    return f"`{model.variable}` ({model.id})" if shared else f"`{model.variable}`"


def not_found(network: Network, models: list[Model]) -> str:
    """What to add where the teacher named a model that is not there."""
    if network.model is None:
        return ""
    known = ", ".join(
        f"`{name}`" for name in dict.fromkeys(model.variable or model.id for model in models[-MOST_NAMED:])
    )
    has = f"It has {known}." if known else "It has none."
    return f" The teacher named `{network.model}`, and the notebook has no model of that name. {has}"


def none_of(network: Network, of: int) -> str:
    """Why no model answers a network."""
    if not of:
        return "The notebook made no Keras model."
    found = "The notebook's only model answers" if of == 1 else f"All {of} models of the notebook answer"
    return f"{found} another question of the sheet; {network.title} is missing."


def width(model: Model) -> int | None:
    """Units of its last layer, also where a class of the notebook's own does not say what it gives; None unknown."""
    if model.output_shape:
        return model.output_shape[-1]
    units = model.layers[-1].settings.get("units") if model.layers else None
    return units if isinstance(units, int) else None


def fits_task(model: Model, task: Task) -> bool:
    """Whether its last activation or its loss is one for the sheet's kind of task."""
    if not model.layers:
        return False
    wanted = ending_for(model, task).activation
    loss = (model.compiled and model.compiled.loss) or ""
    return final_activation(model) == wanted or spelled_as_function(loss) in LOSSES[wanted]
