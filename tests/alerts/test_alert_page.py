"""The operator's page on alerts: settings that load, JSON as it is, a recipe that verifies, a hook that runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.alerting import AT, SECRET, a_message, an_alert, sent
from support.webhook_server import webhook_server

from ctscan.alerts.channels import channel_kinds
from ctscan.alerts.channels.webhook import signature
from ctscan.alerts.masking import masked_alert
from ctscan.app.alert_channels import ready_channels
from ctscan.config import load_config
from ctscan.config.template import TEMPLATE
from ctscan.model.alert import ChannelQueue
from ctscan.model.alert_channel import ValueForm
from ctscan.model.delivery import ChannelResult, DeliveryReason
from ctscan.views.alerts.alert_lines import queue_shape, result_shape

PAGE = (Path(__file__).parents[2] / "docs" / "operator.md").read_text(encoding="utf-8")


def block(head: str) -> str:
    found = re.search(rf"^```{head}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, head
    return found[1]


def test_the_settings_of_the_page_load(tmp_path: Path) -> None:
    text = next(
        text for text in re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL) if "[alerts]" in text
    )
    (tmp_path / "ctscan.toml").write_text(text, encoding="utf-8")
    channels = ready_channels(load_config({}, {}, tmp_path))
    assert [channel.recipient for channel in channels] == ["hooks.example.org", "alerts@example.org"]


def test_the_settings_of_the_template_load(tmp_path: Path) -> None:
    begin = TEMPLATE.index("# [alerts]\n")
    lines = TEMPLATE[begin : TEMPLATE.index("\n\n", begin)].splitlines()
    (tmp_path / "ctscan.toml").write_text("\n".join(line.removeprefix("# ") for line in lines), encoding="utf-8")
    assert [channel.name for channel in ready_channels(load_config({}, {}, tmp_path))] == ["soc"]


def test_the_document_of_the_page_is_a_real_one() -> None:
    message = a_message(masked_alert(an_alert()), values=ValueForm.MASKED)
    assert json.loads(block("json alert-message")) == json.loads(message.document)
    assert json.loads(message.items[0].document) == json.loads(message.document)["alerts"][0]


def test_the_recipe_of_the_page_verifies_what_comes_and_nothing_else() -> None:
    names: dict[str, Any] = {}
    exec(block("python signature"), names)  # noqa: S102 - the text of our own page
    is_genuine = names["is_genuine"]
    with webhook_server() as server:
        sent("webhook", {"url": server.url})
    (one,) = server.received
    header, now = one.headers["ctscan-signature"], AT.timestamp()
    assert is_genuine(header, one.body, SECRET.encode(), now)
    assert not is_genuine(header, one.body + b" ", SECRET.encode(), now)
    assert not is_genuine(header, one.body, b"another secret", now)
    assert not is_genuine(header, one.body, SECRET.encode(), now + 301)
    assert not is_genuine(header.replace("t=1", "t=2"), one.body, SECRET.encode(), now + 10**9)


def test_a_signature_by_hand() -> None:
    """HMAC-SHA-256 of "17.body" with the key "key", computed with OpenSSL."""
    assert signature(b"key", 17, b"body") == (
        "t=17,v1=f396e100b9d459f9cc69ac84217fdd31385e6bb294e18214a84a45c1e264af52"
    )


def test_the_page_has_every_kind_with_its_keys() -> None:
    rows = dict(re.findall(r'^\| `kind = "(\w+)"` \| (.+?) \| .+ \|$', PAGE[PAGE.index("\n## Alerts") :], re.MULTILINE))
    kinds = channel_kinds()
    assert set(kinds) <= set(rows)
    for name, kind in kinds.items():
        assert [key for key in kind.keys if f"`{key}`" not in rows[name]] == []


@pytest.mark.parametrize("word", ["finding", "log", "channel", "case"])
def test_the_page_names_every_kind_of_alert(word: str) -> None:
    assert re.search(rf'kinds = \["finding", "log"\].*\b{word}\b', PAGE)


def test_the_shapes_of_the_commands_are_as_the_analyst_s_page_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "analyst.md").read_text(encoding="utf-8")
    documented = {
        name: json.loads(text)[0] for name, text in re.findall(r"```json (alert|alert-pending)\n(.*?)```", page, re.S)
    }
    result = ChannelResult("soc", "webhook", "hooks.example.org", reason=DeliveryReason.SLOW(seconds=20))
    queue = ChannelQueue("soc", last_error=DeliveryReason.SLOW(seconds=20))
    assert list(result_shape(result)) == list(documented["alert"])
    assert list(queue_shape(queue, ["soc"])) == list(documented["alert-pending"])
