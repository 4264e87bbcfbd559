"""Order and search of Vietnamese names."""

import unicodedata

from accounts.names import fold, name_key


def test_people_are_listed_by_given_name_then_family_name() -> None:
    names = [
        "Trần Văn Ư",
        "Nguyễn Văn Đạt",
        "Lê Thị Ánh",
        "Nguyễn Thị An",
        "Phạm Dũng",
        "Bùi Ân",
        "Đỗ Văn Ấn",
    ]
    assert sorted(names, key=name_key) == [
        "Nguyễn Thị An",
        "Lê Thị Ánh",
        "Bùi Ân",
        "Đỗ Văn Ấn",
        "Phạm Dũng",
        "Nguyễn Văn Đạt",
        "Trần Văn Ư",
    ]


def test_tones_decide_only_between_equal_spellings() -> None:
    assert sorted(["Hạ", "Há", "Hà", "Ha", "Hả", "Hã"], key=name_key) == ["Ha", "Hà", "Hả", "Hã", "Há", "Hạ"]


def test_the_key_is_the_same_in_composed_and_decomposed_letters() -> None:
    name = "Nguyễn Thị Thu Hường"
    assert name_key(unicodedata.normalize("NFD", name)) == name_key(name)


def test_fold_finds_without_marks_and_with_d_for_dj() -> None:
    assert fold(unicodedata.normalize("NFD", " Đỗ  Thị HƯỜNG ")) == "do thi huong"
