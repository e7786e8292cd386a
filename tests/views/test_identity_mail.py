"""The message with a code: whole in every language, and silent about the person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from support.identified import a_case

from ctscan.model.controller import Controller
from ctscan.resources import languages
from ctscan.views.identity import code_mail
from ctscan.views.text import texts

CODE, EXPIRES = "4K7TQ-9XW2M", datetime(2026, 5, 11, 9, 30, tzinfo=UTC)
CASE = a_case("jr77@example.org", "name:Jane Roe", requester="Jane Roe")
CONTROLLER = Controller("株式会社サンプル", "1 Example Street", "privacy@example.com", "Example Authority")


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("controller", [None, CONTROLLER, Controller("", "", "privacy@example.com", "")])
def test_the_message_has_code_case_and_end_and_no_name_of_the_person(lang: str, controller: Controller | None) -> None:
    mail = code_mail(replace(CASE, lang=lang), "jr77@example.org", CODE, EXPIRES, controller)
    assert mail.to == "jr77@example.org"
    assert "C-2026-0017" in mail.subject
    assert CODE in mail.text
    assert texts(lang).date("2026-05-11") in mail.text
    assert ("privacy@example.com" in mail.text) == (controller is not None)
    assert mail.sender_name == (controller.name if controller else "")
    assert mail.sender_name in mail.text
    assert not any(word in mail.text + mail.subject for word in ("Jane", "Roe", "jr77", "identity."))
    assert "\n\n" in mail.text
