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
        f'<text x="2" y="95">{low:.3g}</text><text x="44" y="107">1</text>'
        f'<text x="294" y="107" text-anchor="end">{len(losses["loss"])}</text>{drawn}</svg>'
    )
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def curve(figures: Sequence[float], low: float, high: float, dashes: str) -> str:
    """One line of it."""
    step, span = WIDTH / max(1, len(figures) - 1), (high - low) or 1
    places = (
        f"{LEFT + step * at:.1f},{TOP + HEIGHT * (high - figure) / span:.1f}" for at, figure in enumerate(figures)
    )
    style = f'fill="none" stroke="#1f4e8c" stroke-width="1.6" stroke-dasharray="{dashes}"'
    return f'<polyline {style} points="{" ".join(places)}"/>'
