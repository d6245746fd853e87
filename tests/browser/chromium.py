"""The system's own Chromium, for tests that look at the page as people do; playwright drives it and brings none.

Where there is none these tests are skipped, so that nobody needs a browser to work on the rest. `.ci/run` has one
installed and sets `BROWSER_TESTS=required`: there a browser that is missing is a failure, never a silence.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


def system_chromium(environment: Mapping[str, str]) -> Path:
    """Where it is.

    Raises:
        Skipped: it is nowhere on the `PATH`.
        Failed: the same, and `BROWSER_TESTS` says that it has to be there.
    """
    for name in NAMES:
        if (found := shutil.which(name, path=environment.get("PATH", ""))) is not None:
            return Path(found)
    missing = f"there is no {', '.join(NAMES)} on the PATH"
    if environment.get("BROWSER_TESTS") == "required":
        pytest.fail(f"{missing}, and BROWSER_TESTS=required", pytrace=False)
    pytest.skip(missing)
