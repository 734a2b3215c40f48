import datetime as dt

from emoflix_device.clock import Clock


def test_a_moment_is_told_by_the_wall_even_after_it_jumped() -> None:
    steady_s = 100.0
    wall = dt.datetime(1970, 1, 1, 0, 1, tzinfo=dt.UTC)
    clock = Clock(steady_s=lambda: steady_s, wall=lambda: wall)
    assert clock.wall_at(90.0) == dt.datetime(1970, 1, 1, 0, 0, 50, tzinfo=dt.UTC)
    wall = dt.datetime(2026, 5, 1, 20, 0, tzinfo=dt.UTC)
    assert clock.wall_at(90.0) == dt.datetime(2026, 5, 1, 19, 59, 50, tzinfo=dt.UTC)


def test_the_wall_shows_its_zone() -> None:
    assert Clock().wall().tzinfo is not None
