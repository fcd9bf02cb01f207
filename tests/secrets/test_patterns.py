"""Credentials as they are pasted: quoted, numbered, commented, in other languages and tools."""

import base64
import random
import time

import pytest

from mixchat.secrets.scan import find, mask

_DRAW = random.Random(4)
_BODY = [base64.b64encode(_DRAW.randbytes(48)).decode() for _ in range(6)]
KEY = ["-----BEGIN PRIVATE KEY-----", *_BODY, "-----END PRIVATE KEY-----"]
VALUE = "q7Rw2Lx" + "9Tz4Kd1V"

PASTED = {
    "quoted": "\n".join(f"> {line}" for line in KEY),
    "commented": "\n".join(f"# {line}" for line in KEY),
    "in a block comment": "\n".join(f" * {line}" for line in KEY),
    "numbered": "\n".join(f"{number:>4}  {line}" for number, line in enumerate(KEY, 7)),
    "added in a diff": "\n".join(f"+{line}" for line in KEY),
    "indented": "\n".join(f"\t{line}" for line in KEY),
    "in JSON": '{"key": "' + "\\n".join(KEY) + '"}',
}
VALUES = {
    "curl": f"curl -s -u admin:{VALUE} https://example.org",
    "an HTTP header": "Authorization: Basic " + base64.b64encode(f"me:{VALUE}".encode()).decode(),
    "a Docker login": '{"auth": "' + base64.b64encode(f"me:{VALUE}".encode()).decode() + '"}',
    "netrc": f"machine example.org login me password {VALUE}",
    "words": f"my password is {VALUE} and it fails",
    "German": f"Passwort: {VALUE}",
    "Spanish": f"la contraseña es {VALUE}",
    "Chinese": f"密码：{VALUE}",
    "Japanese": f"パスワードは{VALUE}",
    "Russian": f"пароль: {VALUE}",
}
TOKENS = {
    "a Vault token": "hvs." + "CAESIJ4kq" * 4,
    "a Stripe key": "whsec_" + "kW3v9Qd2" * 4,
    "a Tavily key": "tvly-" + "kW3v9Qd2" * 4,
    "a New Relic key": "NRAK-" + "K3V9QD2WX" * 3,
    "a Doppler token": "dp.st.prd." + "kW3v9Qd2" * 5,
    "a Google OAuth token": "1//0" + "kW3v9Qd2-" * 6,
}
HARMLESS = [
    "What is the difference between a password and a passphrase? The password is incorrect again.",
    "password is_required_by_policy",
    "How does -----BEGIN PRIVATE KEY----- differ from -----BEGIN RSA PRIVATE KEY-----?",
    "curl -u user:password123 https://example.org",
    "Basic understanding of HTTP authorization: basic authentication",
    "mot de passe oublié, que faire ?",
    "パスワードを忘れました",
    "Public-Lines: 2\nAAAAC3NzaC1lZDI1NTE5AAAAIGx",
    "commit 4f1c9d0be27a8c35e1b6f0a94d7723c8815ee6b2",
    "id: 3f2b8c1e-7a64-4d0f-9b52-c8e1a7d65f30",
]


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
async def test_a_private_key_is_found_and_masked_however_it_was_pasted(text: str):
    assert [hit.kind for hit in find(f"Is this right?\n\n{text}\n\nThanks!")] == ["a private key"]
    masked = await mask(text)
    assert not any(line in masked for line in _BODY)


async def test_a_putty_key_is_found_and_masked():
    text = f"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 2\n{_BODY[0]}\n{_BODY[1]}\nPrivate-MAC: 0"
    assert [hit.kind for hit in find(text)] == ["a private key"]
    masked = await mask(text)
    assert _BODY[0] not in masked
    assert _BODY[1] not in masked


@pytest.mark.parametrize("text", VALUES.values(), ids=VALUES)
async def test_a_password_is_found_and_masked_in_the_tools_and_languages_that_name_it(text: str):
    assert [hit.kind for hit in find(text)] == ["a password"]
    assert VALUE not in await mask(text)


@pytest.mark.parametrize(("kind", "token"), TOKENS.items())
def test_a_token_is_told_by_its_format(kind: str, token: str):
    assert kind in {hit.kind for hit in find(f"use {token} for it")}


@pytest.mark.parametrize("text", HARMLESS)
def test_talk_about_credentials_is_none(text: str):
    assert find(text) == []


@pytest.mark.parametrize("filler", ["Ab:", "Ab: ", "Ab:\n", "1 ", "# > ", "A" * 15 + " "])
def test_what_almost_is_a_private_key_takes_no_longer_than_others(filler: str):
    began = time.perf_counter()
    for start in ("-----BEGIN PRIVATE KEY-----", "Private-Lines: 2\n"):
        find(f"{start}{filler * 2000}")
    assert time.perf_counter() - began < 2
