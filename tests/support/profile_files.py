"""Text of a small profile of an invented CA, and the changes that tests make to it."""

from __future__ import annotations

from ctscan.authorities.ca_profiles import parse_profile
from ctscan.model.ca_profile import CaProfile

KEY = bytes(range(20))

PROFILE = f"""
name = "Example Trust"
grade = "a"
owners = ["Example Trust Services"]
organisations = ["Example Trust Ltd", "Example  Trust GmbH"]
seat = "DE"
languages = ["en", "de"]

[keys]
{KEY.hex()} = "Example Root"

[[traps]]
owner = "Other Trust"
key_id = "{"ff" * 20}"

[sources.privacy]
layer = "privacy-policy"
title = "Example Privacy Policy"
url = "https://example.com/privacy"
date = 2025-01-31
version = "3.1"
grade = "a"

[sources.cps]
layer = "cp-cps"
title = "Example CP/CPS"
date = 2026-01-31
grade = "b"
undated = true

[[facts]]
key = "email"
value = {{ text = "privacy@example.com", use = "privacy" }}
section = "§1, l. 7"
source = "privacy"

[[facts]]
key = "retention"
value = {{ years = 2, start = "expiry", minimum = true }}
section = "§5.5.2"
source = "cps"

[[facts]]
key = "retention"
value = {{ years = 7, start = "last-certificate", qualified_years = 15 }}
section = "§9"
source = "privacy"

[[facts]]
key = "access"
value = {{ stance = "conditional", conditions = ["direct-only"] }}
section = "§3"
source = "privacy"

[[conflicts]]
key = "retention"
sources = ["privacy", "cps"]
prevails = "privacy"
reason = "longer"
"""

BASELINE = """
name = "Floor"
grade = "a"
languages = ["en"]
baseline = true

[sources.br]
layer = "baseline"
title = "Requirements"
date = 2025-07-02
grade = "a"

[[facts]]
key = "retention"
value = { years = 2, start = "expiry-or-last-reliance", minimum = true }
section = "§5.5.2"
source = "br"
"""


def profile(text: str = PROFILE, file: str = "example.toml") -> CaProfile:
    return parse_profile(file, text.encode())


def with_fact(key: str, value: str, text: str = PROFILE, source: str = "privacy") -> str:
    """Add a fact."""
    return f'{text}\n[[facts]]\nkey = "{key}"\nvalue = {value}\nsection = "§8"\nsource = "{source}"\n'


def minimal(name: str, head: str = "", facts: str = "") -> str:
    """Write the smallest profile with further lines in its head, and further facts."""
    return f"""name = "{name}"
grade = "a"
languages = ["en"]
{head}
[sources.privacy]
layer = "privacy-policy"
title = "{name} policy"
date = 2026-01-31
grade = "a"
[[facts]]
key = "sale"
value = false
section = "§1"
source = "privacy"
{facts}"""
