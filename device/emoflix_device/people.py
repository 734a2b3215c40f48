"""Who watches: the profile that was chosen, what it asks for, and the viewer it makes."""

from typing import Final, NamedTuple

from emoflix_catalog.recommend import Viewer
from emoflix_device.household import HouseholdStore, Preferences, viewer_of

HOUSEHOLD: Final = "household"
"""The profile of the house as a whole, for whoever chose none."""


class _Known(NamedTuple):
    preferences: Preferences
    viewer: Viewer


class People:
    """Reads the store, and remembers what it read until something changes."""

    def __init__(self, household: HouseholdStore, default: Preferences) -> None:
        """Make the house's own profile where it is not there.

        Args:
            household: the store.
            default: what a profile asks for that never said.

        Raises:
            StateError: the store cannot be written.
        """
        self._household = household
        self._default = default
        self._known: dict[str, _Known] = {}
        self._selected: str | None = None
        self._read_at = -1
        household.profiles.ensure(HOUSEHOLD)

    @property
    def selected(self) -> str | None:
        """Who watches; None is the household as a whole."""
        self._notice_others()
        return self._selected

    @property
    def current(self) -> str:
        """The profile that answers count for."""
        return self.selected or HOUSEHOLD

    def preferences(self, profile: str) -> Preferences:
        """What this profile asks for.

        Raises:
            HouseholdError: there is no such profile.
        """
        return self._of(profile).preferences

    def viewer(self, profile: str) -> Viewer:
        """What the recommender takes: wishes, and the verdicts on films.

        Raises:
            HouseholdError: there is no such profile.
        """
        return self._of(profile).viewer

    def forget(self) -> None:
        """Read all of it again: the store was written."""
        self._known.clear()
        self._household.profiles.ensure(HOUSEHOLD)
        self._selected = self._household.profiles.selected

    def _of(self, profile: str) -> _Known:
        self._notice_others()
        if profile not in self._known:
            name = self._household.profiles.named(profile)
            preferences = self._household.preferences(name) or self._default
            viewer = viewer_of(preferences, self._household.history.of(name))
            self._known[profile] = _Known(preferences, viewer)
        return self._known[profile]

    def _notice_others(self) -> None:
        """`emoflix profile erase` may have been there."""
        written_at = self._household.written_elsewhere
        if written_at != self._read_at:
            self._read_at = written_at
            self.forget()
