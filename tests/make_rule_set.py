"""Script that makes `ctscan/personal/rule_versions.py`: the rules and readers with their versions, as they are loaded.

python tests/make_rule_set.py
"""

from __future__ import annotations

from pathlib import Path

from ctscan.personal import rules

PATH = Path(rules.__file__).parents[1] / "rule_versions.py"

FORM = '''\
"""Rules and readers with their versions and kinds, a line for each. Written by `make rule-set`, never by hand."""

RULES = (
{}
)
'''


def rule_versions() -> str:
    """Return the text of the module."""
    return FORM.format("\n".join(f'    "{line}",' for line in rules.rule_versions()))


if __name__ == "__main__":
    PATH.write_text(rule_versions(), encoding="utf-8")
