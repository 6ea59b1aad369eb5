import re
import subprocess
import sys
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from html import unescape

import pytest

from grader.gradebook.entered import Entries, Entry, with_entries
from grader.pages.report import clean, clip, prose, render_report
from grader.records import Choice, FileRead, SignOff, Total

from . import samples_for_reports as samples

HOSTILE = "<script>alert(1)</script>\u202eevil\u2066\x1b[31m\x00"


def page_of(sample: samples.Sample, **changed: object) -> str:
    return render_report(*sample._replace(**changed))


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def marking_table(page: str) -> str:
    return re.search(r'<table class="marking">.*?</table>', page, re.DOTALL)[0]


@pytest.mark.parametrize("sample", [samples.good, samples.weak, samples.dead])
def test_every_kind_of_submission_gets_a_whole_page(sample):
    page = page_of(sample())
    headings = re.findall(r"<h2[^>]*>([^<]+)</h2>", page)
    assert headings[-6:] == [
        "Why these marks",
        "The network",
        "Training and result",
        "Worth asking about",
        "Written answers and code",
        "Run log",
    ]
    assert page.rstrip().endswith("</html>")


def test_columns_stand_in_the_order_of_the_rubric():
    headings = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', marking_table(page_of(samples.good())))
    assert headings == [
        "Answers",
        "Coding Efficiency",
        "Viva",
        "Timely Completion",
        "Total",
        "Dated Sign of Subject Teacher",
    ]


def test_the_sheet_has_the_manuals_two_dates_the_first_to_fill_in_by_hand():
    sample = samples.good()
    particulars = re.search(r'<dl class="particulars">.*?</dl>', page_of(sample), re.DOTALL)[0]
    dates = dict(re.findall(r"<dt>([^<]+)</dt>\s*<dd[^>]*>(.*?)</dd>", particulars))
    assert text_of(dates["Start Date"]).strip() == "to fill in by hand"
    assert dates["Date of Completion"].startswith(f"{sample.submission.submitted_at:%d %B %Y}".lstrip("0"))


def test_an_open_part_of_the_total_is_shown_beside_what_is_decided():
    assert "14.6 of 15 decided; 5 pending" in text_of(marking_table(page_of(samples.good())))
    assert "2.5 of 7 decided; 13 pending" in text_of(marking_table(page_of(samples.weak())))


def test_a_total_with_nothing_pending_is_a_plain_number():
    sample = samples.good()
    grade = sample.grade.model_copy(update={"total": Total(marks=17, out_of=20, pending=0)})
    assert '<td class="total"><strong>17</strong>' in re.sub(r">\s+<", "><", page_of(sample, grade=grade))


def test_pending_marks_are_never_shown_as_zero():
    page = page_of(samples.dead())
    row = text_of(marking_table(page).split('<tr class="marks">')[1])
    assert row.split() == ["pending", "5", "open"] * 4 + ["pending", "20", "open"]
    assert "<strong>0</strong>" not in page


def test_a_lost_criterion_is_told_from_a_pending_one():
    text = text_of(page_of(samples.weak()))
    assert "The questions of the sheet are answered ✗ not earned 0 of 1" in text
    assert "The trained network tells the classes apart … pending 2 open" in text


def test_a_reason_has_both_sides_the_next_step_and_how_it_is_known():
    text = text_of(page_of(samples.weak()))
    assert "Expected 241,546 parameters Found 25,706 parameters What to do Compare your layers" in text
    assert "How it is known measured by the grader, but on the arrays that the notebook itself evaluated on" in text


def test_markup_in_student_texts_is_escaped_and_hidden_codes_do_not_survive():
    sample = samples.good()
    model = sample.evidence.models[0]
    layer = model.layers[0].model_copy(update={"class_name": HOSTILE, "activation": HOSTILE})
    fit = model.fits[0].model_copy(update={"history": {HOSTILE: [1.0, 2.0], f"val_{HOSTILE}": [1.0]}})
    hostile_model = model.model_copy(
        update={"variable": HOSTILE, "kind": HOSTILE, "layers": [layer, *model.layers[1:]], "fits": [fit]}
    )
    task = sample.assignment.task.model_copy(update={"classes": [HOSTILE] * 10})
    changes = {
        "models": [hostile_model],
        "cells": [sample.evidence.cells[0].model_copy(update={"output": HOSTILE})],
        "answers": [sample.evidence.answers[0].model_copy(update={"text": HOSTILE})],
        "files": [FileRead(asked=HOSTILE, served=HOSTILE, source="submission")],
        "run": sample.evidence.run.model_copy(update={"sentence": HOSTILE, "versions": {HOSTILE: HOSTILE}}),
    }
    page = page_of(
        sample,
        grade=sample.grade.model_copy(update={"student": HOSTILE}),
        evidence=sample.evidence.model_copy(update=changes),
        assignment=sample.assignment.model_copy(update={"task": task}),
    )
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;⟨U+202E⟩evil⟨U+2066⟩") > 10
    assert not re.search("<script|[\u202a-\u202e\u2066-\u2069\x00\x1b]", page)


def test_the_student_name_keeps_its_own_direction():
    assert "<bdi>Khan, Mohammed Rizwan محمد رضوان</bdi>" in page_of(samples.weak())


@pytest.mark.parametrize("sample", [samples.good, samples.weak, samples.dead])
def test_the_page_needs_nothing_from_elsewhere(sample):
    page = page_of(sample())
    links = re.findall(r"""(?:src|href)\s*=\s*["']?([^"'>\s]*)""", page)
    assert all(link.startswith("#") for link in links)
    assert not re.search(r"https?:|url\(|@import|<script|<link|\sstyle=", page)


def test_the_policy_of_the_page_allows_its_own_style_only():
    page = page_of(samples.good())
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")


def test_stand_in_data_are_named_above_the_sheet_and_on_it():
    page = page_of(samples.weak())
    assert page.index("Measured on stand-in digits, not on fashion-mnist") < page.index("<h1")
    assert "Specimen: stand-in data" in page


def test_real_data_get_no_stand_in_notice():
    assert not re.search("stand-in|specimen", page_of(samples.good()).split("</style>")[1], re.IGNORECASE)


def test_what_a_person_should_know_is_noted_beneath_the_sheet():
    text = text_of(page_of(samples.weak()))
    assert "The notebook asked for 200 epochs; 8 were granted within 5 min 00 s of training" in text
    assert "Isolation: none." in text
    assert "The grader lacks a module that the notebook imports: seaborn." in text
    assert "For a person to look at: The printed accuracy does not agree with the measured one." in text
    assert 'id="notices-title"' not in page_of(samples.good())


def test_the_layer_table_has_verdicts_only_where_networks_are_compared():
    sample = samples.weak()
    assert "≠ differs: shape, parameters" in text_of(page_of(sample))
    page = page_of(sample, evidence=sample.evidence.model_copy(update={"choices": samples.choice("", model="model-2")}))
    assert "resembles none of the documented networks" in page
    assert "Compared" not in page


def test_each_network_of_a_sheet_has_sections_of_its_own():
    sample = samples.good()
    shallow = sample.assignment.network.model_copy(update={"name": "shallow", "title": "the shallow network"})
    sheet = sample.assignment.model_copy(update={"networks": [*sample.assignment.networks, shallow]})
    choices = [*sample.evidence.choices, Choice(network="shallow", because="It is missing.")]
    evidence = sample.evidence.model_copy(update={"choices": choices})
    page = page_of(sample, assignment=sheet, evidence=evidence)
    assert all(f'id="{part}-{number}"' in page for part in ("network", "training") for number in (1, 2))
    text = text_of(page)
    assert "The convolutional network: training and result" in text
    assert "The shallow network It is missing. This is the network of the course document." in text
    assert text.count("Nothing could be measured.") == 1


def test_a_training_that_ended_with_its_verdict_is_explained():
    sample = samples.good()
    model = sample.evidence.models[0]
    fit = model.fits[0].model_copy(update={"stopped": "verdict", "epochs_asked": 200})
    evidence = sample.evidence.model_copy(update={"models": [model.model_copy(update={"fits": [fit]})]})
    text = text_of(page_of(sample, evidence=evidence))
    assert "Training was ended early, as the verdict was in. The notebook asked for 200 epochs" in text


def test_what_a_teacher_should_know_of_the_data_stands_beside_their_fingerprint():
    sample = samples.good()
    data = sample.evidence.data.model_copy(update={"note": "labels as published, images re-encoded"})
    text = text_of(page_of(sample, evidence=sample.evidence.model_copy(update={"data": data})))
    assert f"{data.fingerprint}… labels as published, images re-encoded" in text


def test_a_figure_that_is_not_finite_interrupts_the_curve():
    page = page_of(samples.weak())
    curve = re.search(r'<path class="curve training" d="(M[\d. ]+L[^"]+)"', page)[1]
    assert curve.count("M") == 2
    assert "not finite" in page


def test_the_most_confused_pair_is_named():
    assert "Most often confused: 27 of 200 rows of Shirt were taken for T-shirt/top ." in text_of(
        page_of(samples.good())
    )


def test_what_was_served_for_a_file_is_listed():
    page = text_of(page_of(samples.good()))
    assert r"C:\data\fashion-mnist_train.csv fashion-mnist_train.csv the rows that load_data() gives too 2" in page
    assert "notes.csv notes.csv handed in with the notebook 3" in page


def test_what_ran_of_a_broken_cell_and_what_did_not_is_told():
    page = text_of(page_of(samples.weak()))
    assert "Line 9 was not run: it needs sns , which line 4 should have made" in page
    assert "It was run with plain signs in the place of a word processor" in page


def test_a_limit_that_was_hit_is_named_with_its_value_and_the_way_to_raise_it():
    text = text_of(page_of(samples.weak()))
    assert "wall_seconds 900 s hit: 900.3 s" in text
    assert "A teacher can raise wall_seconds in the sheet." in text


def test_texts_are_cleaned_as_a_terminal_would_show_them():
    assert clean("\x1b[1m10/10\x1b[0m\x08\x08\r\n") == "10/10\n"
    assert clean("1/3\r2/3\r3/3\ndone") == "3/3\ndone"
    assert clip("x" * 10_000, 5) == "xxxxx … [clipped]"
    assert clip("a\nb\nc", lines=2) == "a\nb … [clipped]"


def test_backticks_become_code_after_escaping():
    assert prose("raise `<b>`") == "raise <code>&lt;b&gt;</code>"


def test_the_report_imports_nothing_heavy():
    code = "import sys, grader.pages.report; print({'matplotlib', 'numpy', 'tensorflow', 'keras'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def asking_of(sample: samples.Sample) -> str:
    return text_of(re.search(r'<section id="asking".*?</section>', page_of(sample), re.DOTALL)[0])


def test_figures_that_differ_come_first_beside_what_was_found():
    asking = asking_of(samples.good())
    assert "test_accuracy 0.9357 0.9000 differs : 0.036 apart" in asking
    assert asking.index("differs") < asking.index("241,546 241,546 agrees")
    assert "accuracy 0.9189 (cell 7), loss 0.2146 (cell 7)." in asking
    assert "run out of order: 8" in asking
    assert "an error in the output of cell 3" in asking


def test_a_concern_is_shown_with_its_cell_its_reason_and_how_it_is_known():
    asking = asking_of(samples.good())
    assert "In cell 7 the test rows are validation_data of fit()." in asking
    assert "as long as you only look. Let fit() keep some training rows aside" in asking
    assert "Seen in samples of what the network was fed." in asking
    assert "Nothing here costs marks by itself." in asking


def test_a_network_that_was_never_trained_is_not_called_free_of_concerns():
    sample = samples.good()
    models = [model.model_copy(update={"fits": []}) for model in sample.evidence.models]
    untrained = sample.evidence.model_copy(update={"models": models, "concerns": []})
    asking = asking_of(sample._replace(evidence=untrained))
    assert "No network was trained with fit()" in asking
    assert "Nothing was noticed" not in asking


def test_without_a_network_and_without_figures_the_page_says_so():
    asking = asking_of(samples.dead())
    assert "There was no network to look at." in asking
    assert "hold no figure that could be read" in asking


# -- What people entered -----------------------------------------------------------------------------------------------


def entered_page(remark: str = "Explained dropout well.") -> str:
    """The page of the good submission with a viva mark, an override that has aged, remarks and a signature."""
    at = datetime(2026, 11, 21, tzinfo=UTC)
    marks = {"viva": Entry(4.5, at), "Answers": Entry(3, at, 5)}
    entries = Entries(marks, {"viva": remark, "": remark}, SignOff(by="Prof. Joshi", at=at, marks=18))
    sample = samples.good()
    return page_of(sample, grade=with_entries(sample.grade, entries))


def test_viva_marks_overrides_remarks_and_the_signature_are_on_the_sheet_with_their_reasons():
    text = text_of(entered_page())
    row = text_of(marking_table(entered_page()).split('<tr class="marks">')[1])
    assert row.split() == ["3", "4.8", "4.5", "5", "17.3", "Prof.", "Joshi", "21", "November", "2026"]
    assert "Entered by the teacher of the whole column on 21 November 2026: 3 ." in text
    assert "The grader’s own mark is 4.8; it does not count." in text
    assert text.count("Remark: Explained dropout well.") == 2


def test_what_changed_since_it_was_entered_or_signed_is_to_note():
    text = text_of(entered_page())
    assert "The automatic mark beneath an override has changed: Answers." in text
    assert "It was 5 when 3 was entered, and is 4.8 now." in text
    assert "Prof. Joshi signed a total of 18; it is 17.3 now. Sign it again." in text


def test_a_remark_cannot_act_in_the_page():
    page = entered_page(HOSTILE)
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;⟨U+202E⟩evil") == 2
    assert "<script" not in page


def test_the_mark_for_written_answers_is_only_suggested_with_the_ideas_found_and_missing():
    page = text_of(page_of(samples.good()))
    assert "Suggested: 0.33 of 1 , by the key ideas" in page
    assert "until a teacher confirms it" in page
    assert "Key ideas found: handwritten digits; 28 x 28 grey pixels. Not found: 60,000 to train." in page


def test_without_a_model_answer_no_mark_is_suggested():
    assert "Suggested" not in page_of(samples.weak())
