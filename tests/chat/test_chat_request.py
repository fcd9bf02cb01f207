"""What the router is told of the turns before a prompt."""

from contextlib import aclosing

from tests.chat.conftest import Place
from tests.chat.scripted import reply


async def test_the_role_before_is_that_of_the_last_turn_that_asked_for_something(place: Place):
    chat = place.chat(reply("A"), reply("You are welcome."), reply("B"))
    for prompt in ("write a haiku", "thanks!", "shorter"):
        async with aclosing(chat.send(prompt)) as events:
            async for _ in events:
                pass
        if prompt == "write a haiku":
            chat.correct(chat.turns[0].id, "creative")
    assert place.router.questions[-1].last_role == "creative"
    assert place.router.questions[-1].history == ("write a haiku", "thanks!")
