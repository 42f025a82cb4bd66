"""One seed, many independent named generators.

Every consumer of randomness (the weights of one layer, the order of one epoch, the dropout of one step) has
a generator of its own, named by what it is for. So one choice never shifts the numbers of another: two arms
of a comparison that share a seed see the same images in the same order, and a run that resumes at epoch 7
needs no generator state.
"""

from hashlib import sha256

import numpy as np


def generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """Makes the generator for one purpose under one seed.

    The name of the purpose is hashed with SHA-256 and mixed with the seed by NumPy's `SeedSequence`.

    Args:
        seed: the seed of the run, >= 0.
        purpose: what the numbers are for, such as ``("weights", "conv1")`` or ``("order", 3)``.

    Returns:
        A generator that depends on nothing but the arguments.

    Example:
        >>> first = generator(0, "weights", "conv1").standard_normal(2)
        >>> again = generator(0, "weights", "conv1").standard_normal(2)
        >>> other = generator(0, "weights", "conv2").standard_normal(2)
        >>> bool((first == again).all()), bool((first == other).any())
        (True, False)
    """
    name = "\x1f".join(str(part) for part in purpose)
    words = np.frombuffer(sha256(name.encode()).digest(), dtype="<u4")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words.tolist()])))
