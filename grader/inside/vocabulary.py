"""Layers that have learned words -> a configuration of their model that holds the words, so that it can be rebuilt."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from grader.inside.learned import of_vocabulary

LAYERS = (keras.layers.TextVectorization, keras.layers.StringLookup)


@contextmanager
def knowing_words(model: Any) -> Iterator[None]:
    """Let the layers of a model say their words when they are asked for their configuration.

    Keras writes words that were learned by adapt() beside a model, and only those that were given into it.
    """
    lookups = [getattr(layer, "_lookup_layer", layer) for layer in layers_of(model) if isinstance(layer, LAYERS)]
    before = [(lookup, lookup.input_vocabulary, lookup.input_idf_weights) for lookup in lookups]
    for lookup in lookups:
        if lookup.input_vocabulary is None:
            lookup.input_vocabulary, lookup.input_idf_weights = of_vocabulary(lookup)
    try:
        yield
    finally:
        for lookup, words, weights in before:
            lookup.input_vocabulary, lookup.input_idf_weights = words, weights


def layers_of(model: Any) -> list[Any]:
    """All layers of a model, also of models in it."""
    return list(model._flatten_layers(include_self=False, recursive=True))
