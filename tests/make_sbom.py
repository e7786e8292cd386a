"""Script that writes ctscan.cdx.json, the CycloneDX SBOM that every wheel carries.

The locks and pyproject.toml determine all bytes: no time, no environment, no network. Scopes: *required* for what
running needs, *optional* for the packages of extras, *excluded* for the build backend.

    python tests/make_sbom.py ctscan.cdx.json
"""

from __future__ import annotations

import re
import sys
import tomllib
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from support.locks import ROOT, Locked, reached, read_lock

NAMES_OF_FAKER = "given names and surnames of Faker"
EXCLUDED, OPTIONAL, REQUIRED = ComponentScope.EXCLUDED, ComponentScope.OPTIONAL, ComponentScope.REQUIRED


def sbom() -> str:
    """Write the SBOM as JSON that ends with a line break."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock, scopes = _packages(project)
    needed = sorted((locked.name, locked.version, scopes[locked.name].value) for locked in lock.values())
    number = uuid.uuid5(uuid.NAMESPACE_URL, repr((project["name"], project["version"], needed)))
    bom = Bom(serial_number=number)
    bom.metadata.timestamp = None  # type: ignore[assignment]  # the same locks give the same bytes
    bom.metadata.component = root = _program(project)
    components = {name: _component(locked, scopes[name]) for name, locked in lock.items()}
    names = _names()
    bom.components.update([*components.values(), names])
    bom.register_dependency(root, [names, *(components[n] for n, p in lock.items() if "ctscan" in p.parents)])
    for parent, component in components.items():
        bom.register_dependency(component, [components[n] for n, p in lock.items() if parent in p.parents])
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _packages(project: Mapping[str, Any]) -> tuple[dict[str, Locked], dict[str, ComponentScope]]:
    """Collect the packages of the lock and those of the extras, with their scopes. Extras are needed by ctscan too."""
    lock, all_locked = read_lock("requirements.lock"), read_lock("requirements-dev.lock")
    roots = {
        re.split(r"[^A-Za-z0-9-]", text)[0] for texts in project["optional-dependencies"].values() for text in texts
    }
    extras = {name: all_locked[name] for name in reached(all_locked, roots - {project["name"]})}
    asked = {
        name: Locked(name, one.version, one.marker, one.parents | ({"ctscan"} if name in roots else set()))
        for name, one in extras.items()
    }
    running = reached(lock, ["ctscan"])
    scopes = dict.fromkeys(asked, OPTIONAL) | {name: REQUIRED if name in running else EXCLUDED for name in lock}
    return asked | lock, scopes


def _program(project: Mapping[str, Any]) -> Component:
    return Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        description=project["description"],
        licenses=[LicenseExpression(project["license"])],
        purl=PackageURL("pypi", None, project["name"], project["version"]),
        bom_ref=project["name"],
    )


def _component(locked: Locked, scope: ComponentScope) -> Component:
    marker = [Property(name="ctscan:only-where", value=locked.marker)] if locked.marker else []
    return Component(
        name=locked.name,
        version=locked.version,
        type=ComponentType.LIBRARY,
        scope=scope,
        purl=PackageURL("pypi", None, locked.name, locked.version),
        bom_ref=f"{locked.name}=={locked.version}",
        properties=marker,
    )


def _names() -> Component:
    """Describe the lists in data/names, the only part of a wheel that comes from elsewhere."""
    return Component(
        name=NAMES_OF_FAKER,
        type=ComponentType.DATA,
        scope=REQUIRED,
        licenses=[DisjunctiveLicense(id="MIT")],
        bom_ref="data/names",
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(sbom(), encoding="utf-8")
