import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from emoflix_device.terminal.blocks import BLACK, GREEN, GREYS, UPPER_HALF, Blocks, Mark, blocks


def test_a_picture_keeps_its_proportions_and_its_greys() -> None:
    luma = np.zeros((72, 128), np.uint8)
    luma[:, 64:] = 255
    colours = blocks(luma, 80, 40)
    # 80 columns are the limit: 16:9 of them are 45 pixels, in pairs 44.
    assert colours.shape == (44, 80)
    assert set(colours[:, :40].flat) == {BLACK}
    assert set(colours[:, 40:].flat) == {BLACK + GREYS - 1}


def test_a_mark_stands_where_the_face_is() -> None:
    colours = blocks(np.zeros((100, 100), np.uint8), 50, 25, [Mark(20, 40, 20, 40, GREEN)])
    down, across = np.nonzero(colours == GREEN)
    assert (across.min(), across.max(), down.min(), down.max()) == (10, 20, 20, 40)
    assert colours[30, 15] == BLACK  # inside of it the picture stays


@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.integers(1, 90),
    st.integers(1, 60),
    st.tuples(*[st.floats(-500, 500)] * 2),
    st.tuples(*[st.floats(0, 500)] * 2),
)
def test_any_picture_and_mark_fit_any_terminal(
    height_px: int,
    width_px: int,
    columns: int,
    rows: int,
    place: tuple[float, float],
    size: tuple[float, float],
) -> None:
    luma = np.full((height_px, width_px), 128, np.uint8)
    colours = blocks(luma, columns, rows, [Mark(*place, *size, GREEN)])
    assert colours.shape[1] <= columns
    assert colours.shape[0] <= 2 * rows
    assert colours.shape[0] % 2 == 0


def test_a_cell_shows_two_pixels() -> None:
    console = Console(force_terminal=True, color_system="256", width=20, record=True)
    with console.capture() as shown:
        console.print(Blocks(np.array([[232, 255], [255, 232]], np.uint8)))
    assert shown.get().count(UPPER_HALF) == 2
    assert "38;5;232" in shown.get()
    assert "48;5;255" in shown.get()
