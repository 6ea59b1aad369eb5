"""The networks of a notebook, or the numbers that it printed -> which layer differs from the documented network.

A network of one's own is as good. So this is told only where a single change of a documented one explains the number.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from grader.courses.sheet import Assignment, Network
from grader.judging.differences import Difference, explain
from grader.marking.claims import find_claims
from grader.records import Evidence, Layer
from grader.student.advice import Finding

if TYPE_CHECKING:
    from nbformat import NotebookNode


def other_layers(evidence: Evidence, sheet: Assignment) -> Iterator[Finding]:
    """Of the models that answer the sheet, with their layers."""
    for network in sheet.networks:
        model = evidence.of(network.name).chosen
        if model is not None:
            yield from told(model.parameters, model.layers, network, model.cell)


def other_totals(saved: "NotebookNode", sheet: Assignment) -> Iterator[Finding]:
    """Of the numbers of parameters that the saved outputs hold: their layers are not known."""
    printed = {int(claim.value): claim.cell for claim in find_claims(saved) if claim.metric == "parameters"}
    documented = {model.parameters for network in sheet.networks for model in network.documented_models}
    if len(sheet.networks) > 1 or documented & printed.keys():
        return  # Nobody can tell for which network a number stands, or the documented one is there.
    for total, cell in printed.items():
        yield from told(total, [], sheet.network, cell)


def told(total: int, layers: Sequence[Layer], network: Network, cell: int | None) -> Iterator[Finding]:
    """The finding, where there is an explanation."""
    if found := explain(total, layers, network):
        yield finding(found, cell)


def finding(found: Difference, cell: int | None) -> Finding:
    """A difference in words."""
    beyond = found.total - found.documented.parameters
    return Finding(
        kind="other-layers",
        gravity="look",
        cell=cell,
        found=f"The network has {found.total:,} parameters, the documented one {found.documented.parameters:,}: "
        f"{abs(beyond):,} {'more' if beyond > 0 else 'fewer'}. {' Or: '.join(found.causes)}",
        matters="If you meant to build the documented network, one layer is not as its table says. A network of your "
        "own is as good, as long as it keeps the rules of the sheet.",
        hint="Compare model.summary() with the table of the sheet, row by row, from the top: the first row that "
        "differs is the one to mend.",
    )
