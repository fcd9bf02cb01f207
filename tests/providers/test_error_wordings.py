"""Every wording of the table gets its name, in whichever shape it comes, and what nobody knows is shown as it is."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mixchat.config.provider_specs import built_in
from mixchat.domain.errors import ERRORS, BadRequest, ProviderError
from mixchat.domain.model import ModelRef
from mixchat.providers.api_error import ApiError
from mixchat.providers.errors import ErrorMapper

WORDINGS: dict[str, list[dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("data").joinpath("error_wordings.toml").read_text(encoding="utf-8")
)
CASES = [(kind, row) for kind, rows in WORDINGS.items() for row in rows]
LEAST = {"too_long": 60, "no_credit": 20, "unknown_model": 15, "rate_limited": 15}


def body(message: str, code: str | None, status: int, shape: str) -> object:
    """Return the error in one of the shapes that are in use."""
    inner = {"message": message, "type": code or "invalid_request_error", "code": code, "param": None}
    return {
        "openai": {"error": inner},
        "text": {"error": message},
        "xai": {"code": code or "Client specified an invalid argument", "error": message},
        "flat": {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": code or status},
        "plain_message": {"id": "1", "message": message},
        "detail": {"detail": message},
        "fastapi": {"detail": [{"type": "value_error", "loc": ["body", "messages"], "msg": message}]},
        "mistral": {"object": "error", "message": {"detail": [{"loc": [], "msg": message}]}, "type": code},
        "list": [{"error": {"code": status, "message": message, "status": code}}],
        "openrouter": {"error": {"message": "Provider returned error", "code": status, "metadata": {
            "raw": json.dumps({"error": {"message": message, "code": code}}), "provider_name": "P"}}},
        "json_in_text": {"error": {"message": json.dumps({"error": inner}), "code": str(status)}},
        "python_in_text": {"error": {"message": f"litellm.APIError: b'{json.dumps({'error': inner})}'", "type": None}},
        "minimax": {"base_resp": {"status_code": int(code or 0) if (code or "0").isdigit() else 0, "status_msg": message}},
        "baidu": {"error_code": code, "error_msg": message},
        "apigee": {"fault": {"faultstring": message, "detail": {"errorcode": code}}},
        "rfc7807": {"type": "about:blank", "title": "Error", "status": status, "detail": message},
        "errors": {"success": False, "errors": [{"code": code, "message": message}]},
        "html": f"<html><head><title>{message}</title></head><body>{message}</body></html>",
    }[shape]  # fmt: skip


def mapped(told: object, status: int | None) -> ProviderError:
    mapper = ErrorMapper(built_in()["openrouter"], ModelRef("openrouter", "m"))
    return mapper.failure(json.dumps(told).encode() if not isinstance(told, str) else told.encode(), status)


@pytest.mark.parametrize(
    ("kind", "row"), CASES, ids=[f"{kind}-{row['seen'][:40]}-{n}" for n, (kind, row) in enumerate(CASES)]
)
def test_a_wording_in_use_gets_its_name(kind: str, row: dict[str, Any]) -> None:
    status = row.get("status", 400)
    error = mapped(body(row["message"], row.get("code"), status, row.get("shape", "openai")), status)
    assert error.code == kind, (error.code, error.message)
    assert error.message.isprintable()
    assert "<" not in error.message or "<html" not in error.message


def test_the_table_is_as_long_as_it_says() -> None:
    for kind, least in LEAST.items():
        assert len({row["message"] for row in WORDINGS[kind]}) >= least, kind
        assert all(row["seen"] for row in WORDINGS[kind])


SHAPES = ["openai", "text", "xai", "flat", "plain_message", "detail", "fastapi", "mistral", "list", "openrouter",
          "json_in_text", "python_in_text", "apigee", "rfc7807", "errors"]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("too_long", "prompt is too long: 210000 tokens > 200000 maximum"),
        ("no_credit", "Your credit balance is too low to access the API."),
        ("unknown_model", "The model `none` does not exist."),
        ("rate_limited", "Rate limit reached on tokens per minute (TPM): Limit 6000"),
    ],
)
def test_the_innermost_words_are_found_in_every_shape(shape: str, kind: str, message: str) -> None:
    error = mapped(body(message, None, 400, shape), 400)
    assert error.code == kind
    assert message.rstrip(".") in error.message


@pytest.mark.parametrize("shape", SHAPES)
def test_a_wording_that_nobody_knows_is_shown_as_it_is(shape: str) -> None:
    error = mapped(body("The frobnicator is out of phase", None, 400, shape), 400)
    assert type(error) is BadRequest
    assert "The frobnicator is out of phase" in error.message


@pytest.mark.parametrize(
    ("status", "told", "code", "says"),
    [
        (403, {"error": {"message": "Country, region, or territory not supported", "code": "unsupported_country_region_territory"}}, "auth", "does not serve the place"),
        (400, {"error": {"message": "User location is not supported for the API use.", "status": "FAILED_PRECONDITION"}}, "auth", "does not serve the place"),
        (403, {"error": {"message": "Your IP address 1.2.3.4 is not authorized to use this key", "code": "ip_not_authorized"}}, "auth", "network address"),
        (403, {"error": {"message": "Your organization must be verified to use the model `o3`."}}, "auth", "organisation verified"),
        (403, {"error": {"message": "key not allowed to access model b", "code": "key_model_access_denied"}}, "unknown_model", "may not use m"),
        (403, {"error": {"message": "You do not have permission to do this", "type": "permission_error"}}, "auth", "does not allow this"),
        (403, "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title>", "unreachable", "firewall or sign-in page"),
        (403, {"code": "x", "error": "Your team has either used all available credits or reached its monthly spending limit."}, "no_credit", "out of credit"),
        (403, {"error": {"message": "API key not valid"}}, "auth", "did not accept the key"),
        (401, {"error": {"message": "The fake says no.", "type": "authentication_error"}}, "auth", "did not accept the key"),
        (401, {"error": {"message": "Access denied"}}, "auth", "did not accept the key"),
        (401, {"error": {"message": "Invalid API key"}}, "auth", "did not accept the key"),
        (400, {"error": "Incorrect API key provided: xai-***"}, "auth", "did not accept the key"),
        (400, {"error": {"message": "No connected db.", "type": "no_db_connection", "code": "400"}}, "auth", "did not accept the key"),
        (502, "<html><head><title>502 Bad Gateway</title></head><h1>nginx</h1></html>", "overloaded", "502 Bad Gateway"),
    ],
)  # fmt: skip
def test_what_a_403_and_its_like_mean_is_said(status: int, told: object, code: str, says: str) -> None:
    error = mapped(told, status)
    assert error.code == code
    assert says in error.message
    assert "<" not in error.message


def test_a_limit_of_output_that_is_too_large_is_no_prompt_that_is_too_long() -> None:
    said = "max_tokens is too large: 50000. This model supports at most 16384 completion tokens, whereas you provided 50000."
    assert type(mapped({"error": {"message": said, "param": "max_tokens"}}, 400)) is BadRequest


def test_every_rule_names_an_error_that_there_is() -> None:
    assert all(kind in ERRORS for kind in WORDINGS)
    for told in ({}, [], "", None, 7, {"error": None}, {"error": {"message": None}}):
        assert ApiError.parse(told, 400, {}).message == ""
