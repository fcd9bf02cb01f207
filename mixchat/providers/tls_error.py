"""What is wrong with a server's certificate, in words: each fault has its own remedy."""

from collections.abc import Iterable

_FAULTS = (
    (
        ("hostname mismatch", "is not valid for", "doesn't match", "name mismatch", "host name"),
        "The certificate of {where} is for another host name; correct the address.",
    ),
    (
        ("certificate has expired", "has expired", "expired certificate"),
        "The certificate of {where} has expired; its operator has to renew it (or this machine's clock is wrong).",
    ),
    (
        ("not yet valid",),
        "The certificate of {where} is not valid yet; check this machine's clock.",
    ),
    (
        ("self-signed", "self signed"),
        "The certificate of {where} is self-signed; name it, or its authority, in SSL_CERT_FILE.",
    ),
    (
        ("certificate_verify_failed", "certificate verify failed", "unable to get local issuer", "not trusted"),
        "The certificate of {where} is not trusted; name its authority in SSL_CERT_FILE.",
    ),
    (
        ("wrong_version_number", "wrong version number", "http_request", "record layer failure", "packet length too long"),
        "{where} does not speak TLS; begin its address with http:// if that is meant.",
    ),
    (
        ("tlsv1_alert", "sslv3_alert", "handshake failure", "unsupported protocol", "no protocols available", "alert protocol"),
        "{where} and this machine agree on no way of encryption; its operator has to update it.",
    ),
)  # fmt: skip


def tls_sentence(links: Iterable[BaseException], where: str) -> str:
    """Return the sentence for a certificate or encryption fault among `links`, or an empty text."""
    said = "\n".join(str(link) for link in links).lower()
    if not any(mark in said for mark in ("ssl", "tls", "certificate")):
        return ""
    return next(
        (words.format(where=where) for marks, words in _FAULTS if any(mark in said for mark in marks)), ""
    )
