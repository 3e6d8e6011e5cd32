"""Study notes become drafts: the shapes that are known, nothing that is not there, and no file too much."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import shipped
from app.errors import Refused, UnreadableFile
from app.importing import ParsedNote
from app.importing.guessing import is_outline, pasted_name
from app.importing.outline import (
    MOST_DRAFTS,
    MOST_GAPS,
    Draft,
    deck_of_drafts,
    looks_like_outline,
    read_outline,
)
from app.rendering import cloze_numbers

SHIPPED = (shipped("decks") / "kubernetes-notes.md").read_bytes()
ADDED = re.compile(r"\{\{c\d+::|\}\}| › |：|、|: |, ")
"""What a draft may hold that its file does not."""


def drafts_of(text: str) -> list[tuple[str, str]]:
    return [(draft.question, draft.answer) for draft in read_outline(text.encode()).drafts]


@pytest.mark.parametrize(
    ("line", "question", "answer"),
    [
        ("* kubelet： 直接跟容器引擎交互", "kubelet", "直接跟容器引擎交互"),
        ("- kubelet: runs containers", "kubelet", "runs containers"),
        ("- 负载均衡 ： IPVS", "负载均衡", "IPVS"),
        ("1. kube-proxy  负责写入规则", "kube-proxy", "负责写入规则"),
        ("• ingress 实现七层代理", "ingress", "实现七层代理"),
        ("- kubelet – the agent of a node", "kubelet", "the agent of a node"),
        ("- etcd -> a store", "etcd", "a store"),
        ("term\tdescription of it", "term", "description of it"),
        ("platform as a service PAAS", "PAAS", "platform as a service"),
        ("CICD 持续集成  持续部署", "CICD", "持续集成  持续部署"),
    ],
)
def test_a_line_that_says_something_of_a_term_is_a_question(line: str, question: str, answer: str) -> None:
    assert drafts_of(line) == [(question, answer)]


@pytest.mark.parametrize(
    "line",
    [
        "# Heading: with a colon",
        "* docker swarm",
        "* Pod 与 Pod 的通信",
        "* k8s 中的资源",
        "* job  CronJob",
        "* https://example.com/a: b",
        "* borg 系统",
        "---",
        "<!-- note: none -->",
        "* at 10:30 we met",
        "```\nkey: value\n```",
        "* :",
        "*",
    ],
)
def test_a_line_that_does_not_is_none(line: str) -> None:
    assert drafts_of(line) == []


def test_a_point_with_points_below_it_has_a_gap_for_each() -> None:
    assert drafts_of("* node\n    * kubelet\n    * docker\n") == [("node: {{c1::kubelet}}, {{c2::docker}}", "")]
    chinese = "* 服务分类：\n\t* 有状态服务： DBMS\n\t* 无状态服务： LVS\n"
    assert drafts_of(chinese) == [
        ("服务分类：{{c1::有状态服务}}、{{c2::无状态服务}}", ""),
        ("服务分类 › 有状态服务", "DBMS"),
        ("服务分类 › 无状态服务", "LVS"),
    ]


def test_a_single_point_below_is_the_answer() -> None:
    assert drafts_of("* api server\n    * 所有组件的访问入口\n") == [("api server", "所有组件的访问入口")]


def test_more_points_than_one_can_hold_are_no_draft() -> None:
    outline = "* many\n" + "".join(f"    * point {number}\n" for number in range(MOST_GAPS + 1))
    assert drafts_of(outline) == []


@pytest.mark.parametrize("name", ["std::vector", "{{ .Values.image }}", "::1"])
def test_what_would_break_a_gap_is_in_none(name: str) -> None:
    assert drafts_of(f"* names\n    * {name}\n    * other\n") == []


def test_a_heading_ends_what_stands_above_it() -> None:
    assert drafts_of("* one\n## Next\n    * two\n    * three\n") == []


def test_each_draft_knows_its_lines() -> None:
    (draft,) = read_outline(b"# T\n\n* node\n  * kubelet\n  * docker\n").drafts
    assert draft.sources == ((3, "node"), (4, "kubelet"), (5, "docker"))


def test_the_shipped_notes_give_forty_drafts_and_more() -> None:
    drafts = read_outline(SHIPPED).drafts
    assert len(drafts) >= 40
    by_line = {draft.line: (draft.question, draft.answer) for draft in drafts}
    assert by_line[66] == ("kubelet", "直接跟容器引擎交互实现容器的生命周期管理")
    assert by_line[62 - 1] == ("api server", "所有组件的访问入口")
    assert by_line[45] == ("borg 的架构：{{c1::borgMaster}}、{{c2::borglet}}、{{c3::Paxos}}", "")
    assert read_outline(SHIPPED).title == "Kubernetes"
    assert not any("http" in draft.question + draft.answer for draft in drafts)


def words_are_all_there(draft: Draft, text: str) -> bool:
    lines = {line.strip() for line in text.splitlines()}
    pieces = [piece.strip() for piece in ADDED.split(f"{draft.question}: {draft.answer}") if piece.strip()]
    return all(any(piece in line for line in lines) for piece in pieces)


def test_no_draft_of_the_shipped_notes_says_what_they_do_not() -> None:
    assert all(words_are_all_there(draft, SHIPPED.decode()) for draft in read_outline(SHIPPED).drafts)


WORDS = st.sampled_from(["kubelet", "节点", "Pod", "负责 调度", "a b", "：", ": ", "  ", "-", "x", "# ", "```", "\t"])
LINES = st.tuples(st.sampled_from(["", "* ", "  - ", "    * ", "1. ", "## "]), st.lists(WORDS, max_size=6))


@given(st.lists(LINES, max_size=12))
def test_no_draft_of_any_notes_says_what_they_do_not(lines: list[tuple[str, list[str]]]) -> None:
    text = "\n".join(mark + "".join(words) for mark, words in lines)
    for draft in read_outline(text.encode()).drafts:
        assert draft.question.strip() and (draft.answer.strip() or cloze_numbers(draft.question))
        assert words_are_all_there(draft, text)


def test_a_long_file_gives_so_many_and_no_more() -> None:
    for lines, has_more in ((5_000, True), (MOST_DRAFTS, False)):
        outline = read_outline(b"* a: b\n" * lines)
        assert (len(outline.drafts), outline.has_more) == (MOST_DRAFTS, has_more)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(UnreadableFile):
        read_outline(b"\x00\x01\x02, \x00")


def test_notes_are_told_from_decks_and_tables() -> None:
    assert is_outline(SHIPPED, "notes.md") and is_outline(SHIPPED, "notes.txt")
    assert not is_outline(b"---\ndeck: A\n---\n", "deck.md")
    assert not is_outline(b"question,answer\n- a,b\nc,d\n", "table.txt")
    assert not is_outline(SHIPPED, "table.csv")
    assert (pasted_name(SHIPPED.decode()), pasted_name("a,b\nc,d\ne,f")) == ("pasted.md", "pasted.csv")
    assert not looks_like_outline("* one\n* two")
    numbered = "1. capital of France?,Paris\n2. capital of Spain?,Madrid\n3. capital of Italy?,Rome\n"
    assert pasted_name(numbered) == "pasted.csv" and not is_outline(numbered.encode(), "table.txt")
    assert pasted_name("- {{c1::a}}\n- {{c1::b}}\n- {{c1::c}}\n") == "pasted.csv"


def test_what_was_kept_becomes_a_deck() -> None:
    drafts = [
        Draft(((3, "kubelet： 管理"),), "kubelet ", "管理"),
        Draft(((4, "node"), (5, "a"), (6, "b")), "node: {{c1::a}}, {{c2::b}}"),
    ]
    deck = deck_of_drafts(drafts, "A::B", "zh-Hans")
    basic, cloze = deck.rows
    assert isinstance(basic, ParsedNote) and isinstance(cloze, ParsedNote)
    assert (deck.header.path, deck.header.language) == (("A", "B"), "zh-Hans")
    assert (basic.kind, basic.fields, basic.source) == ("basic", ("kubelet", "管理"), "notes line 3")
    assert (cloze.kind, cloze.source, cloze.quote) == (
        "cloze",
        "notes line 4\nnotes line 5\nnotes line 6",
        "node\na\nb",
    )


@pytest.mark.parametrize("drafts", [[], [Draft(((1, "a"),), "", "b")], [Draft(((1, "a"),), "a", " ")]], ids=range(3))
def test_a_draft_without_question_or_answer_is_refused(drafts: list[Draft]) -> None:
    with pytest.raises(Refused):
        deck_of_drafts(drafts, "A", "en")


def test_the_outline_reader_is_quick_with_hostile_lines() -> None:
    """Whatever its length, a line is read in time that grows with it: these are a hundred kilobytes each."""
    parent = "* " + "a" * 3_900 + "\n" + "".join(f"    * point {number}\n" for number in range(3_000))
    assert read_outline(parent.encode()).drafts == []
    for line in (
        *("# a" + " " * 80_000 + "b", "#" * 100_000, "# " + "#" * 100_000, "* a: " + "b " * 50_000),
        *("* " + " " * 50_000 + "a" + " -" * 25_000, "* a" + " " * 50_000 + "b  " * 16_000, "ab " * 33_000 + "AB"),
    ):
        looks_like_outline(f"{line}\n" * 3)
        outline = read_outline(line.encode())
        assert outline.drafts == [] and (outline.title is None or line.startswith("# "))
