"""A loop to ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.device.box import Box


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with Box(tmp_path) as opened:
        yield opened
