"""Look at pages in a headless Chromium of the machine, as `axe` and readers with wide and narrow screens see them.

Playwright's loop would run on while others ask for one of their own: `looked_at` opens and closes the browser within
one call, and returns plain values.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

WIDTHS = {"desktop": 1280, "phone": 360}
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

_MEASURES = """() => ({
    overhang: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    smallest: Math.min(...[...document.querySelectorAll('svg text')].map(one =>
        parseFloat(getComputedStyle(one).fontSize) * one.ownerSVGElement.getScreenCTM().a)),
    cut: [...document.querySelectorAll('svg')].flatMap(drawing => {
        const box = drawing.getBoundingClientRect();
        return [...drawing.querySelectorAll('text')].filter(one => {
            const place = one.getBoundingClientRect();
            return place.left < box.left - 1 || place.right > box.right + 1 || place.top < box.top - 3
                || place.bottom > box.bottom + 3;
        }).map(one => one.textContent);
    }),
    blank: [...document.querySelectorAll('svg')].filter(one => one.getBoundingClientRect().height < 20).length,
})"""


@dataclass(frozen=True)
class Seen:
    """Page as a browser showed it: rules that axe found broken with an element each, measures in CSS pixels, addresses
    that it asked for, and errors."""

    broken: list[tuple[str, str]]
    passed: int
    measures: dict[str, Any]
    requests: list[str]
    errors: list[str]


def chromium() -> str:
    """Return the path of Chromium; skip the test without it or without the packages that drive it."""
    pytest.importorskip("playwright.sync_api")
    pytest.importorskip("axe_playwright_python.sync_playwright")
    found = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if found is None:
        pytest.skip("Chromium isn't installed (Debian, Ubuntu: apt install chromium)")
    return found


def looked_at(program: str, pages: Iterable[Path], pictures: Path | None = None) -> dict[tuple[str, str], Seen]:
    """Open each page at each width in one browser.

    Args:
        program: path of Chromium.
        pages: files.
        pictures: folder for screenshots, and a print of each page; None: none.

    Returns:
        What was seen, by the name of the page without its ending and the name of the width.
    """
    from playwright.sync_api import sync_playwright

    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_arguments())
        for page in pages:
            for name, width in WIDTHS.items():
                picture = pictures / f"{page.stem}-{name}.png" if pictures else None
                found[page.stem, name] = _seen(browser, page, width, picture)
        browser.close()
    return found


def printed(program: str, pages: Iterable[Path]) -> list[bytes]:
    """Print each page on A4 in one browser; return the PDFs."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_arguments())
        page, made = browser.new_page(), []
        for path in pages:
            page.goto(path.as_uri())
            made.append(page.pdf(format="A4"))
        browser.close()
    return made


def _arguments() -> list[str]:
    arguments = ["--disable-dev-shm-usage", "--no-first-run"]
    return [*arguments, "--no-sandbox"] if os.geteuid() == 0 else arguments  # Chromium refuses to start one as root


def _seen(browser: Any, path: Path, width: int, picture: Path | None) -> Seen:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)  # axe is a script
    page, requests, errors = context.new_page(), list[str](), list[str]()
    page.on("request", lambda one: requests.append(one.url))
    page.on("pageerror", lambda one: errors.append(str(one)))
    page.on("console", lambda one: errors.append(one.text) if one.type == "error" else None)
    page.goto(path.as_uri())
    measures = page.evaluate(_MEASURES)
    if picture:
        page.screenshot(path=picture, full_page=True)
        page.pdf(path=picture.with_suffix(".pdf"), format="A4")
    response = Axe().run(page).response
    context.close()
    broken = [(rule["id"], node["html"]) for rule in response["violations"] for node in rule["nodes"]]
    return Seen(broken, len(response["passes"]), measures, requests, errors)
