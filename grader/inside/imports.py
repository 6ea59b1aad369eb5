"""The name of a module -> what is done to it as soon as a notebook has imported it; until then it costs nothing."""

import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

Patch = Callable[[Any], object]
"""Called with a module that has been imported."""


class Waiting(MetaPathFinder):
    """Hands a module to its patches as soon as it is imported."""

    def __init__(self) -> None:
        self.patches: dict[str, list[Patch]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the other finders say, with a loader that patches."""
        patches = self.patches.pop(fullname, None)
        spec = find_spec(fullname) if patches else None
        if patches is None or spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def load_and_patch(module: ModuleType) -> None:
            load(module)
            for patch in patches:
                patch(module)

        spec.loader.exec_module = load_and_patch  # type: ignore[method-assign]
        return spec


waiting = Waiting()


def install() -> None:
    """Ask `waiting` before all other finders."""
    if waiting not in sys.meta_path:
        sys.meta_path.insert(0, waiting)


def after_import(name: str, patch: Patch) -> None:
    """Patch a module: now where it is imported already, else right after its import."""
    if name in sys.modules:
        patch(sys.modules[name])
    else:
        waiting.patches.setdefault(name, []).append(patch)
