import pytest
from django.utils.translation import override

from notifications import kinds
from notifications.delivery import message_id
from notifications.exceptions import ContextIncomplete, UnknownKind
from notifications.kinds import Kind, Rendered


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_registry", {})
    kinds.register(Kind("moved", "{code} moved", "{code} is now: {stage}.", link="home"))


def test_render_fills_texts_and_link() -> None:
    told = kinds.render("moved", {"code": "C1", "stage": "listed"})

    assert told == Rendered("C1 moved", "C1 is now: listed.", "/")


def test_render_keeps_the_title_on_one_line_so_that_no_header_is_injected() -> None:
    told = kinds.render("moved", {"code": "C1\r\nBcc: x@example.vn", "stage": ""})

    assert told.title == "C1 Bcc: x@example.vn moved"


def test_render_translates_marked_values_only() -> None:
    with override("vi"):
        told = kinds.render("moved", {"code": "Monday", "stage": {"msgid": "Monday"}})

    assert told.body == "Monday is now: Thứ 2."


def test_render_leaves_an_empty_source_text_empty() -> None:
    assert kinds.render("moved", {"code": "C1", "stage": {"msgid": ""}}).body == "C1 is now: ."


def test_render_names_the_missing_value() -> None:
    with pytest.raises(ContextIncomplete, match="moved asks for 'stage'"):
        kinds.render("moved", {"code": "C1"})


def test_render_refuses_a_kind_that_nobody_registered() -> None:
    with pytest.raises(UnknownKind, match="unheard_of"):
        kinds.render("unheard_of", {})


@pytest.mark.parametrize("link", ["", "no-such-page"])
def test_render_gives_no_path_where_there_is_no_page(link: str) -> None:
    kinds.register(Kind("quiet", "t", "b", link=link))

    assert kinds.render("quiet", {}).path == ""


def test_all_kinds_come_by_name() -> None:
    kinds.register(Kind("arrived", "t", "b"))

    assert [kind.name for kind in kinds.all_kinds()] == ["arrived", "moved"]


def test_message_id_is_the_key_in_allowed_characters() -> None:
    assert message_id("step:17:đến hạn") == "<step%3A17%3A%C4%91%E1%BA%BFn%20h%E1%BA%A1n@127.0.0.1>"
