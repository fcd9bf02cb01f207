"""mixchat's own formats: JSON that comes back without loss, Markdown, and HTML that can do no harm."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from mixchat.domain.chat_request import GenerationSettings, Pin
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import Failure
from mixchat.domain.model import ModelRef
from mixchat.domain.turn import Attempt, Citation, FileRef, Outcome, Seam, Turn
from mixchat.domain.usage import Cost, Usage
from mixchat.storage.chats import ChatState
from mixchat.transfer.document import ChatDocument, FileContent, decode, encode, schema
from mixchat.transfer.exporter import Exporter
from mixchat.transfer.html import HtmlPalette, to_html
from mixchat.transfer.markdown import to_markdown
from tests.transfer.test_foreign import History

SONNET, FLASH = ModelRef.parse("anthropic/claude-sonnet-5-5"), ModelRef.parse("google/gemini-3.8-flash")
PICTURE = FileContent.of(b"\x89PNG\r\n\x1a\nnot much of one")
THEMES = Path(__file__).parents[2] / "themes"


def attempt(ref: ModelRef = SONNET, usd: str | None = "0.0021", failure: Failure | None = None) -> Attempt:
    cost = Cost(None if usd is None else Decimal(usd), exact=failure is None)
    usage = Usage(input=1000, output=10, cache_read=900)
    return Attempt(
        ref=ref, started=1_700_000_000.25, first_token=1_700_000_001.0, ended=1_700_000_002.5, cost=cost, usage=usage,
        failure=failure, stop=None if failure else "end", request_id="req_1",
        about=Usage(input=1000, output=14) if failure else None,
    )  # fmt: skip


def turn(key: str, parent: str | None = None, **fields: object) -> Turn:
    plain: dict[str, object] = {
        "id": key, "chat": "c0ffee000001", "parent": parent, "created": datetime(2026, 1, 2, 3, 4, 5, 678, UTC),
        "prompt": f"prompt {key}", "reply": f"reply {key}", "attempts": (attempt(),), "outcome": Outcome.COMPLETE,
        "stop": "end", "decision": RoutingDecision("coding", (), 0.93, "local", "code fence"),
    }  # fmt: skip
    return Turn(**plain | fields)  # type: ignore[arg-type]


def whole_chat() -> ChatDocument:
    limited = Failure("rate_limited", "Google limits the rate.", FLASH, 2.5)
    turns = (
        turn(
            "t1",
            files=(FileRef("shots/a.png", "image/png", 24, PICTURE.digest),),
            thinking="hm",
            plan="first",
            notices=("The effort high is left out.",),
            extra=Cost(Decimal("0.0001"), exact=True),
        ),
        turn(
            "t2",
            "t1",
            attempts=(attempt(FLASH, None, limited), attempt()),
            seams=(Seam(3, SONNET, "cut off"),),
            compacts=True,
            counted_in="c0ffee000002",
        ),
        turn(
            "t3",
            "t1",
            compared=True,
            set_aside=True,
            citations=(Citation("https://a.example", "A [x]"),),
            pin="opus",
            imported="chatgpt",
        ),
        turn("t4", "t3", outcome=Outcome.FAILED, failure=limited, reply="", stop=None, corrected="quick"),
    )
    return ChatDocument(
        id="c0ffee000001", title="Bees: a \"title\" #1", created=1_700_000_000.0, updated=1_700_000_100.0, pinned=True,
        private=True, leaf="t2", tags=("a", "b"), turns=turns, files=(PICTURE,),
        state=ChatState(settings=GenerationSettings(system="Be brief.", temperature=0.3), pin=Pin("opus")),
    )  # fmt: skip


def packed(tmp_path: Path, *chats: ChatDocument) -> Path:
    path = tmp_path / "chats.json"
    path.write_bytes(b"".join(encode(chats)))
    return path


def test_the_example_fills_every_column_of_the_turn():
    usual = Turn(id="", chat="", created=datetime(1, 1, 1, tzinfo=UTC), prompt="")
    columns = {*Turn.__struct_fields__}
    filled = {
        name for name in columns for one in whole_chat().turns if getattr(one, name) != getattr(usual, name)
    }
    assert filled == columns


def test_a_chat_comes_back_without_loss_into_another_history(tmp_path: Path):
    history = History(tmp_path / "history.db")
    assert history.take(packed(tmp_path, whole_chat())).turns == 4
    record = history.chats.find("c0ffee000001")
    assert Exporter(history.chats, history.store).chat(record) == whole_chat()
    again = history.take(packed(tmp_path, whole_chat()))
    assert (again.chats, again.turns, again.known) == (0, 0, 1)
    assert Exporter(history.chats, history.store).chat(record) == whole_chat()


def test_nothing_imported_is_in_the_ledger(tmp_path: Path):
    history = History(tmp_path / "history.db")
    history.take(packed(tmp_path, whole_chat()))
    assert history.database.connection.execute("SELECT count(*) FROM calls").fetchone()[0] == 0


def test_what_is_here_is_never_written_over(tmp_path: Path):
    history = History(tmp_path / "history.db")
    history.take(packed(tmp_path, whole_chat()))
    stolen = structs.replace(whole_chat(), id="another", leaf="t1", turns=(turn("t1", prompt="changed"),))
    foreign = structs.replace(whole_chat(), turns=(turn("x1", prompt="mine now"),), leaf="x1", files=())
    for _ in range(2):
        history.take(packed(tmp_path, stolen, foreign))
    prompts = {record.id: [t.prompt for t in history.turns(record.id)] for record in history.chats.list()}
    assert prompts.pop("c0ffee000001") == ["prompt t1", "prompt t2", "prompt t3", "prompt t4"]
    assert sorted(prompts.values()) == [["changed"], ["mine now"]]


def test_a_file_without_its_content_never_stands_for_one_that_is_here(tmp_path: Path):
    history = History(tmp_path / "history.db")
    history.take(packed(tmp_path, whole_chat()))
    thief = structs.replace(
        whole_chat(), id="thief", turns=(turn("y1", files=whole_chat().turns[0].files),), files=()
    )
    forged = structs.replace(
        thief,
        id="forged",
        turns=(turn("y2", files=thief.turns[0].files),),
        files=(structs.replace(PICTURE, data="AAAA"),),
    )
    history.take(packed(tmp_path, thief, forged))
    for chat in ("thief", "forged"):
        kept = history.turns(chat)[0].files[0]
        assert (kept.path, history.store.file(kept.digest) if chat == "thief" else None) == (
            "shots/a.png",
            None,
        )
    assert history.store.file(PICTURE.digest) == PICTURE.content()


def test_figures_that_no_call_can_have_are_unknown(tmp_path: Path):
    history = History(tmp_path / "history.db")
    wild = attempt(usd="NaN")
    wild = structs.replace(
        wild, started=-1e300, ended=1e300, usage=Usage(input=-5, billed=Decimal("Infinity"))
    )
    chat = structs.replace(
        whole_chat(),
        updated=1e300,
        turns=(turn("t1", attempts=(wild,), extra=Cost(Decimal("-3"))),),
        leaf="t1",
    )
    history.take(packed(tmp_path, chat))
    (kept,) = history.turns("c0ffee000001")
    assert (kept.cost.usd, kept.usage.input, kept.usage.billed, kept.seconds) == (None, None, None, 0.0)


def test_a_deleted_chat_is_brought_back_and_a_deleted_turn_stays_away(tmp_path: Path):
    history = History(tmp_path / "history.db")
    history.take(packed(tmp_path, whole_chat()))
    history.store.delete("t4", 1.0)
    history.chats.delete("c0ffee000001")
    result = history.take(packed(tmp_path, whole_chat()))
    assert (result.brought_back, result.turns) == (1, 0)
    assert [t.id for t in history.turns("c0ffee000001")] == ["t1", "t2", "t3"]


def test_the_schema_describes_every_export():
    described = schema()
    exported = json.loads(b"".join(encode([whole_chat()])))
    assert set(exported) == set(described["$defs"]["Archive"]["properties"])
    assert set(exported["chats"][0]) == set(described["$defs"]["ChatDocument"]["properties"])
    assert set(exported["chats"][0]["turns"][0]) == set(described["$defs"]["Turn"]["properties"])
    assert "seams" in json.dumps(described)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prompt=texts, reply=texts, title=texts)
def test_any_text_comes_back_and_can_be_exported(prompt: str, reply: str, title: str):
    chat = structs.replace(
        whole_chat(), title=title, turns=(turn("t1", prompt=prompt, reply=reply),), leaf="t1"
    )
    assert list(decode(b"".join(encode([chat])), "x")) == [chat]
    assert to_markdown(chat).startswith("---\ntitle: ")
    assert "<script" not in to_html(chat, LIGHT, DARK).lower()


def test_markdown_has_the_figures_in_its_head_and_the_branch_below():
    text = to_markdown(whole_chat())
    head = dict(line.split(": ", 1) for line in text.split("---\n")[1].splitlines())
    assert json.loads(head["title"]) == 'Bees: a "title" #1'
    assert json.loads(head["models"]) == ["anthropic/claude-sonnet-5-5", "google/gemini-3.8-flash"]
    assert json.loads(head["tokens"]) == {"input": 3000, "output": 30}
    assert (head["cost_usd"], head["cost_usd_known_part"]) == ("null", '"0.0022"')
    assert "> prompt t2" in text
    assert "prompt t3" not in text
    assert "Google limits the rate." in text


def test_what_all_branches_cost_stands_beside_what_the_one_that_is_shown_did():
    chat = structs.replace(whole_chat(), turns=(turn("t1"), turn("t2", "t1"), turn("t3", "t1")), leaf="t2")
    assert 'cost_usd: "0.0042"' in to_markdown(chat)
    assert 'cost_usd_all_branches: "0.0063"' in to_markdown(chat)
    assert "$0.0042 · $0.0063 with all branches" in to_html(chat, LIGHT, DARK)
    straight = structs.replace(chat, turns=chat.turns[:2])
    assert "all_branches" not in to_markdown(straight)
    assert "all branches" not in to_html(straight, LIGHT, DARK)


def test_a_fence_that_a_cut_left_open_is_closed():
    chat = structs.replace(
        whole_chat(), turns=(turn("t1", reply="```py\nx = 1"), turn("t2", "t1")), leaf="t2"
    )
    assert to_markdown(chat).count("```") == 2


LIGHT, DARK = (HtmlPalette.read(THEMES / f"mixchat-{kind}.toml") for kind in ("light", "dark"))


def test_html_stands_by_itself_and_runs_nothing():
    hostile = (
        "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) "
        "![t](http://track.example/p.png)\n\n```python\ndef f(): return '<b>'\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    chat = structs.replace(
        whole_chat(), title="</title><script>", turns=(
            turn("t1", prompt="<script>", reply=hostile, citations=(Citation("javascript:alert(1)", "<b>"),)),
            turn("t2", reply="beside"),
        ), leaf="t1",
    )  # fmt: skip
    page = to_html(chat, LIGHT, DARK)
    assert "<script" not in page
    assert not re.search(r"<[^>]+\son\w+=", page)
    assert 'href="javascript' not in page
    assert not re.search(r'<(img|link|iframe|object)[^>]+(src|href)="http', page)
    assert '<span class="k">def</span>' in page
    assert "<table>" in page
    assert "1 other answer" in page
    assert "default-src 'none'" in page


def test_a_seam_stands_where_the_other_model_went_on():
    chat = structs.replace(
        whole_chat(), turns=(turn("t1", reply="abc def", seams=(Seam(4, FLASH, "cut"),)),), leaf="t1"
    )
    assert re.search(
        r'abc <span class="seam" title="cut">google/gemini-3.8-flash went on</span>def',
        to_html(chat, LIGHT, DARK),
    )


def test_pictures_are_in_the_page_itself():
    chat = structs.replace(whole_chat(), leaf="t1")
    assert f"data:image/png;base64,{PICTURE.data}" in to_html(chat, LIGHT, DARK)
