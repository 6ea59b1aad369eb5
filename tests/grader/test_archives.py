import struct
import tracemalloc
import warnings
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.submissions.archives import MAX_ENTRIES, ArchiveError, content_of, copy_out, list_folder, list_zip

from .samples_of_submissions import DAY, folder, zipped


def refused(path: Path) -> dict[str, str]:
    """What is refused in a zip, and why."""
    return {item.name: item.refused for item in list_zip(path) if item.refused}


def copied(path: Path, target: Path) -> dict[str, str]:
    """Copy all that a zip or a folder lists, and say what could not be."""
    items = list_zip(path) if path.is_file() else list_folder(path)
    copies = [(item, target.joinpath(*item.parts)) for item in items if not item.refused and not item.is_folder]
    return {item.name: why for item, why in copy_out(copies)}


# -- What is taken -----------------------------------------------------------------------------------------------------


def test_files_are_copied_with_their_content_and_time(tmp_path: Path):
    path = zipped(tmp_path / "a.zip", {"b/data.csv": "1,2", "a.txt": "a"}, {"a.txt": (2026, 3, 2, 8, 0, 0)})
    assert [item.name for item in list_zip(path)] == ["a.txt", "b/data.csv"]
    assert copied(path, tmp_path / "out") == {}
    assert (tmp_path / "out" / "b" / "data.csv").read_text() == "1,2"
    assert (tmp_path / "out" / "b" / "data.csv").stat().st_mtime == DAY.timestamp()


def test_what_systems_and_tools_make_is_left_out(tmp_path: Path):
    junk = ["__MACOSX/._a.txt", ".DS_Store", "b/Thumbs.db", "b/.ipynb_checkpoints/a-checkpoint.ipynb", "._a.txt"]
    files = {"a.txt": "a", **dict.fromkeys(junk, "")}
    assert [item.name for item in list_zip(zipped(tmp_path / "a.zip", files))] == ["a.txt"]
    assert [item.name for item in list_folder(folder(tmp_path / "a", files))] == ["a.txt", "b"]


def test_folders_with_nothing_in_them_are_seen(tmp_path: Path):
    files = {"asha/": "", "asha/.DS_Store": "", "ben/": "", "ben/a.txt": "a"}
    for items in (list_zip(zipped(tmp_path / "a.zip", files)), list_folder(folder(tmp_path / "a", files))):
        assert [(item.name.rstrip("/"), item.is_folder) for item in items] == [("asha", True), ("ben/a.txt", False)]


def test_names_of_windows_and_of_macs_are_read(tmp_path: Path):
    path = zipped(tmp_path / "a.zip", {"asha\\data\\h.csv": "1", "Z\u00fcrich/\u0936.csv": "2"})
    raw = path.read_bytes()
    assert raw.count(struct.pack("<H", 0x800)) >= 2
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # as macOS writes it: UTF-8 that does not say so
        begin = raw.rindex(signature)
        raw = raw[: begin + at] + b"\0\0" + raw[begin + at + 2 :]
    path.write_bytes(raw)
    assert [item.parts for item in list_zip(path)] == [("asha", "data", "h.csv"), ("Z\u00fcrich", "\u0936.csv")]
    assert copied(path, tmp_path / "out") == {}


def test_an_exact_time_is_believed_and_a_missing_one_is_none(tmp_path: Path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        exact = zipfile.ZipInfo("exact", (2026, 3, 1, 12, 0, 0))
        exact.extra = struct.pack("<HHBi", 0x5455, 5, 1, 1_772_000_001)
        archive.writestr(exact, "")
        archive.writestr(zipfile.ZipInfo("nobody-knows"), "")
    times = {item.name: item.modified_at for item in list_zip(path)}
    assert times == {"exact": datetime.fromtimestamp(1_772_000_001, UTC), "nobody-knows": None}


def test_a_large_class_is_listed_without_reading_it(tmp_path: Path):
    path = zipped(tmp_path / "a.zip", {f"student-{number}/lab.ipynb": bytes(300_000) for number in range(300)})
    tracemalloc.start()
    assert len(list_zip(path)) == 300
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000 < path.stat().st_size


# -- What is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../../evil.txt", "its name leads out of the folder"),
        ("asha/../../evil.txt", "its name leads out of the folder"),
        ("..\\evil.txt", "its name leads out of the folder"),
        ("/etc/evil.txt", "its name begins at the root of a disk"),
        ("C:\\evil.txt", "its name begins at the root of a disk"),
        ("\\\\server\\evil.txt", "its name begins at the root of a disk"),
        ("a\x07b.txt", "its name is no text"),
        ("a\u202egpj.txt", "its name is no text"),
        ("asha/ /evil.txt", "its name is no text"),
        ("a" * 300, "its name is too long"),
        ("a/" * 30 + "evil.txt", "its name is too long"),
    ],
)
def test_a_hostile_name_is_refused_and_reaches_no_path(tmp_path: Path, name: str, why: str):
    (tmp_path / "in").mkdir()
    path = zipped(tmp_path / "in" / "a.zip", {name: "evil", "good.txt": "good"})
    assert list(refused(path).values()) == [why]
    assert copied(path, tmp_path / "out") == {}
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.zip", "good.txt", "in", "out"]
    assert all(".." not in item.parts for item in list_zip(path))


def test_links_and_devices_are_refused(tmp_path: Path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, kind in (("link", 0o120777), ("pipe", 0o010644)):
            info = zipfile.ZipInfo(name)
            info.external_attr = kind << 16
            archive.writestr(info, "/etc/passwd")
    assert refused(path) == dict.fromkeys(["link", "pipe"], "it is a link or no plain file")


def test_links_in_a_folder_are_refused_and_not_followed(tmp_path: Path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "marks.csv").write_text("secret")
    made = folder(tmp_path / "a", {"lab.ipynb": ""})
    (made / "link").symlink_to(tmp_path / "secret")
    (made / "marks.csv").symlink_to(tmp_path / "secret" / "marks.csv")
    assert {item.name: bool(item.refused) for item in list_folder(made)} == {
        "lab.ipynb": False,
        "link": True,
        "marks.csv": True,
    }


def test_two_files_of_one_name_are_both_refused(tmp_path: Path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for name in ("lab.ipynb", "lab.ipynb", "Z\u00fc", "Zu\u0308", "a", "a/b"):
                archive.writestr(name, "")
    several = "the archive holds several files of this name"
    assert refused(tmp_path / "a.zip") == {
        "a": "the archive holds a folder of this name",
        **dict.fromkeys(["lab.ipynb", "Z\u00fc", "Zu\u0308"], several),
    }


def test_encrypted_entries_are_refused(tmp_path: Path):
    path = zipped(tmp_path / "a.zip", {"lab.ipynb": "x"})
    raw = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + at] |= 1
    path.write_bytes(raw)
    assert refused(path) == {"lab.ipynb": "it is encrypted"}


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_rare_ways_of_packing_are_refused(tmp_path: Path, method: int):
    path = zipped(tmp_path / "a.zip", {"lab.ipynb": "x"}, method=method)
    assert refused(path) == {"lab.ipynb": "it is packed in a way that is not known here"}


def test_a_bomb_is_refused_by_its_ratio_and_by_its_size(tmp_path: Path):
    path = zipped(tmp_path / "a.zip", {"zeros": bytes(30_000_000), "text": "ab" * 1000}, method=zipfile.ZIP_DEFLATED)
    assert list(refused(path)) == ["zeros"]
    assert "30 MB, more than 200 times" in refused(path)["zeros"]
    raw = bytearray(path.read_bytes())
    begin = raw.index(b"PK\x01\x02") + 20
    raw[begin : begin + 8] = struct.pack("<II", 0x7000_0000, 0x7000_0000)
    path.write_bytes(raw)
    assert "more than the 1,000 MB" in refused(path)["zeros"]


def test_an_entry_that_is_larger_than_it_says_is_not_unpacked_beyond_that(tmp_path: Path):
    path = zipped(tmp_path / "a.zip", {"zeros": bytes(1_000_000)}, method=zipfile.ZIP_DEFLATED)
    raw = bytearray(path.read_bytes())
    begin = raw.index(b"PK\x01\x02") + 24
    raw[begin : begin + 4] = struct.pack("<I", 10)
    path.write_bytes(raw)
    assert copied(path, tmp_path / "out") == {"zeros": "it is damaged in the archive"}
    assert not (tmp_path / "out" / "zeros").exists()


def test_a_damaged_entry_is_told_and_the_others_are_copied(tmp_path: Path):
    path = zipped(tmp_path / "a.zip", {"bad": "spoiled", "good": "good"})
    path.write_bytes(path.read_bytes().replace(b"spoiled", b"spoilt!"))
    assert copied(path, tmp_path / "out") == {"bad": "it is damaged in the archive"}
    assert (tmp_path / "out" / "good").read_text() == "good"


def test_an_archive_of_ten_thousand_entries_is_refused_before_it_is_read(tmp_path: Path):
    zipped(tmp_path / "most.zip", {str(number): "" for number in range(MAX_ENTRIES)})
    zipped(tmp_path / "more.zip", {str(number): "" for number in range(MAX_ENTRIES + 1)})
    assert len(list_zip(tmp_path / "most.zip")) == MAX_ENTRIES
    with pytest.raises(ArchiveError, match="more than 9,999 entries"):
        list_zip(tmp_path / "more.zip")


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04 cut off", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_refused_with_a_sentence(tmp_path: Path, data: bytes):
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(ArchiveError, match=r"damaged|more than"):
        list_zip(tmp_path / "a.zip")


def test_names_that_say_utf8_and_are_not_refuse_the_archive(tmp_path: Path):
    path = zipped(tmp_path / "a.zip", {"\u0936": ""})
    path.write_bytes(path.read_bytes().replace("\u0936".encode(), b"\xff\xfe\xff"))
    with pytest.raises(ArchiveError, match="names that are no text"):
        list_zip(path)


def test_the_beginning_of_a_file_is_read_wherever_it_is(tmp_path: Path):
    path = zipped(tmp_path / "a.zip", {"timestamp.txt": "2026"})
    made = folder(tmp_path / "a", {"timestamp.txt": "2026"})
    assert [content_of(item, 3) for item in (*list_zip(path), *list_folder(made))] == [b"202", b"202"]
