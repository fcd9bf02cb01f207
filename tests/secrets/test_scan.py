"""Credentials are stopped before they leave; what only looks like one is not."""

import base64
import hashlib
import random
import string
import time
import uuid

import pytest
from msgspec import structs

from mixchat.domain.chat_request import ChatRequest
from mixchat.domain.errors import SecretFound, UnknownModel
from mixchat.domain.events import StreamEnd
from mixchat.domain.request import Attachment, Message
from mixchat.routing.secret_check import check_secrets
from mixchat.secrets.scan import find, mask
from tests.routing.scripted import Parts, asking, played, ref, slot
from tests.routing.steered import SteeredClock

LETTERS = string.ascii_letters + string.digits
DICE = random.Random(7)


def some(count: int, signs: str = LETTERS) -> str:
    return "".join(DICE.choices(signs, k=count))


def block(lines: int = 5) -> str:
    return "\n".join(some(64, LETTERS + "+/") for _ in range(lines))


SECRETS = {
    "a private key": f"-----BEGIN RSA PRIVATE KEY-----\n{block()}\n-----END RSA PRIVATE KEY-----",
    "a private key (OpenSSH)": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{block()}",
    "a private key (escaped)": f'"private_key": "-----BEGIN PRIVATE KEY-----\\n{some(64)}\\n{some(64)}"',
    "a private key (encrypted)": "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
    f"ABCDEF\n\n{block()}",
    "a private key (PGP)": f"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n{block()}",
    "an Anthropic key": f"sk-ant-api03-{some(93)}AA",
    "an OpenAI key": f"sk-proj-{some(48)}T3BlbkFJ{some(48)}",
    "an OpenAI key (old)": f"sk-{some(48)}",
    "an OpenRouter key": f"sk-or-v1-{some(64, '0123456789abcdef')}",
    "a Google key": f"AIza{some(35)}",
    "a Google OAuth token": f"ya29.{some(60)}",
    "a Hugging Face token": f"hf_{some(34)}",
    "a Groq key": f"gsk_{some(52)}",
    "an xAI key": f"xai-{some(80)}",
    "an AWS key": f"AKIA{some(16, string.ascii_uppercase + string.digits)}",
    "an AWS secret key": f"[default]\naws_secret_access_key = {some(40)}",
    "a GitHub token": f"ghp_{some(36)}",
    "a GitHub token (fine-grained)": f"github_pat_{some(22)}_{some(59)}",
    "a GitLab token": f"glpat-{some(20)}",
    "a Slack token": f"xoxb-{some(12, string.digits)}-{some(12, string.digits)}-{some(24)}",
    "an npm token": f"npm_{some(36)}",
    "a PyPI token": f"pypi-AgEIcHlwaS5vcmc{some(80)}",
    "a SendGrid key": f"SG.{some(22)}.{some(43)}",
    "a Stripe key": f"sk_live_{some(24)}",
    "a Telegram bot token": f"{some(10, string.digits)}:AA{some(33)}",
    "a signed web token": "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9."
    + base64.urlsafe_b64encode(b'{"sub":"u-8812","scope":"all","exp":1893456000}').decode().rstrip("=")
    + f".{some(86)}",
    "a token (header)": f"curl -H 'Authorization: Bearer {some(40)}' https://api.acme.dev",
    "a password in an address": "postgres://billing:kT9v-2mQz7Lp@db.acme.dev:5432/billing",
    "a key (assigned)": f'ACME_API_KEY="{some(32)}"',
    "a key (in JSON)": f'{{"client_secret": "{some(40)}"}}',
    "a password": "DB_PASSWORD=Zq8#vT2m!pLw",
}

BENIGN = {
    "sha256": f"checksum: {hashlib.sha256(b'x').hexdigest()}",
    "git": "fix what a3f5c1e9d2b8478f6e0c1d2a3b4c5d6e7f8a9b0c broke",
    "uuid": f"request_id={uuid.UUID(int=DICE.getrandbits(128))} token bucket key",
    "image": f"![cat](data:image/png;base64,{base64.b64encode(DICE.randbytes(60_000)).decode()})",
    "placeholders": 'OPENAI_API_KEY="sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"\nkey = "YOUR_API_KEY"\napi_key="sk-..."',
    "stars": "password: ********\nsecret=************************",
    "angle": "Authorization: Bearer <your-access-token-goes-here>",
    "environment": 'api_key = os.environ["ANTHROPIC_API_KEY"]\nconst token = process.env.GITHUB_TOKEN;',
    "shell": 'curl -H "Authorization: Bearer $OPENAI_API_KEY" -H "x-api-key: ${ANTHROPIC_API_KEY}"',
    "code": "token = tokenizer.next_token(stream)\nsecret_key = generate_secret_key(length=32)\npassword = getpass()",
    "types": "def login(user: str, password: SecretString, access_token: OptionalToken = None) -> Session: ...",
    "template": "password: {{ vault_database_password }}\napi_key: ${{ secrets.PRODUCTION_API_KEY }}",
    "question": "Why does ssh say 'invalid format' for '-----BEGIN RSA PRIVATE KEY-----'? What is a private key?",
    "public key": f"-----BEGIN PUBLIC KEY-----\n{block()}\n-----END PUBLIC KEY-----",
    "certificate": f"-----BEGIN CERTIFICATE-----\n{block()}\n-----END CERTIFICATE-----",
    "ssh public": f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{some(43)} ann@laptop",
    "address": "https://example.com:8080/path?key=value#token and postgres://user:password@localhost/db",
    "url": "git clone https://github.com/acme/very-long-repository-name-for-testing.git",
    "words": "The key to success is a secret: passwords are tokens of trust. Bearer of bad news, token of thanks.",
    "prose": "My password manager asks for a passphrase: correct horse battery staple, is that secure?",
    "css": ".sk-loading-indicator-container-wrapper { color: red } .task-management-overview-page-header {}",
    "jwt words": "A JWT begins with eyJ because that is base64 for '{\"'.",
    "config keys": "primary_key = customer_identifier_number\nforeign-key: orders_customer_identifier_number",
    "dotted": "secret = config.credentials.client_secret_value\ntoken: settings.auth.token_for_service",
    "lock file": f"integrity sha512-{base64.b64encode(DICE.randbytes(64)).decode()}",
    "log": "2026-11-23T10:15:02Z token=expired key=user:8812:session took 12ms msg.id=77",
    "hex colours": "key: #ff8800aa, keyframes: 0123456789abcdef",
    "keyboard": "keybinding: ctrl+shift+alt+f12, hotkey = Control-Shift-Delete, keys: 1234567890",
    "weak": "password: hunter2\npassword=changeme123\npwd = '12345678'",
    "s3": "arn:aws:iam::123456789012:role/EksNodeGroupRole-production and s3://bucket/aws-exports/2026",
    "path": "key=/etc/ssl/private/server2026.key\ntoken_file: /var/run/secrets/kubernetes.io/serviceaccount/token",
}


@pytest.mark.parametrize(("name", "text"), SECRETS.items())
def test_a_credential_is_found_with_its_kind_and_line(name: str, text: str):
    found = find(f"Please fix this:\n\n{text}\n\nThanks!")
    kind = name.partition(" (")[0]
    assert kind in {hit.kind for hit in found}
    assert 3 <= found[0].line <= 3 + text.count("\n")


@pytest.mark.parametrize(("name", "text"), BENIGN.items())
def test_what_only_looks_like_a_credential_is_let_pass(name: str, text: str):
    assert find(text) == [], name


@pytest.mark.parametrize(("name", "text"), SECRETS.items())
async def test_what_is_told_never_holds_the_secret(name: str, text: str):
    with pytest.raises(SecretFound) as caught:
        await check_secrets((Message("user", text),), ref("a/x"), Parts(SteeredClock()).resources)
    said = str(caught.value)
    assert "of the prompt" in said
    assert said.endswith("; take it out, or ask a local model.")
    assert not any(word in said for word in text.split() if len(word) > 12)


@pytest.mark.parametrize(("name", "text"), SECRETS.items())
async def test_what_is_masked_reads_on_and_holds_no_credential(name: str, text: str):
    masked = await mask(f"Please fix this:\n\n{text}\n\nThanks!")
    assert masked.startswith("Please fix this:\n\n")
    assert f"[{name.partition(' (')[0]}]" in masked
    assert find(masked) == []
    assert not any(line in masked for line in text.splitlines() if len(line) > 60)


def test_a_credential_is_named_once_and_by_its_own_kind():
    pair = (
        "aws_access_key_id = AKIA" + "Q3EGRWXPLZ7NTB5V\n"
        "aws_secret_access_key = " + "u8Zr2LqN0vXkJ4mTb6WcYp1sDf9GhAe3RiKoQ7Vx\n"
    )
    assert [(hit.kind, hit.line) for hit in find(pair)] == [("an AWS key", 1), ("an AWS secret key", 2)]
    one_line = pair.replace("\n", " ")
    assert [hit.kind for hit in find(one_line)] == ["an AWS key", "an AWS secret key"]
    assert [hit.kind for hit in find("OPENAI_API_KEY=sk-proj-" + "aB3" * 16)] == ["an OpenAI key"]


async def test_what_holds_no_credential_is_not_touched_by_masking():
    assert [await mask(text) for text in BENIGN.values()] == list(BENIGN.values())


def test_a_long_text_is_searched_fast_and_to_its_end():
    text = "\n".join(f"def handler_{n}(token, key): return tokens[key]" for n in range(20_000))
    started = time.perf_counter()
    assert find(text) == []
    assert find(f"{text}\n{SECRETS['a GitHub token']}")[0].line == 20_001
    assert time.perf_counter() - started < 8


def test_a_line_as_long_as_a_file_hides_nothing():
    line = '{"a": "' + "x1" * 200_000 + f'", "k": "{SECRETS["an AWS key"]}"}}'
    assert [hit.kind for hit in find(line)] == ["an AWS key"]


KEY = SECRETS["an Anthropic key"]


@pytest.fixture
def parts() -> Parts:
    return Parts(SteeredClock())


async def test_nothing_is_sent_and_the_turn_ends_with_the_reason(parts: Parts):
    run = parts.run("a/x", chat_request=asking(f"use {KEY}"))
    await played(run)
    assert run.failure is not None
    assert run.failure.code == "secret"
    assert run.failure.message.startswith("There is an Anthropic key in line 1 of the prompt;")
    assert not parts.meter.opened
    assert parts.providers.calls("a") == 0


async def test_a_model_on_this_machine_may_have_it(parts: Parts):
    events = await played(parts.run("local/tiny", chat_request=asking(f"use {KEY}")))
    assert isinstance(events[-1], StreamEnd)


async def test_failing_over_does_not_let_it_out(parts: Parts):
    parts.providers.script("local/tiny", [UnknownModel("Not on this disk.")])
    run = parts.run("local/tiny", "a/x", chat_request=asking(f"use {KEY}"))
    await played(run)
    assert run.failure is not None
    assert run.failure.code == "secret"
    assert parts.providers.calls("a") == 0


async def test_an_earlier_private_prompt_is_left_out_and_not_complained_about(parts: Parts):
    messages = (
        Message("user", KEY, private=True),
        Message("assistant", "Kept.", private=True),
        Message("user", "A poem, please."),
    )
    events = await played(parts.run("a/x", chat_request=ChatRequest(messages=messages)))
    assert isinstance(events[-1], StreamEnd)
    assert parts.providers.made["a"].requests[0].messages == messages[2:]


async def test_who_was_asked_may_send_it_anyway(parts: Parts):
    events = await played(parts.run("a/x", chat_request=asking(f"use {KEY}", allow_secret=True)))
    assert isinstance(events[-1], StreamEnd)


async def test_what_was_sent_anyway_is_not_asked_about_again_but_another_secret_is(parts: Parts):
    await played(parts.run("a/x", chat_request=asking(f"use {KEY}", allow_secret=True)))
    later = (Message("user", f"use {KEY}"), Message("assistant", "Used."), Message("user", "Again."))
    assert isinstance(
        (await played(parts.run("a/x", chat_request=ChatRequest(messages=later))))[-1], StreamEnd
    )
    other = (*later[:-1], Message("user", SECRETS["a GitHub token"]))
    run = parts.run("a/x", chat_request=ChatRequest(messages=other))
    await played(run)
    assert run.failure is not None
    assert run.failure.message.startswith("There is a GitHub token in line 1 of the prompt;")


async def test_it_is_found_in_a_file_and_in_an_earlier_prompt(parts: Parts):
    file = Attachment("prod.env", "text/plain", f"A=1\nKEY={KEY}\n".encode())
    with pytest.raises(SecretFound, match=r"an Anthropic key in line 2 of prod\.env"):
        await check_secrets((Message("user", "Check this", (file,)),), ref("a/x"), parts.resources)
    messages = (Message("user", KEY), Message("assistant", "Noted."), Message("user", "Go on"))
    with pytest.raises(SecretFound, match="line 1 of an earlier prompt"):
        await check_secrets(messages, ref("a/x"), parts.resources)


async def test_the_guard_can_be_switched_off(parts: Parts):
    resources = structs.replace(parts.resources, check_secrets=False)
    await check_secrets((Message("user", KEY),), ref("a/x"), resources)


async def test_a_planner_does_not_get_it_either(parts: Parts):
    run = parts.run("local/tiny", chat_request=asking(f"use {KEY}"), plan=slot("a/thinker"))
    await played(run)
    assert run.failure is not None
    assert run.failure.code == "secret"
    assert parts.providers.calls("a") == 0
