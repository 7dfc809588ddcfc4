"""A real Chromium for the browser tests, and visitors who use it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from infra.local.chromium import found
from infra.local.laptop import Laptop
from tests.browser.visitor import Visitor

# Each window of Chromium would have two pages for its address bar alone, which cost more than any page of ours. The
# rest is Playwright's own list, which this one takes the place of.
_FEATURES_OFF = (
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch"
)
PATIENCE = 60_000  # ms; a loaded machine is slow, a broken page is slower


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Run one Chromium for the browser tests that follow on each other.

    It ends with them: while it runs, its event loop runs in this thread, where nothing else may then start one.
    """
    path = found()
    if path is None:
        pytest.fail("no Chromium: set CHROMIUM, or run: python -m infra.local.chromium", pytrace=False)
    expect.set_options(timeout=PATIENCE)
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    quiet.append(f"--disable-features={_FEATURES_OFF}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*quiet, "--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, laptop: Laptop) -> Iterator[Callable[..., Visitor]]:
    """Make visitors: ``visit(language, width)``. At the end none of them may have met with trouble."""
    visitors: list[Visitor] = []

    def visitor(language: str = "en", width: int = 1280) -> Visitor:
        visitors.append(Visitor(chromium, laptop, language, width))
        visitors[-1].page.set_default_timeout(PATIENCE)
        return visitors[-1]

    yield visitor
    for one in visitors:
        one.close()
