"""Addresses of requests: the fast path agrees with the URL parser."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.raw_server import ask, opened

from ctscan.errors import UsageError
from ctscan.http.transport import TransportError, address_of


@pytest.mark.parametrize(
    ("url", "sent", "host", "netloc"),
    [
        ("https://log.example.org/tile/0/x001/234.p/5",) * 2 + ("log.example.org", "log.example.org"),
        ("https://log.example.org:443/x", "https://log.example.org/x", "log.example.org", "log.example.org"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x", "127.0.0.1", "127.0.0.1:8080"),
        ("https://log.example.org/a/../b", "https://log.example.org/b", "log.example.org", "log.example.org"),
        ("https://log.example.org/a//b", "https://log.example.org/a//b", "log.example.org", "log.example.org"),
    ],
)
def test_the_fast_path_parses_addresses_like_the_slow_path(url: str, sent: str, host: str, netloc: str) -> None:
    for tail in ("", "?"):  # an address with a query takes the slow path
        found = address_of(url + tail)
        assert (found.url.removesuffix("?"), found.host, found.netloc) == (sent, host, netloc)
        assert found.shown == sent


HOSTS = st.one_of(
    st.from_regex(r"[a-z0-9.-]{1,20}", fullmatch=True),
    st.sampled_from(
        ["127.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1", "xn--bcher-kva.example", "xn--a"]
    ),
)
PORTS = st.one_of(st.just(""), st.integers(0, 99999).map(":{}".format), st.sampled_from([":080", ":443", ":80"]))
PATHS = st.from_regex(r"(/[A-Za-z0-9_.~-]{0,6}){1,4}", fullmatch=True)


@given(st.builds("{}://{}{}{}".format, st.sampled_from(["http", "https"]), HOSTS, PORTS, PATHS))
def test_any_plain_address_is_parsed_as_by_the_slow_path(url: str) -> None:
    try:
        slow = address_of(url + "?")
    except UsageError:
        with pytest.raises(UsageError):
            address_of(url)
        return
    found = address_of(url)
    assert (found.url + "?", found.target + "?") == (slow.url, slow.target)
    assert (found.host, found.server, found.netloc, found.shown, found.authorization) == (
        *(slow.host, slow.server, slow.netloc, slow.shown, ""),
    )


def test_an_address_says_where_and_what_to_send() -> None:
    found = address_of("https://jane:p%20w@[2001:db8::1]:8443/a%20b?c=d#e")
    assert (found.host, found.server, found.netloc) == (
        *("2001:db8::1", ("https", "2001:db8::1", 8443), "[2001:db8::1]:8443"),
    )
    assert (found.target, found.authorization) == ("/a%20b?c=d", "Basic amFuZTpwIHc=")
    assert found.shown == "https://[2001:db8::1]:8443/a%20b"
    assert "jane" not in repr(found) and "amFu" not in repr(found)
    assert address_of("https://b\u00fccher.example/").server == ("https", "xn--bcher-kva.example", 443)


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/x", "http://a..example/x", f"http://{'a' * 64}.example/x"])
def test_an_impossible_address_is_reported(url: str) -> None:
    async def main() -> None:
        async with opened() as transport:
            with pytest.raises(TransportError) as error:
                await ask(transport, url)
        assert "example" not in error.value.reason

    asyncio.run(main())


def test_a_name_in_letters_that_no_name_has_is_refused() -> None:
    with pytest.raises(UsageError):
        address_of("http://xn--a/")


def test_a_plain_address_without_a_host_is_refused() -> None:
    with pytest.raises(UsageError):
        address_of("https://:80/x")
