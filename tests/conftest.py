import signal
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


# Whoever runs the tests in the background has the interrupt ignored in them and in all that they
# start; some of them press Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout; the tests that need it skip where it is not."""
    folder = REPOSITORY.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("../shared/data is not here: this test needs the real data beside the checkout")
    return folder
