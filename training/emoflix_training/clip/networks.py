"""The three networks that invent faces; see `vae.py` for how they are trained together.

A latent float32[n, 48] says who, a condition float32[n, 4] which of `EXPRESSIONS`, and a picture
is float32[n, 48, 48, 1] with values 0 to 1.
"""

from typing import Any, Final

from emoflix_training.labels import FER_PX

EXPRESSIONS: Final = ("neutral", "happy", "sad", "surprise")
"""The conditions, in the order of the decoder's second input."""

LATENT: Final = 48


def encoder(precision: str) -> Any:
    import keras
    from keras import layers

    picture = keras.Input((FER_PX, FER_PX, 1))
    condition = keras.Input((len(EXPRESSIONS),))
    x = picture
    for width in (32, 64, 128):
        x = layers.Conv2D(width, 4, strides=2, padding="same", dtype=precision)(x)
        x = layers.LeakyReLU(negative_slope=0.1, dtype=precision)(x)
    x = layers.Concatenate()([layers.Flatten(dtype="float32")(x), condition])
    x = layers.LeakyReLU(negative_slope=0.1)(layers.Dense(256)(x))
    return keras.Model([picture, condition], layers.Dense(2 * LATENT)(x))


def decoder(precision: str) -> Any:
    import keras
    from keras import layers

    latent = keras.Input((LATENT,), name="latent")
    condition = keras.Input((len(EXPRESSIONS),), name="condition")
    who = layers.Concatenate()([latent, condition])
    who = layers.LeakyReLU(negative_slope=0.1)(layers.Dense(192)(who))
    x = layers.Reshape((6, 6, 160))(layers.Dense(6 * 6 * 160)(who))
    for width in (112, 72, 36):
        x = layers.UpSampling2D(interpolation="bilinear", dtype=precision)(x)
        x = layers.Conv2D(width, 3, padding="same", dtype=precision)(x)
        # The person's and the expression's own shift of every channel, at every size.
        shift = layers.Reshape((1, 1, width))(layers.Dense(width)(who))
        x = layers.Add(dtype=precision)([x, shift])
        x = layers.LeakyReLU(negative_slope=0.1, dtype=precision)(x)
    picture = layers.Conv2D(1, 3, padding="same", dtype=precision)(x)
    picture = layers.Activation("sigmoid", dtype="float32")(picture)
    return keras.Model([latent, condition], picture, name="faces")


def discriminator() -> Any:
    import keras
    from keras import layers

    picture = keras.Input((FER_PX, FER_PX, 1))
    condition = keras.Input((len(EXPRESSIONS),))
    x = picture
    for width in (24, 48, 96):
        convolution = layers.Conv2D(width, 4, strides=2, padding="same")
        x = layers.SpectralNormalization(convolution)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Flatten()(x)
    # A projection of the condition on the features (https://arxiv.org/abs/1802.05637).
    fits = layers.Dot(axes=1)([layers.Dense(64)(x), layers.Dense(64)(condition)])
    real = layers.SpectralNormalization(layers.Dense(1))(x)
    return keras.Model([picture, condition], layers.Add()([real, fits]))
