"""What a command may reach. All of it belongs to the loop, which alone calls the handlers."""

from collections.abc import Callable
from dataclasses import dataclass, field

from emoflix_device.clock import Clock
from emoflix_device.evening import Evening
from emoflix_device.fresh import Looking
from emoflix_device.household import HouseholdStore
from emoflix_device.offering import Offering
from emoflix_device.people import People
from emoflix_device.picture import PictureReader
from emoflix_device.playing import Player
from emoflix_device.recommender import Recommender
from emoflix_device.telling import Tell
from emoflix_device.watching import Watching
from emoflix_device.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The neighbours of the handlers."""

    household: HouseholdStore
    people: People
    watching: Watching
    looking: Looking
    offering: Offering
    recommender: Recommender
    evening: Evening
    player: Player | None
    pictures: PictureReader
    worker: Worker
    tell: Tell
    clock: Clock
    once_kept: list[Callable[[], None]] = field(default_factory=list)
    """What a changing command has to do besides writing the store: done when that is kept."""
