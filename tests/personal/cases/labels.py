"""Names of people in the labels of hosts below the domains of a scope."""

from __future__ import annotations

from typing import Any

DOMAINS = ("example.org", "beispiel.example")

CASES: dict[str, dict[str, Any]] = {
    "full-names": {
        "domains": DOMAINS,
        "subject": [("CN", "jane-doe.example.org")],
        "san": [
            *(
                ("dns", "jane-doe.example.org"),
                ("dns", "Max.Mustermann.dev.example.org"),
                ("dns", "*.doe-john2.example.org"),
            ),
            ("dns", "jane-q-smith.vpn.beispiel.example"),
        ],
    },
    "devices": {
        "domains": DOMAINS,
        "san": [
            ("dns", "jdoe-laptop.example.org"),
            ("dns", "janes-macbook-pro.example.org"),
            ("dns", "mary-pc.example.org"),
        ],
    },
    "another-alphabet": {"domains": DOMAINS, "san": [("dns", "xn--jrg-mller-07a4e.example.org")]},
    "hosts-of-nobody": {
        "domains": DOMAINS,
        "subject": [("CN", "www.example.org")],
        "san": [
            *(("dns", "www.example.org"), ("dns", "mail.example.org"), ("dns", "api-gateway.example.org")),
            *(("dns", "paris.example.org"), ("dns", "smart-home.example.org"), ("dns", "robin.example.org")),
            *(("dns", "test-server-17.example.org"), ("dns", "example.org"), ("dns", "jane.example.org")),
        ],
    },
    "hosts-of-others": {
        "domains": DOMAINS,
        "san": [
            ("dns", "jane-doe.example.net"),
            ("dns", "jane-doe.notexample.org"),
            ("dns", "jane-doe.example.org.example.com"),
        ],
    },
    "no-domains": {"san": [("dns", "jane-doe.example.org")]},
}
