from grader.records import Run
from grader.running.framework import explain, instead_of_keras

RUN = Run(status="errors", sentence="Cell 1 stopped.", isolation="wall", missing_modules=["torch", "rare"])


def test_a_notebook_in_pytorch_alone_is_recognised():
    assert instead_of_keras(["numpy", "torch"]) == "PyTorch"


def test_keras_beside_pytorch_is_keras():
    assert instead_of_keras(["torch", "tensorflow"]) is None


def test_the_run_says_what_is_asked_and_that_the_missing_framework_is_no_gap():
    explained = explain(RUN, "PyTorch")
    assert explained.sentence.startswith("The notebook uses PyTorch; this assignment asks for a model in Keras.")
    assert explained.missing_modules == ["rare"]
