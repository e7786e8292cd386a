"""Script that asks for known vulnerabilities of the locked packages with pip-audit, and says so when it could not.

pip-audit alone ends with "no known vulnerabilities" where the service knows none of the packages. Here a package that
was not looked up is a failure: exit code 0, all were looked up and nothing is known; 1, something is; 2, not done.

    python tests/audit_locks.py .venv/audit/bin/pip-audit requirements.lock requirements-dev.lock
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

SERVICES = ("pypi", "osv")
MINUTES = 10


def main(tool: str, locks: Sequence[str]) -> int:
    """Ask one service after the other, until one knows every package. Prints lines, and returns the exit code."""
    for service in SERVICES:
        packages = _asked(tool, service, locks)
        if packages is None:
            _say(f"audit: {service}: can't be reached")
            continue
        known = [line for package in packages for line in _vulnerabilities(package)]
        skipped = [package["name"] for package in packages if "skip_reason" in package]
        _say(f"audit: {service}: {len(packages) - len(skipped)} of {len(packages)} packages looked up")
        if known:
            _say(*known)
            return 1
        if packages and not skipped:
            _say("audit: no known vulnerabilities")
            return 0
        _say(f"audit: {service} doesn't know {', '.join(skipped[:3])}{' and others' if len(skipped) > 3 else ''}")
    _say("audit: NOT DONE: no service knows all packages; this says nothing about vulnerabilities")
    return 2


def _asked(tool: str, service: str, locks: Sequence[str]) -> list[dict[str, Any]] | None:
    """Run pip-audit. Returns its packages; None where it printed none, as when the service can't be reached."""
    given = [argument for lock in locks for argument in ("--requirement", lock)]
    options = ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(
        [tool, *given, *options, "--vulnerability-service", service],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=MINUTES * 60,
        check=False,
    )
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError, TypeError):
        return None


def _vulnerabilities(package: dict[str, Any]) -> list[str]:
    """Describe each known vulnerability of a package in a line."""
    return [
        f"audit: {package['name']} {package['version']}: {found['id']}, "
        f"fixed in {', '.join(found.get('fix_versions', ())) or 'no version yet'}"
        for found in package.get("vulns", ())
    ]


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
