"""Vim keys in the composer, for those who ask for them in the config."""

from mixchat.domain.events import TextDelta
from tests.routing.scripted import Hang
from tests.tui.stage import CONFIG, StagedRuntime, on_stage

VIM = CONFIG + "[ui]\nvim = true\n"


MANY = "alpha beta, gamma\n  (one two) three\n\nlast line"
CASES = [
    # each is a text, keys in normal mode at its end, and what they make of it
    # the first lessons
    ("one two three", "0dw", "two three"),
    ("one two three", "0x", "ne two three"),
    ("one two three", "03x", " two three"),
    ("one two three", "0D", ""),
    ("one two three", "0wD", "one "),
    ("one two three", "dd", ""),
    ("one two three", "0ihey ", "hey one two three"),
    ("one two three", "A four", "one two three four"),
    ("one two three", "0ddu", "one two three"),
    ("one two three", "ccnew", "new"),
    # motions
    ("one two three", "0wx", "one wo three"),
    ("one two three", "0ex", "on two three"),
    ("one two three", "0eex", "one tw three"),
    ("one two three", "bbx", "one wo three"),
    ("one two three", "0ftx", "one wo three"),
    ("one two three", "0ttx", "onetwo three"),
    ("one two three", "Fox", "one tw three"),
    ("one two three", "0ft;x", "one two hree"),
    ("one two three", "0ft;,x", "one wo three"),
    ("one two three", "0$x", "one two thre"),
    ("  one", "0^x", "  ne"),
    ("one.two three", "0Wx", "one.two hree"),
    ("one.two three", "0wwx", "one.wo three"),
    (MANY, "ggx", MANY[1:]),
    (MANY, "gg2jix", MANY.replace("\n\n", "\nx\n")),
    (MANY, "ggjkx", MANY[1:]),
    (MANY, "2Gx", MANY.replace("(one", "one")),
    ("e\u0301a", "0x", "a"),
    # operators, counts and objects
    ("one two three", "0d2w", "three"),
    ("one two three", "02dw", "three"),
    ("one two three", "0dtr", "ree"),
    ("one two three", "0dfr", "ee"),
    ("one two three", "de", "one two thre"),
    ("one two three", "0wciwX", "one X three"),
    ("one two three", "0wcwX", "one X three"),
    ("one two three", "0c2wX", "X three"),
    ("one two three", "0wdaw", "one three"),
    ("one two three", "daw", "one two"),
    ('say "good day" now', '0f"ci"bye', 'say "bye" now'),
    ("f(a, (b), c)", "0fadi(", "f()"),
    ("f(a, (b), c)", "0fada(", "f"),
    (MANY, "ggdd", MANY.partition("\n")[2]),
    (MANY, "gg2dd", "\nlast line"),
    (MANY, "ggdj", "\nlast line"),
    (MANY, "Gdd", MANY.removesuffix("\nlast line")),
    (MANY, "ggdw", MANY.removeprefix("alpha ")),
    (MANY, "ggcchey", "hey\n" + MANY.partition("\n")[2]),
    (MANY, "ggdG", ""),
    # yank, put, undo, repeat
    ("one two", "0yyp", "one two\none two"),
    ("one two", "0yyP", "one two\none two"),
    ("one two", "0ywwP", "one one two"),
    ("one two", "0xp", "noe two"),
    ("one two", "0dwu", "one two"),
    ("one two three", "0dw.", "three"),
    ("one two three", "0x2.", " two three"),
    ("a b c", "0cwX\x1bw.", "X X c"),
    ("a b c", "0rxw.", "x x c"),
    ("aaa", "03rb", "bbb"),
    ("a", "0ihe\x1b.", "hheea"),
    ("Abc", "0~", "abc"),
    (MANY, "ggJ", MANY.replace("\n  ", " ", 1)),
    ("one", "Otop\x1bjobottom", "top\none\nbottom"),
    # visual
    ("one two three", "0vex", " two three"),
    ("one two three", "0wviwcX", "one X three"),
    ("one two three", "0vlly$p", "one two threeone"),
    (MANY, "ggVjd", "\nlast line"),
    ("one", "0v$\x1bx", "on"),
    # what means nothing leaves the next key alone
    ("one two", "0Qx", "ne two"),
    ("one two", "0zx", "ne two"),
    ("one two", "0dzx", "ne two"),
    ("one two", "0gzx", "ne two"),
    ("one two", "0fzx", "ne two"),
    ("one two", "0d\x1bx", "ne two"),
]


async def test_vims_keys_do_what_hands_expect():
    wrong: dict[tuple[str, str], str] = {}
    async with on_stage(StagedRuntime(VIM)) as stage:
        area = stage.composer.area
        for text, keys, left in CASES:
            area.load_text("")
            area.use_vim()  # with empty registers
            area.insert(text)
            await stage.type(f"\x1b{keys}")
            if stage.composer.typed != left:
                wrong[text, keys] = stage.composer.typed
    assert wrong == {}


async def test_escape_leaves_insert_mode_first_and_then_stops_the_reply():
    async with on_stage(StagedRuntime(VIM)) as stage:
        stage.runtime.settings.providers.script("a/plain", [TextDelta("on and on"), Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "on and on" in stage.text)
        await stage.type("next")
        await stage.pilot.press("escape")
        assert stage.talk.busy
        await stage.pilot.press("escape")
        await stage.idle()
        assert stage.composer.typed == "next"


async def test_without_the_config_letters_are_letters():
    async with on_stage() as stage:
        await stage.type("dd")
        await stage.pilot.press("escape")
        await stage.type("x")
        assert stage.composer.typed == "ddx"
