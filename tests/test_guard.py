"""The guard around every test works."""

import os
import socket

import pytest


def test_a_test_cannot_leave_loopback() -> None:
    with socket.socket() as sock, pytest.raises(OSError, match="loopback"):
        sock.connect(("192.0.2.1", 80))
    with pytest.raises(OSError, match="loopback"):
        socket.getaddrinfo("example.com", 443)


def test_no_key_of_the_developer_reaches_a_test() -> None:
    assert not [name for name in os.environ if name.endswith("_API_KEY")]
