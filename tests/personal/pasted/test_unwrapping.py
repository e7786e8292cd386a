"""Signs around pasted texts."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctscan.personal.pasted.unwrapping import unwrap


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("“Jane”", "Jane"),
        ("»Jane«", "Jane"),
        ("『Jane』", "Jane"),
        ("＂Jane＂", "Jane"),
        ("´Jane`", "Jane"),
        ("'Jane'", "Jane"),
        ('"Jane', "Jane"),
        ("'t Hooft", "'t Hooft"),
        ("O’Roe", "O’Roe"),
        ('"jane roe"@example.org', '"jane roe"@example.org'),
        ("(<[Jane]>)", "Jane"),
        ("(030) 901 (820)", "(030) 901 (820)"),
        ("[192.0.2.1]", "[192.0.2.1]"),
        ("[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
        ("root@[192.0.2.1]", "root@[192.0.2.1]"),
        ("- Jane,", "Jane"),
        ("> Jane;", "Jane"),
        ("\ufeff\u200bJane\u00ad Roe\u00a0\u2060", "Jane Roe"),
        ("Jane&nbsp;&amp;amp;&nbsp;Roe", "Jane & Roe"),
        ("AT&T", "AT&T"),
        ("[Jane](mailto:jane@example.org)", "mailto:jane@example.org"),
        ("[Jane](https://example.org)", "Jane"),
        ('<a class="x" href="mailto:jane@example.org">Jane</a>', "mailto:jane@example.org"),
        ("a\nb", "a b"),
        ("jane@example.org>;", "jane@example.org"),
        ("Jane Roe (HR)", "Jane Roe (HR)"),
    ],
)
def test_signs_around_a_text_are_removed(text: str, plain: str) -> None:
    assert unwrap(text) == plain


@given(st.text(max_size=200) | st.text(alphabet="&#64;amp<>[](){}\"'“”„«»-, \u200b", max_size=200))
@example("&" + "amp;" * 50 + "lt;x&gt;")
@example("“ “ “")
@example("＆#64；")
def test_unwrapping_twice_changes_nothing(text: str) -> None:
    assert unwrap(unwrap(text)) == unwrap(text)
