"""A rule on an old name -> the ways to make that name work again, each noted when a notebook uses it.

A way is a function that installs a rule. It leaves alone whatever the libraries still know: a module and a name are
lent only where they are missing, and an argument is looked at only where it is given.
"""

import functools
import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from grader.inside import imports
from grader.inside.notes import asked_by_notebook, notes

KERAS = ("keras", "tensorflow.keras", "keras._tf_keras.keras")
"""Three packages of modules over the same source."""
KERAS_ONCE = ("keras.api._v2.keras", "keras.api._v2", "keras.api", "tf_keras")
"""Other names that Keras has had."""
Make = str | Callable[[], Any]
"""Path of what is lent, or a function that makes it."""
Mend = str | None | Callable[[dict[str, Any], Any], object]
"""What becomes of an argument: its new name, nothing, or a function that is given the others and its value."""


@dataclass(frozen=True)
class Rule:
    """A row of the table of old names."""

    old: str
    """As the report names it."""
    today: str
    """What to write instead."""
    dropped_in: str
    """Library and version that no longer has it, or that warns of it where it `runs_as_is`."""
    way: "Way"
    """How it is made to work."""
    runs_as_is: bool = False
    """The library still takes it; it is noted all the same."""

    def use(self) -> None:
        """Note that the notebook uses it."""
        notes.old_name(self.old, self.today, self.dropped_in, runs_as_is=self.runs_as_is)


Way = Callable[[Rule], object]


def namespaces(module: str) -> list[str]:
    """The names of a module: of one of Keras' it has three."""
    top, dot, rest = module.partition(".")
    return [f"{name}{dot}{rest}" for name in KERAS] if top == "keras" else [module]


def in_keras(module: str, packages: tuple[str, ...] = KERAS[1:]) -> str:
    """The name of a module in one of the packages as standalone Keras has it; every other stays."""
    for name in packages:
        if module == name or module.startswith(f"{name}."):
            return "keras" + module.removeprefix(name)
    return module


# -- Modules and names that are missing --------------------------------------------------------------------------------

moved_modules: dict[str, tuple[Rule, tuple[str, ...]]] = {}
lent_names: dict[str, dict[str, tuple[Rule, Make]]] = {}


class Forward(ModuleType):
    """A module of an old name: what it is asked for, it fetches from where that is today."""

    def __init__(self, name: str, modules: tuple[str, ...]):
        super().__init__(name)
        self.__modules = modules

    def __getattr__(self, name: str) -> Any:
        modules = [importlib.import_module(module) for module in self.__modules]
        if name == "__all__":
            return [public for module in modules for public in dir(module) if not public.startswith("_")]
        for module in modules if name == "__version__" or not name.startswith("__") else []:
            if hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


def moved(*modules: str) -> Way:
    """The module that the rule names is one of these today, or in several of them."""

    def install(rule: Rule) -> None:
        moved_modules[rule.old] = rule, modules
        parent, _, name = rule.old.rpartition(".")
        if parent:
            missing(parent, name, lambda: importlib.import_module(rule.old))(rule)

    return install


def old_module(name: str) -> ModuleType | None:
    """A module of an old name, or of one below it; None where there is no rule on it."""
    wanted, today = in_keras(name), in_keras(name, KERAS_ONCE)
    while wanted not in moved_modules and "." in wanted:
        wanted = wanted.rpartition(".")[0]
    if wanted not in moved_modules or (today != name and not exists(today)):
        return None
    rule, modules = moved_modules[wanted]
    if today != name:
        modules = (today,)
    if asked_by_notebook():
        rule.use()
    return Forward(name, modules)


def exists(module: str) -> bool:
    """Whether a module can be imported."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError:
        return False
    return True


def missing(module: str, name: str, make: Make) -> Way:
    """A name that a module no longer has is lent to it."""

    def install(rule: Rule) -> None:
        for full in namespaces(module):
            if full not in lent_names:
                lent_names[full] = {}
                imports.after_import(full, functools.partial(lend_to, lent_names[full]))
            lent_names[full][name] = rule, make

    return install


def lend_to(names: dict[str, tuple[Rule, Make]], module: ModuleType) -> None:
    """Lend the module these names. Libraries are not answered: to them a name that is missing means something."""

    def find(name: str) -> Any:
        if name not in names or not asked_by_notebook():
            raise AttributeError(name)
        rule, make = names[name]
        if name not in made:
            rule.use()
            made[name] = imports.found(make) if isinstance(make, str) else make()
        return made[name]

    made: dict[str, Any] = {}
    imports.lend(module, find)


def fallback(modules: list[str], other: str) -> Way:
    """Every name that is missing in one of the modules is looked up in the other one; `*` in the rule stands for it."""

    def install(rule: Rule) -> None:
        def find(module: str, name: str) -> Any:
            if name.startswith("__") or name in lent_names.get(module, {}) or not asked_by_notebook():
                raise AttributeError(name)
            lent = getattr(importlib.import_module(other), name)
            old, today = (text.replace("*", name) for text in (rule.old, rule.today))
            notes.old_name(old, today, rule.dropped_in, runs_as_is=False)
            return lent

        for module in modules:
            imports.after_import(module, functools.partial(imports.lend, find=functools.partial(find, module)))

    return install


# -- Arguments and functions that have changed -------------------------------------------------------------------------

old_arguments: dict[str, dict[str, tuple[Rule, Mend]]] = {}


def argument(place: str, old: str, mend: Mend) -> Way:
    """An argument that a function or class no longer takes.

    Args:
        place: such as `pandas:read_csv` or `sklearn.linear_model:Ridge.__init__`.
        old: the argument's name.
        mend: what becomes of it.
    """

    def install(rule: Rule) -> None:
        if place not in old_arguments:
            old_arguments[place] = {}
            around(functools.partial(call_mended, old_arguments[place]), place)(rule)
        old_arguments[place][old] = rule, mend

    return install


def call_mended(
    mends: dict[str, tuple[Rule, Mend]], _: Rule, original: Callable[..., Any], *args: Any, **kwargs: Any
) -> Any:
    """Call a function with its old arguments mended."""
    for old in mends.keys() & kwargs.keys():
        rule, mend = mends[old]
        rule.use()
        value = kwargs.pop(old)
        if isinstance(mend, str):
            kwargs.setdefault(mend, value)
        elif mend:
            mend(kwargs, value)
    return original(*args, **kwargs)


def around(call: Callable[..., Any], *places: str) -> Way:
    """Functions or methods are replaced by `call(rule, original, *args, **kwargs)`; of Keras' in all of its modules."""

    def install(rule: Rule) -> None:
        done: set[tuple[int, str]] = set()

        def patch(path: str, module: ModuleType) -> None:
            owner, name = home(module, path)
            if owner is not None and (id(owner), name) not in done:
                done.add((id(owner), name))
                wrap(owner, name, functools.partial(call, rule))

        for place in places:
            module, _, path = place.partition(":")
            for full in namespaces(module):
                imports.after_import(full, functools.partial(patch, path))

    return install


def home(module: ModuleType, path: str) -> tuple[Any, str]:
    """The module or class in which the last name of a path is defined, and that name.

    None where another version of the library has no such thing: then there is nothing to mend.
    """
    owner_path, _, name = path.rpartition(".")
    owner = getattr(module, owner_path, None) if owner_path else module
    if isinstance(owner, type):
        owner = next((each for each in owner.__mro__ if name in vars(each)), None)
    return (owner if hasattr(owner, name) else None), name


def wrap(owner: Any, name: str, call: Callable[..., Any]) -> None:
    """Replace `owner.name`, in the module or class that defines it, by `call(original, *args, **kwargs)`.

    The signature stays, also for `inspect.getfullargspec`, which Keras asks and which looks at no `__wrapped__`.
    """
    original = getattr(owner, name)

    @functools.wraps(original)
    def mended(*args: Any, **kwargs: Any) -> Any:
        return call(original, *args, **kwargs)

    mended.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
    setattr(owner, name, mended)


def method(cls_place: str, name: str, function: Callable[..., Any]) -> Way:
    """A method that a class no longer has is given back to it; `function` takes the object and the arguments."""
    module_name, _, cls_name = cls_place.partition(":")

    def install(rule: Rule) -> None:
        @functools.wraps(function)
        def old_method(self: Any, *args: Any, **kwargs: Any) -> Any:
            rule.use()
            return function(self, *args, **kwargs)

        def patch(module: ModuleType) -> None:
            cls = getattr(module, cls_name)
            if not hasattr(cls, name):
                setattr(cls, name, old_method)

        imports.after_import(module_name, patch)

    return install
