from grader.similar.passages import (
    MOST_LINES,
    MOST_PASSAGES,
    MOST_SIDE_BY_SIDE,
    common_excerpts,
    passages,
    shown_groups,
)
from grader.similar.shingles import Code, code_of
from grader.similar.similarity import Work, compare

from .samples_for_similarity import ASHA, ROHAN

NOTHING = Code([])


def work(name: str, cells: list[str], digest: str = "") -> Work:
    return Work(name, name, digest or name, code_of(cells))


def test_a_cell_stands_beside_its_like_wherever_that_is():
    found = passages(code_of(ASHA), code_of([*ROHAN[:1], *ASHA[::-1]]), [])
    pairs = {(each.first.cell, each.second.cell) for each in found}
    assert pairs >= {(number, 2 + len(ASHA) - number) for number in range(1, len(ASHA))}


def test_a_notebook_in_one_cell_stands_beside_each_cell_of_the_other():
    found = passages(code_of(["\n".join(ASHA)]), code_of(ASHA), [])
    assert len(found) > 5
    assert {each.first.cell for each in found} == {1}


def test_only_what_is_shared_is_marked_and_what_was_given_is_not():
    inserted = ASHA[3].replace("lr = Linear", "print(x.T @ y.T / z.T - w.T)\nlr = Linear")
    one, other = code_of(["a = 1\n" + inserted + "\nc = 2"]), code_of([ASHA[3]])
    (found,) = passages(one, other, [])
    assert [line for line, is_shared in found.first.lines if not is_shared] == ["print(x.T @ y.T / z.T - w.T)"]
    assert [line for line, _ in found.second.lines] == ASHA[3].splitlines()
    assert passages(one, other, [code_of([ASHA[3]]).blinded]) == []


def test_long_passages_are_cut_and_say_so():
    long = [f"a{line} = f{line}(b.c{line}, d.e{line})" for line in range(2 * MOST_LINES)]
    (found,) = passages(code_of(["\n".join(long)]), code_of(["\n".join(long)]), [])
    assert (len(found.first.lines), found.first.left_out) == (MOST_LINES, MOST_LINES)
    many = [f"a = f{cell}.g{cell}(b.c{cell}, d.e{cell})" for cell in range(2 * MOST_PASSAGES)]
    assert len(passages(code_of(many), code_of(many), [])) == MOST_PASSAGES


def test_each_member_stands_beside_the_one_most_like_it():
    works = [work("Asha", ASHA), work("Zoya", ASHA[:-1]), work("Omar", ASHA[:-2]), work("Priya", ASHA[:-3])]
    (group,) = shown_groups(compare(works, NOTHING))
    assert len(group.pairs) == 6
    assert len(group.side_by_side) == 3
    assert {side.student for pair, _ in group.side_by_side for side in (pair.first, pair.second)} == {
        "Asha",
        "Zoya",
        "Omar",
        "Priya",
    }


def test_two_copies_of_one_file_need_no_side_by_side():
    (group,) = shown_groups(compare([work("Asha", ASHA, "1"), work("Zoya", ASHA, "1")], NOTHING))
    assert group.side_by_side == []


def test_a_large_group_is_cut_and_says_so():
    works = [work(f"s{number}", [*ASHA, f"x = {'y.' * number}z"]) for number in range(80)]
    similarity = compare([*works, *(work(f"t{number}", []) for number in range(200))], NOTHING)
    (group,) = shown_groups(similarity)
    assert len(group.members) == 80
    assert (len(group.pairs), group.further) == (100, 80 * 79 // 2 - 100)
    assert len(group.side_by_side) == MOST_SIDE_BY_SIDE


def test_what_was_left_out_as_common_is_shown():
    works = [work(f"s{number}", [*ROHAN[2:4], f"own{number} = " + " + ".join("abcdefgh")]) for number in range(12)]
    excerpts = common_excerpts(compare(works, NOTHING))
    assert "def build_model():" in {line for excerpt in excerpts for line, _ in excerpt.lines}
    assert common_excerpts(compare(works[:3], NOTHING)) == []
