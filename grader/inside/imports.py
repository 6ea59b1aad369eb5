"""Modules and names that are not there, or not yet -> what stands in for them once a notebook asks.

All of it costs nothing until then: Python asks a finder at the end of `sys.meta_path`, and a module's `__getattr__`,
only for what it has not found itself.
"""

import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

Patch = Callable[[Any], object]
"""Called with a module that has been imported."""
Maker = Callable[[str], ModuleType | None]
"""The full name of a module -> the module; None where there is nothing to stand in for it."""


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


class Made(Loader):
    """Loads a module that was made already."""

    def __init__(self, module: ModuleType):
        self.module = module

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module itself."""
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        """It is whole already."""


class LastResort(MetaPathFinder):
    """Makes the modules that nobody else has found."""

    def __init__(self) -> None:
        self.makers: list[Maker] = []

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec with a loader of its own, which `waiting` may have to change."""
        for maker in self.makers:
            if module := maker(fullname):
                return ModuleSpec(fullname, Made(module), is_package=True)
        return None


waiting = Waiting()
last_resort = LastResort()


def install() -> None:
    """Ask `waiting` before all other finders, and `last_resort` after them."""
    if waiting not in sys.meta_path:
        sys.meta_path.insert(0, waiting)
        sys.meta_path.append(last_resort)


def after_import(name: str, patch: Patch) -> None:
    """Patch a module: now where it is imported already, else right after its import."""
    if name in sys.modules:
        patch(sys.modules[name])
    else:
        waiting.patches.setdefault(name, []).append(patch)


def lend(module: Any, find: Callable[[str], Any]) -> None:
    """Ask `find` for a name that the module does not have; it raises AttributeError where it has none either."""
    before = vars(module).get("__getattr__")

    def look_up(name: str) -> Any:
        try:
            return find(name)
        except AttributeError:
            if before:
                return before(name)
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}") from None

    module.__getattr__ = look_up


def found(path: str) -> Any:
    """The object at a path such as `keras.utils.to_categorical`, as far as modules go by importing them."""
    parts = path.split(".")
    thing: Any = importlib.import_module(parts[0])
    for number, part in enumerate(parts[1:], start=2):
        if not hasattr(thing, part) and isinstance(thing, ModuleType):
            importlib.import_module(".".join(parts[:number]))
        thing = getattr(thing, part)
    return thing
