"""The losses of a training -> a small chart of their curves, as a picture for a sheet."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

LEFT, TOP, WIDTH, HEIGHT = 46, 8, 248, 84
DASHES = {"loss": "none", "val_loss": "4 3"}


def chart(losses: Mapping[str, Sequence[float]]) -> str:
    """SVG as a data URI: one curve for each of `loss` and `val_loss`, from the first epoch to the last."""
    high = max(max(figures) for figures in losses.values())
    low = min(min(figures) for figures in losses.values())
    drawn = "".join(curve(figures, low, high, DASHES[name]) for name, figures in losses.items())
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 110" font-family="sans-serif" font-size="10">'
        f'<path d="M46 4V96H296" fill="none" stroke="#888"/><text x="2" y="12">{high:.3g}</text>'
        f'<text x="2" y="95">{low:.3g}</text>{ticks(len(losses["loss"]))}{drawn}</svg>'
    )
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def ticks(epochs: int) -> str:
    """Marks below the axis by which an epoch can be told, and numbers at some of them."""
    every = next((step for step in (1, 5, 10, 50, 100, 500) if epochs <= 30 * step), 1_000)
    step = WIDTH / max(1, epochs - 1)
    marks = "".join(f"M{LEFT + step * (at - 1):.1f} 96v3" for at in (1, *range(every, epochs + 1, every)))
    between = [at for at in range(5 * every, epochs, 5 * every) if 0.05 < at / epochs < 0.93]
    numbers = "".join(
        f'<text x="{LEFT + step * (at - 1):.1f}" y="108" text-anchor="middle">{at}</text>'
        for at in (1, *between, epochs)
    )
    return f'<path d="{marks}" stroke="#888"/>{numbers}'


def curve(figures: Sequence[float], low: float, high: float, dashes: str) -> str:
    """One line of it."""
    step, span = WIDTH / max(1, len(figures) - 1), (high - low) or 1
    places = (
        f"{LEFT + step * at:.1f},{TOP + HEIGHT * (high - figure) / span:.1f}" for at, figure in enumerate(figures)
    )
    style = f'fill="none" stroke="#1f4e8c" stroke-width="1.6" stroke-dasharray="{dashes}"'
    return f'<polyline {style} points="{" ".join(places)}"/>'
