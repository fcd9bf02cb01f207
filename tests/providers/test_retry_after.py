"""How long a provider asks to be left alone, in every spelling in public use; dates by the server's own clock."""

import pytest

from mixchat.providers.retry_after import LONGEST, SHORTEST, in_words, retry_after

NOW = 1_795_435_200.0  # 2026-11-23 12:00:00 UTC
DATE = {"date": "Mon, 23 Nov 2026 12:00:00 GMT"}

HEADERS: list[tuple[dict[str, str], float | None]] = [
    ({"retry-after": "2"}, 2), ({"retry-after": "0.75"}, 0.75), ({"retry-after": " 7 "}, 7), ({"retry-after": "60s"}, 60),
    ({"retry-after": "2 minutes"}, 120), ({"retry-after": "1m30s"}, 90), ({"retry-after": "1h"}, 3600), ({"retry-after": "1500ms"}, 1.5),
    ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT", **DATE}, 30), ({"retry-after": "2026-11-23T12:00:30Z", **DATE}, 30),
    ({"retry-after": "1795435230", **DATE}, 30), ({"retry-after": "1795435230000", **DATE}, 30),
    ({"retry-after-ms": "1500"}, 1.5), ({"x-ms-retry-after-ms": "250"}, 0.5), ({"retry-after-ms": "900", "retry-after": "5"}, 0.9),
    ({"x-retry-after": "4"}, 4), ({"ratelimit-reset": "9"}, 9), ({"x-ratelimit-reset": "1795435212", **DATE}, 12),
    ({"anthropic-ratelimit-tokens-reset": "2026-11-23T12:00:20Z", "anthropic-ratelimit-tokens-remaining": "0", **DATE}, 20),
    ({"anthropic-ratelimit-tokens-reset": "2026-11-23T12:00:20Z", "anthropic-ratelimit-tokens-remaining": "900", **DATE}, None),
    ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-remaining-requests": "0", "x-ratelimit-remaining-tokens": "5"}, 1),
    ({"retry-after": "0"}, SHORTEST), ({"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT", **DATE}, SHORTEST), ({"retry-after": "999999"}, LONGEST),
    ({"retry-after": "soon"}, None), ({"retry-after": "-3"}, None), ({"retry-after": ""}, None), ({"retry-after": "nan"}, None), ({}, None),
]  # fmt: skip

WORDS: list[tuple[str, float | None]] = [
    ("Please try again in 12s.", 12), ("Try again in 1m30.5s.", 90.5), ("Please try again in 9m38.016s.", 578.016), ("Please retry in 23.9s.", 23.9),
    ("Please retry after 6 seconds.", 6), ("please try again after 1 seconds", 1), ("Please wait 2 minutes before trying again", 120),
    ("Retry after 250ms", 0.5), ("Limit resets in 1 hour and 5 minutes", 3900), ("try again in 1h2m3s", 3723), ("Try again later.", None), ("It failed.", None),
    ("Rate limit: 5 requests per 10 s", None),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "seconds"), HEADERS, ids=[str(headers)[:60] for headers, _ in HEADERS])
def test_headers(headers: dict[str, str], seconds: float | None) -> None:
    found = retry_after(headers, now=NOW)
    assert found == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(("message", "seconds"), WORDS)
def test_words(message: str, seconds: float | None) -> None:
    found = retry_after({}, message)
    assert found == (None if seconds is None else pytest.approx(seconds))


def test_googles_retry_info_is_read_out_of_the_details() -> None:
    assert retry_after({}, "", "{'details': [{'@type': 'RetryInfo', 'retryDelay': '12.5s'}]}") == 12.5
    assert retry_after({}, "", '{"retry_after": 7}') == 7


def test_a_clock_that_is_wrong_here_does_not_matter() -> None:
    headers = {"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT", **DATE}
    assert retry_after(headers, now=NOW - 86_400) == 30


def test_a_wait_is_said_in_words() -> None:
    assert [in_words(seconds) for seconds in (None, 0.5, 12, 120, 7200)] == [
        "wait a moment", "wait 1 s", "wait 12 s", "wait 2 minutes", "wait 2 hours",
    ]  # fmt: skip
