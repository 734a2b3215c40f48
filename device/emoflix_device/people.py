"""Who watches: the profile that was chosen, what it asks for, what was learnt of it."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from emoflix_catalog.errors import InvalidPolicyError
from emoflix_catalog.recommend import Policy, Seat, Viewer
from emoflix_device.errors import StateError
from emoflix_device.household import HouseholdStore, Preferences
from emoflix_device.mood.calibration import Calibration

_LOG = logging.getLogger(__name__)

HOUSEHOLD: Final = "household"
"""The profile of the house as a whole, for whoever chose none."""

_POLICY: Final = "policy"
_CALIBRATION: Final = "calibration"
"""Under which names they are kept of a profile."""


class _Known(NamedTuple):
    name: str
    preferences: Preferences
    own: Policy
    """What was learnt of this profile alone."""
    policy: Policy
    """The same, beginning where the rest of the household is."""
    calibration: Calibration


class People:
    """Reads the store, and remembers what it read until something changes."""

    def __init__(self, household: HouseholdStore, default: Preferences, model: str) -> None:
        """Make the house's own profile where it is not there.

        Args:
            household: the store.
            default: what a profile asks for that never said.
            model: names the expression model, whose readings people correct.

        Raises:
            StateError: the store cannot be written.
        """
        self._household = household
        self._default = default
        self._model = model
        self._random = np.random.default_rng()
        self._known: dict[str, _Known] = {}
        self._viewers: dict[str, Viewer] = {}
        self._numbers: frozenset[int] = frozenset()
        self._selected: str | None = None
        self._written_at = -1
        household.profiles.ensure(HOUSEHOLD)

    @property
    def selected(self) -> str | None:
        """Who watches; None is the household as a whole."""
        self._notice_others()
        return self._selected

    @property
    def numbers(self) -> frozenset[int]:
        """Of the profiles that there are."""
        self._notice_others()
        return self._numbers

    @property
    def current(self) -> str:
        """The profile that answers count for."""
        return self.selected or HOUSEHOLD

    def named(self, profile: str | None) -> str:
        """The name as it is kept; of the profile that watches where none is given.

        Raises:
            HouseholdError: there is no such profile.
        """
        return self.current if profile is None else self._of(profile).name

    def preferences(self, profile: str) -> Preferences:
        """What this profile asks for; raises as `named`."""
        return self._of(profile).preferences

    def viewer(self, profile: str) -> Viewer:
        """Wishes, and the verdicts on films; raises as `named`."""
        # Apart from the rest: an answer that asks for no viewer does not wait for the history.
        known = self._of(profile)
        if profile not in self._viewers:
            verdicts = self._household.history.verdicts(known.name)
            self._viewers[profile] = verdicts.viewer(known.preferences)
        return self._viewers[profile]

    def seat(self, profile: str, wishes: Mapping[str, Any]) -> Seat:
        """What the recommender takes of one who watches; raises as `named`.

        Args:
            profile: who.
            wishes: fields of the viewer that hold for this slate alone.
        """
        known = self._of(profile)
        shown = self._household.slates.shown_lately(known.name)
        viewer = msgspec.structs.replace(self.viewer(profile), resting=shown, **wishes)
        return Seat(viewer, known.policy.sampled(self._random))

    def policy(self, profile: str) -> Policy:
        """What chooses for this profile; raises as `named`."""
        return self._of(profile).policy

    def calibration(self, profile: str) -> Calibration:
        """How this profile's face is read; raises as `named`."""
        return self._of(profile).calibration

    def learn(self, profile: str, lessons: Iterable[tuple[dict[str, float], float]]) -> None:
        """Keep what answers teach: each is the film's evidence and the reward.

        Raises:
            InvalidPolicyError: they are no numbers.
            StateError: it cannot be kept.
        """
        own = self._of(profile).own
        for evidence, reward in lessons:
            own = own.learnt(evidence, reward)
        self._keep(profile, _POLICY, own.kept())

    def correct(self, profile: str, calibration: Calibration) -> None:
        """Keep how this profile's face is to be read; raises as `named`."""
        self._keep(profile, _CALIBRATION, msgspec.json.decode(calibration.to_json()))

    def forget(self) -> None:
        """Read all of it again: the store was written."""
        self._known.clear()
        self._viewers.clear()
        self._household.profiles.ensure(HOUSEHOLD)
        self._numbers = self._household.profiles.numbers()
        self._selected = self._household.profiles.selected

    def _keep(self, profile: str, what: str, learnt: dict[str, Any]) -> None:
        profiles = self._household.profiles
        profiles.save_learned(profile, profiles.learned(profile) | {what: learnt})

    def _of(self, profile: str) -> _Known:
        self._notice_others()
        if profile not in self._known:
            self._known[profile] = self._read(self._household.profiles.named(profile))
        return self._known[profile]

    def _read(self, name: str) -> _Known:
        profiles = self._household.profiles
        preferences = profiles.preferences(name) or self._default
        own = self._own_policy(name)
        others = (self._own_policy(other) for other in profiles.names() if other != name)
        return _Known(
            name,
            preferences,
            own,
            own.among(others),
            self._own_calibration(name),
        )

    def _own_policy(self, name: str) -> Policy:
        try:
            return Policy.from_kept(self._household.profiles.learned(name).get(_POLICY, {}))
        except InvalidPolicyError as error:
            _LOG.warning("profile %r begins to learn anew: %s", name, error)
            return Policy.prior()

    def _own_calibration(self, name: str) -> Calibration:
        kept = self._household.profiles.learned(name).get(_CALIBRATION)
        if kept is None:
            return Calibration(self._model)
        try:
            return Calibration.from_json(msgspec.json.encode(kept), self._model)
        except StateError as error:
            _LOG.warning("profile %r is read as it was at first: %s", name, error)
            return Calibration(self._model)

    def _notice_others(self) -> None:
        """`emoflix profile erase` may have been there."""
        written_at = self._household.written_elsewhere
        if written_at != self._written_at:
            self._written_at = written_at
            self._household.history.forget()
            self.forget()
