"""A running demo and a browser in front of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator

import pytest

from . import chromium
from .running import RunningDemo, free_port
from .storefront import Storefront

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, by name, what needs a browser where there is none."""
    if chromium.find():
        return
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason=chromium.HOW_TO_GET))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was left out, and how to get what it needs."""
    reports = terminalreporter.stats.get("skipped", [])
    skipped = [
        report for report in reports if chromium.HOW_TO_GET in report.longreprtext
    ]
    if skipped:
        terminalreporter.write_line(f"Left out, since {chromium.HOW_TO_GET}:")
    for report in skipped:
        terminalreporter.write_line(f"  {report.nodeid}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=list(chromium.FLAGS)
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo() -> Iterator[RunningDemo]:
    running = RunningDemo(port=free_port())
    try:
        running.wait_until_open()
        yield running
    finally:
        running.terminate()
        running.wait()


@pytest.fixture
def storefront(browser: Browser, demo: RunningDemo) -> Iterator[Storefront]:
    """The page at desktop width, with an empty cart."""
    yield from visit(browser, demo.url, viewport=DESKTOP)


@pytest.fixture
def phone(browser: Browser, demo: RunningDemo) -> Iterator[Storefront]:
    """The page on a narrow phone, with an empty cart."""
    yield from visit(browser, demo.url, viewport=PHONE, is_mobile=True, has_touch=True)


def visit(browser: Browser, url: str, **device: Any) -> Iterator[Storefront]:
    context = browser.new_context(reduced_motion="reduce", **device)
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(url)
    page.wait_for_selector(".card")
    page.wait_for_selector(".offer")
    yield Storefront(page)
    context.close()
    assert faults == []
