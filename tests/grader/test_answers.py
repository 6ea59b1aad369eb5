import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.marking.answers import find_answers
from grader.records import WrittenAnswer

MNIST = [
    "What is MNIST dataset for classification?",
    "How many classes are in the MNIST dataset?",
    "What is 784 in MNIST dataset?",
    "How many epochs are there in MNIST?",
    "What are the hardest digits in MNIST?",
]
IMDB = [
    "What is Binary Classification?",
    "What is binary Cross Entropy?",
    "What is Validation Split?",
    "What is the Epoch Cycle?",
    "What is Adam Optimizer?",
]
BOSTON = [
    "What is Linear Regression?",
    "What is a Deep Neural Network?",
    "What is the concept of standardization?",
    "Why split data into train and test?",
    "Write down applications of Deep Neural Networks.",
]


def answers(questions: list[str], *cells: str) -> list[WrittenAnswer]:
    """A cell that begins with `code:` is a code cell."""
    made = [new_code_cell(c.removeprefix("code:")) if c.startswith("code:") else new_markdown_cell(c) for c in cells]
    return find_answers(new_notebook(cells=made), questions)


def texts(questions: list[str], *cells: str) -> list[str]:
    return [answer.text for answer in answers(questions, *cells)]


def test_question_and_answer_stand_in_one_cell():
    sheet = "\n\n".join(f"**Q{n}. {question}**\nAns: It is number {n}." for n, question in enumerate(MNIST, start=1))
    found = answers(MNIST, "# CNN", "code:import keras", f"## Assignment Questions\n{sheet}\n\n**Conclusion:** good.")
    assert [answer.text for answer in found] == [f"It is number {n}." for n in range(1, 6)]
    assert [(answer.cell, answer.words) for answer in found] == [(3, 4)] * 5
    assert [answer.question for answer in found] == MNIST


def test_the_answer_stands_in_the_next_cell():
    found = answers(MNIST, "### What is 784 in MNIST dataset?", "28 x 28 pixels.", "They are *flattened*.", "### Other")
    assert (found[2].cell, found[2].text) == (1, "28 x 28 pixels.\nThey are flattened.")
    assert found[0] == WrittenAnswer(question=MNIST[0])


@pytest.mark.parametrize(
    "placeholder",
    [
        "Your answer:",
        "*Your answer:*",
        "Write your answer here",
        "_Type your answer here..._",
        "TODO",
        "Ans:",
        "Answer -",
    ],
)
def test_a_starters_placeholder_is_no_answer(placeholder):
    cells = [f"**Question {n}. {question}**\n\n{placeholder}" for n, question in enumerate(MNIST, start=1)]
    assert [(answer.cell, answer.words) for answer in answers(MNIST, *cells)] == [(n, 0) for n in range(1, 6)]


def test_an_answer_beside_the_placeholder_counts_without_it():
    assert answers(MNIST, f"### {MNIST[1]}\n\n*Your answer:* There are ten.")[1].words == 3
    assert answers(MNIST, f"### {MNIST[1]}\n\nWrite your answer here\n\nThere are ten.")[1].words == 3


def test_questions_may_be_mistyped_shortened_and_unnumbered():
    assert texts(
        MNIST,
        "**What is MNSIT datset?**\n\nDigits",
        "how many clases in mnist dataset\n\nTen",
        "Q.3) what does 784 mean in MNIST\n\nPixels",
        "How many epochs in mnist? We took ten.",
        "5. Which digits are the hardest in MNIST? - 4 and 9",
    ) == ["Digits", "Ten", "Pixels", "We took ten.", "4 and 9"]


def test_the_questions_words_go_before_the_students_numbers():
    assert texts(IMDB, "1. What is Adam Optimizer?\nIt adapts.\n2. What is Validation Split?\nA part.") == [
        "",
        "",
        "A part.",
        "",
        "It adapts.",
    ]


def test_a_number_is_enough():
    expected = ["Digits.", "Ten classes.", "", "", ""]
    assert texts(MNIST, "Q1: Digits.\n\nQ2: Ten classes.") == expected
    assert texts(MNIST, "Ans 1) Digits.\n\nAns 2) Ten classes.") == expected
    assert texts(MNIST, "### Question 1\nDigits.\n### Question 2\nTen classes.") == expected
    assert texts(MNIST, "## Answers\n1. Digits.\n2. Ten classes.") == expected
    assert texts(MNIST, 'code:answer_1 = "Digits."\nanswer_2 = """Ten classes."""')[1] == "Ten classes."


def test_a_numbered_answer_may_begin_like_a_question():
    said = "When the network has seen the whole data set once, in batches, that is one epoch of it."
    assert texts(["What is an epoch?"], f"Q1. {said}") == [said]


def test_all_questions_may_come_before_all_answers():
    listed = "\n".join(f"{n}. {question}" for n, question in enumerate(MNIST, start=1))
    assert texts(MNIST, f"## Questions\n{listed}", "## Answers\n1. Digits\n2. Ten\n3. Pixels\n4. Many\n5. 4 and 9") == [
        "Digits",
        "Ten",
        "Pixels",
        "Many",
        "4 and 9",
    ]


def test_a_list_inside_an_answer_belongs_to_it():
    found = answers(
        BOSTON, "## Questions\n**5. Write down applications of DNN (deep neural networks)**\n1. Cars\n2. Speech"
    )
    assert [answer.words for answer in found] == [0, 0, 0, 0, 4]
    assert found[4].text == "1. Cars\n2. Speech"


def test_comments_and_strings_are_read():
    comment = "code:# Q1. What is MNIST dataset for classification?\n# Ans: A set of\n# digits\nx = 1  # one\n# more"
    string = 'code:"""\nQ2) How many classes are in the MNIST dataset?\nTen.\n"""\nx = 2'
    shown = 'code:print("Q4. How many epochs are there in MNIST? As many as we like.")'
    assert texts(MNIST, comment, string, shown) == ["A set of\ndigits", "Ten.", "", "As many as we like.", ""]


def test_prose_in_a_code_cell_is_read():
    assert texts(MNIST, "code:Q1. What is MNIST dataset?\nIt is a dataset of digits, isn't it")[0].startswith("It is a")


def test_a_heading_without_a_question_mark_poses_it_too():
    theory = "## Binary Classification\nTwo classes.\n### More\nOr a yes.\n## Adam Optimizer\nIt adapts."
    assert texts(IMDB, "# Binary classification of IMDB reviews\nWe do it.", theory) == [
        "Two classes.\nMore\nOr a yes.",
        "",
        "",
        "",
        "It adapts.",
    ]


def test_ordinary_work_is_not_taken_for_an_answer():
    found = answers(
        BOSTON,
        "# Boston house prices\nA deep neural network predicts the price.",
        "code:# Define the deep neural network\n# with 128 units\nmodel = keras.Sequential()",
        "## 2. Standardise\n1. Take the mean\n2. Divide",
        "code:# Split the data into train and test\nx = 1",
    )
    assert [answer.words for answer in found] == [0] * 5


def test_markup_is_no_part_of_the_answer():
    picture = "![figure](data:image/png;base64," + "A" * 100_000 + ")"
    found = answers(MNIST, f"<h3>{MNIST[0]}</h3><br>A <b>set</b> of `digits` {picture}\n\n---\n\n28 * 28")
    assert found[0].text == "A set of digits\n28 * 28"
    table = answers(MNIST, f"| Question | Answer |\n|---|---|\n| {MNIST[0]} | Digits |\n| {MNIST[1]} | Ten |")
    assert [answer.text for answer in table[:2]] == ["Digits", "Ten"]


def test_other_scripts_are_counted_by_their_words():
    assert answers(MNIST, f"**{MNIST[1]}**\n\nइसमें दस वर्ग हैं।")[1].words == 4


@pytest.mark.parametrize(
    "source",
    [
        "a " * 500_000,
        "**" * 100_000 + "b",
        "<" * 100_000,
        "![" * 100_000,
        "a\n" * 100_000,
        'code:"\\' * 50_000,
        "code:" + "\n" * 280_000 + "x",
    ],
)
def test_hostile_text_is_read_quickly(source):
    assert len(answers(MNIST, f"Q1. {source}", source)) == 5


def test_a_long_answer_is_clipped_to_the_record():
    assert len(answers(MNIST, f"Q1. {MNIST[0]}\n\n" + "word " * 20_000)[0].text) == 50_000


def test_a_sheet_without_questions_has_no_answers():
    assert answers([], "Q1. Is there one?") == []
