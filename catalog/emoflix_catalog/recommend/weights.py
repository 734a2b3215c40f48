"""How much each view of a film counts for one viewer, and how far films are to lift the mood."""

from collections.abc import Mapping

import msgspec


class Weights(msgspec.Struct, frozen=True):
    """What `recommend` multiplies the scorers' own weights with. The empty one changes nothing."""

    factors: Mapping[str, float] = {}
    """Scorer's name to what its weight is multiplied with, 0 or more; 1 where none is named."""
    lift_shift: float = 0.0
    """Added to the lift that the viewer asked for; the sum is kept within 0 and 1."""

    def factor(self, scorer: str) -> float:
        return self.factors.get(scorer, 1.0)

    def lift(self, asked: float) -> float:
        """The lift to aim for where a viewer asked for `asked`, 0 to 1."""
        return min(1.0, max(0.0, asked + self.lift_shift))


AS_THEY_ARE = Weights()
"""Nothing was learnt: the scorers' own weights, the lift that was asked for."""
