import pytest

from grader.courses.course import Course, bundled
from grader.courses.reference import KeyIdea, ModelAnswer
from grader.marking.coverage import average, held_against, with_ideas
from grader.records import WrittenAnswer

COURSE = Course(bundled())
SPLIT = ModelAnswer(
    question="Why?",
    answer="Because.",
    hint="Partly.",
    ideas=[
        KeyIdea(name="new rows", says=["unseen", "new data"]),
        KeyIdea(name="overfitting", says=["overfit"]),
        KeyIdea(name="ten", says=["10 class"]),
    ],
)
GOOD = {
    "boston": {
        0: "It predicts a continuous value. The best fit line through the features has the least squared error.",
        2: "Subtract the mean and divide by the standard deviation so that all features are on the same scale. "
        "Training converges faster. Only the training mean is used.",
    },
    "imdb": {
        1: "It is a loss function for binary tasks. It takes the log of the predicted probability of the true label, "
        "so a confident but wrong answer is penalised heavily.",
        3: "One complete pass over all training data. It goes in batches, and after each batch weights are updated. "
        "With many epochs the network may overfit.",
    },
    "fashion-mnist": {
        2: "28*28=784 pixels. Flatten makes a vector of them.",
        4: "4 and 9, as they look similar. The confusion matrix shows them. In Fashion-MNIST it is the shirt.",
    },
    "mnist": {
        2: "Training and validation accuracy stay close together. The validation loss still decreases, so there is no "
        "overfitting; the network is simple."
    },
    "cifar10": {
        4: "Precision is the share of predicted positives that are correct. Recall is the share of all actual cats "
        "that were found. Both are given for each class, and F1 is their harmonic mean."
    },
}
POOR = ["I do not know.", "It is a very important concept in deep learning.", "See the book, chapter 3."]


def answer(text: str) -> WrittenAnswer:
    return WrittenAnswer(question="Why?", cell=1, words=len(text.split()), text=text)


def found(text: str) -> list[str]:
    return held_against(answer(text), SPLIT).ideas_found


@pytest.mark.parametrize("text", ["It shows OVERFITTING.", "so it is overfitted", "Overfiting may be seen"])
def test_other_forms_and_typing_errors_of_a_word_are_found(text: str):
    assert found(text) == ["overfitting"]


def test_all_words_of_a_way_stand_in_one_sentence():
    assert found("The data is new.") == ["new rows"]
    assert found("A new model. The data is old.") == []


def test_a_number_is_a_whole_word():
    assert found("There are 10 classes.") == ["ten"]
    assert found("There are 100 classes.") == []


@pytest.mark.parametrize(
    ("name", "number", "text"),
    [
        ("cifar10", 0, "There are categories."),  # no cat
        ("cifar10", 2, "It changes the parameters."),
        ("fashion-mnist", 1, "They tend to be tensors."),
        ("imdb", 1, "It is used in logistic regression."),
    ],
)
def test_a_short_word_is_no_beginning_and_a_bare_mention_no_idea(name: str, number: int, text: str):
    model = COURSE.model_answers(COURSE.assignment(name))[number]
    assert held_against(WrittenAnswer(question=model.question, text=text), model).ideas_found == []


@pytest.mark.parametrize("text", ["Cats and dogs.", "A cat.", "padded zeros, padding zeros"])
def test_forms_of_a_short_word_are_found(text: str):
    model = ModelAnswer(
        question="Why?", answer="a", hint="h", ideas=[*SPLIT.ideas, KeyIdea(name="i", says=["cat", "pad zero"])]
    )
    assert held_against(answer(text), model).ideas_found == ["i"]


def test_nothing_is_said_of_an_answer_in_another_script():
    assert held_against(answer("यह दो वर्गों में बाँटता है (sigmoid)"), SPLIT).coverage is None


def test_what_is_missing_is_listed_too():
    held = held_against(answer("Unseen rows."), SPLIT)
    assert (held.ideas_missing, held.coverage) == (["overfitting", "ten"], pytest.approx(1 / 3))


def test_an_answer_that_is_not_there_holds_nothing():
    held = with_ideas([WrittenAnswer(question="Why?"), WrittenAnswer(question="Unknown?")], [SPLIT])
    assert (held[0].coverage, held[1].coverage) == (0, None)
    assert average(held) == 0


@pytest.mark.parametrize("name", COURSE.names)
def test_the_model_answers_hold_their_own_ideas(name: str):
    for model in COURSE.model_answers(COURSE.assignment(name)):
        held = held_against(WrittenAnswer(question=model.question, text=model.answer), model)
        assert held.ideas_missing == [], model.question
        assert all(idea.ask for idea in model.ideas)


@pytest.mark.parametrize(("name", "number"), [(name, number) for name, answers in GOOD.items() for number in answers])
def test_a_good_answer_in_other_words_holds_most_ideas(name: str, number: int):
    model = COURSE.model_answers(COURSE.assignment(name))[number]
    held = held_against(WrittenAnswer(question=model.question, text=GOOD[name][number]), model)
    assert (held.coverage or 0) >= 0.75, held.ideas_missing


@pytest.mark.parametrize("name", COURSE.names)
def test_a_poor_answer_holds_next_to_nothing(name: str):
    for model in COURSE.model_answers(COURSE.assignment(name)):
        for text in POOR:
            held = held_against(WrittenAnswer(question=model.question, text=text), model)
            assert (held.coverage or 0) <= 0.25, (model.question, held.ideas_found)
