import time

import numpy as np

from grader.similar.shingles import MAX_TOKENS, WIDTH, code_of


def same(one: str, other: str, kind: str = "named") -> bool:
    return np.array_equal(getattr(code_of([one]), kind), getattr(code_of([other]), kind))


def test_a_shingle_is_five_tokens_and_a_shorter_cell_has_none():
    assert len(code_of(["a = b + c"]).cells[0].named) == 1
    assert len(code_of(["a = b + c * d"]).cells[0].named) == 3
    assert code_of(["a = b", ""]).cells == []


def test_comments_spaces_strings_and_numbers_make_no_difference():
    assert same("x = f(1, 'a')  # one\n\ny = x", '"""Two."""\nx=f( 2.5e3,"b" )\ny = x  # three')
    assert same("print(f'{x:.2f} of {y}')", "print(f'{x} out of {y:d}')")


def test_names_make_a_difference_until_they_are_blinded():
    assert not same("loss = model.fit(x, y)", "h = net.fit(p, q)")
    assert same("loss = model.fit(x, y)", "h = net.fit(p, q)", "blinded")


def test_blinded_names_keep_their_places():
    assert not same("x = x + y", "x = y + y", "blinded")


def test_names_of_libraries_attributes_and_arguments_are_never_blinded():
    imports = "from keras.layers import Dense, Dropout\n"
    assert not same(f"{imports}a = Dense(b, name=c)", f"{imports}a = Dropout(b, name=c)", "blinded")
    assert not same("a = b.fit(c, epochs=d)", "a = b.predict(c, epochs=d)", "blinded")
    assert not same("a = b.fit(c, epochs=d)", "a = b.fit(c, steps=d)", "blinded")
    assert not same("print(a, b)", "len(a, b)", "blinded")


def test_lines_of_the_shell_are_no_code():
    assert same("%matplotlib inline\n!pip install keras\nx = y + z", "x = y + z")


def test_what_python_cannot_parse_is_read_all_the_same():
    assert len(code_of(["def f(:\n  this is prose, isn't it\n x = ((1 + 2"]).named) > 5


def test_a_shingle_knows_its_lines():
    (cell,) = code_of(["# first\nx = 1\n\ny = (\n 2)"]).cells
    assert cell.lines == ["# first", "x = 1", "y = (", " 2)"]
    assert (cell.first[0], cell.last[0], cell.last[-1]) == (1, 2, 3)


def test_no_cell_can_make_reading_take_long():
    traps = (" \n" * 500_000, "(" * 500_000, '"""' * 100_000 + "'", "f'{" * 200_000, "\\\n" * 200_000)
    started = time.process_time()
    codes = [code_of([f"{trap}x = y + z"] * 3) for trap in traps]
    assert time.process_time() - started < 5
    assert max(len(cell.named) for code in codes for cell in code.cells) == MAX_TOKENS - WIDTH + 1
