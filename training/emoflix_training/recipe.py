"""A recipe: everything that decides a training run, in one small readable file."""

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import yaml
from msgspec import Meta

from .errors import RecipeError
from .files import replacing
from .labels import FER_PX

LARGEST_SEED: Final = 1_000_000
"""numpy's old generator, which Keras seeds, takes 32 bits; a run counts on from its seed."""

Fraction = Annotated[float, Meta(ge=0, le=1)]
NotNegative = Annotated[float, Meta(ge=0, le=1e6)]
"""Within reason: infinity is a number to YAML."""
Positive = Annotated[int, Meta(ge=1)]


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The network; see `networks.py` for what each family is."""

    family: Literal["vgg", "classic"] = "vgg"
    widths: Annotated[tuple[Positive, ...], Meta(min_length=1)] = (32, 64, 128, 256)
    convolutions: tuple[Positive, ...] = (2, 2, 2, 2)
    dropout: Annotated[float, Meta(ge=0, lt=1)] = 0.3

    def __post_init__(self) -> None:
        if len(self.widths) != len(self.convolutions):
            raise ValueError("`widths` and `convolutions` need one number for each stage")

    @property
    def shape(self) -> tuple[object, ...]:
        """What its weights depend on."""
        return self.family, self.widths, self.convolutions


class Augmentation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a training face may move from the picture it was; see `augment.py`.

    `scale` and `shift` are shares of the face's side, `shear` is the tangent of its angle.
    Strengths are the ends of uniform ranges around "unchanged", probabilities are per picture.
    """

    flip: bool = True
    rotation_deg: Annotated[float, Meta(ge=0, le=45)] = 8.0
    scale: Annotated[float, Meta(ge=0, lt=1)] = 0.06
    shift: Fraction = 0.08
    shear: Fraction = 0.0
    optics: Fraction = 0.0
    light: Fraction = 0.0
    noise: Fraction = 0.0
    glasses: Fraction = 0.0
    erase: Fraction = 0.0


class Distillation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a student listens to its teachers; see `distil.py`.

    `share` of what it should answer is the teachers' answer, `1 - share` the label. Of the
    teachers' answer, `voters` is what FER+'s votes let one expect (`voters.py`), and the rest the
    networks' mean over `views` augmented looks at each face.
    """

    share: Fraction = 0.7
    voters: Fraction = 0.0
    views: Positive = 8


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole training run.

    `crop_of_48` is the side, in pixels, of the centred part of FER2013's 48 px that the network
    sees. `momentum` is SGD's (Nesterov's form) and Adam's for the mean. `weight_decay` is meant as
    in the papers: the factor of the L2 term in the gradient. `votes` is the weight of the loss of a
    second head that answers as FER+'s voters did, on the same features; it is thrown away after the
    training.
    """

    epochs: Positive
    crop_of_48: Annotated[int, Meta(ge=16, le=FER_PX)] = 44
    seed: Annotated[int, Meta(ge=0, le=LARGEST_SEED)] = 1
    batch: Positive = 128
    optimizer: Literal["sgd", "adam"] = "sgd"
    learning_rate: Annotated[float, Meta(gt=0, le=1e6)] = 0.05
    warmup_epochs: NotNegative = 1.0
    momentum: Annotated[float, Meta(ge=0, lt=1)] = 0.9
    weight_decay: NotNegative = 5e-4
    label_smoothing: Fraction = 0.1
    votes: NotNegative = 0.0
    distillation: Distillation | None = None
    average_decay: Annotated[float, Meta(ge=0, lt=1)] = 0.998
    network: Network = Network()
    augmentation: Augmentation = Augmentation()

    def __post_init__(self) -> None:
        if self.warmup_epochs > self.epochs:
            raise ValueError("`warmup_epochs` may not be more than `epochs`")
        halved = len(self.network.widths)
        if not self.crop_of_48 >> halved:
            raise ValueError(f"a crop of {self.crop_of_48} px cannot be halved {halved} times")


def read_recipe(path: Path) -> Recipe:
    """Read a recipe from YAML.

    Raises:
        RecipeError: the file is missing, is no YAML, or a key is unknown or out of its range.
    """
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        # YAML 1.1 takes 1e-3 for a word; not strict, msgspec reads it as the number it is.
        return msgspec.convert(tree, Recipe, strict=False)
    except OSError as error:
        raise RecipeError(f"{path}: {error.strerror}; recipes are YAML files") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    except msgspec.ValidationError as error:
        raise RecipeError(f"{path}: {error}") from error


def write_recipe(path: Path, recipe: Recipe) -> None:
    text = yaml.safe_dump(msgspec.to_builtins(recipe), sort_keys=False)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
