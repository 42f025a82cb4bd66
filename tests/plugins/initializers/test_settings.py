"""Settings out of range are refused, naming initializer, field, range and value."""

from collections.abc import Callable
from typing import Any

import pytest

from convlab.errors import ConfigError
from convlab.plugin import Array

NAN, INF = float("nan"), float("inf")

OUT_OF_RANGE: list[tuple[str, dict[str, Any], str]] = [
    ("constant", {"value": NAN}, "value must be finite, got nan"),
    ("normal", {"std": -1.0}, "std must be >= 0 and finite, got -1.0"),
    ("normal", {"std": INF}, "std must be >= 0 and finite, got inf"),
    ("uniform", {"limit": -0.1}, "limit must be >= 0 and finite, got -0.1"),
    ("truncated_normal", {"std": NAN}, "std must be >= 0 and finite, got nan"),
    ("variance_scaling", {"scale": -2.0}, 'scale must be >= 0 or "auto", got -2.0'),
    ("variance_scaling", {"scale": "big"}, "scale must be >= 0 or \"auto\", got 'big'"),
    (
        "variance_scaling",
        {"mode": "fan"},
        "mode must be one of fan_in, fan_out, fan_avg, fan_geo_avg, got 'fan'",
    ),
    (
        "variance_scaling",
        {"distribution": "cauchy"},
        "distribution must be one of uniform, normal, truncated_normal, got 'cauchy'",
    ),
    ("he_normal", {"negative_slope": INF}, "negative_slope must be finite, got inf"),
    ("he_uniform", {"negative_slope": NAN}, "negative_slope must be finite, got nan"),
    ("orthogonal", {"gain": -1.0}, 'gain must be >= 0 or "auto", got -1.0'),
    ("orthogonal", {"gain": "relu"}, "gain must be >= 0 or \"auto\", got 'relu'"),
    ("delta_orthogonal", {"gain": -1.0}, 'gain must be >= 0 or "auto", got -1.0'),
    ("convolution_orthogonal", {"gain": INF}, 'gain must be >= 0 or "auto", got inf'),
    ("identity", {"gain": NAN}, "gain must be finite, got nan"),
    ("sparse", {"sparsity": 1.5}, r"sparsity must be in \[0, 1\], got 1.5"),
    ("sparse", {"std": -1.0}, 'std must be >= 0 or "auto", got -1.0'),
    ("icnr", {"scale": 0}, "scale must be >= 1, got 0"),
    ("icnr", {"inner": "zeros"}, "inner must be one of he_normal, .*, torch_default, got 'zeros'"),
    ("partial_identity", {"rest": "zeros"}, "rest must be one of he_normal, .*, torch_default, got 'zeros'"),
    ("siren", {"omega": 0.0}, "omega must be > 0 and finite, got 0.0"),
    ("siren", {"activation_factor": INF}, "activation_factor must be > 0 and finite, got inf"),
    ("looks_linear", {"pixels": 0}, "pixels must be >= 1, got 0"),
    ("covariance_depthwise", {"first": 0.0}, "first must be > 0 and finite, got 0.0"),
    ("covariance_depthwise", {"last": INF}, "last must be > 0 and finite, got inf"),
    ("covariance_depthwise", {"correlation": NAN}, "correlation must be > 0 and finite, got nan"),
    ("convolution_aware", {"noise": -1.0}, "noise must be >= 0 and finite, got -1.0"),
    ("lsuv", {"tolerance": 0.0}, "tolerance must be > 0 and finite, got 0.0"),
    ("lsuv", {"iterations": 0}, "iterations must be >= 1, got 0"),
    ("krahenbuhl", {"inner": "zeros"}, "inner must be one of he_normal, .*, got 'zeros'"),
    ("patch_whitening", {"epsilon": 0.0}, "epsilon must be > 0 and finite, got 0.0"),
    ("patch_kmeans", {"iterations": 0}, "iterations must be >= 1, got 0"),
    ("patch_kmeans", {"contrast": 0.0}, "contrast must be > 0 and finite, got 0.0"),
    ("patch_kmeans", {"epsilon": -1.0}, "epsilon must be > 0 and finite, got -1.0"),
    ("mup", {"base": 0}, "base must be >= 1, got 0"),
    *(
        (name, {"inner": "zeros"}, "inner must be one of he_normal, .*, torch_default, got 'zeros'")
        for name in ("fixup", "zero_gamma", "skip_init", "rezero")
    ),
    ("sobel", {"orientations": 0}, "orientations must be >= 1, got 0"),
    ("sobel", {"channels": "all"}, "channels must be one of same, random, got 'all'"),
    *(
        (name, {"channels": "all"}, "channels must be one of same, random, got 'all'")
        for name in ("prewitt", "scharr", "laplacian", "log", "dog", "gaussian_derivatives", "dct", "haar")
    ),
    ("prewitt", {"orientations": 0}, "orientations must be >= 1, got 0"),
    ("scharr", {"orientations": 0}, "orientations must be >= 1, got 0"),
    ("log", {"sigmas": ()}, r"sigmas must be one or more numbers > 0, got \(\)"),
    ("dog", {"sigmas": (0.0,)}, r"sigmas must be one or more numbers > 0, got \(0.0,\)"),
    ("dog", {"ratio": 1.0}, "ratio must be > 1 and finite, got 1.0"),
    ("gaussian_derivatives", {"sigmas": (INF,)}, r"sigmas must be one or more numbers > 0, got \(inf,\)"),
    (
        "gaussian_derivatives",
        {"orders": (0,)},
        r"orders must be one or more integers from 1 to 4, got \(0,\)",
    ),
    ("gaussian_derivatives", {"orientations": 0}, "orientations must be >= 1, got 0"),
    ("gabor", {"channels": "all"}, "channels must be one of same, random, got 'all'"),
    ("gabor", {"orientations": -3}, "orientations must be >= 1, got -3"),
    ("gabor", {"wavelengths": ()}, r"wavelengths must be one or more numbers of pixels >= 2, got \(\)"),
    ("gabor", {"wavelengths": (1.5,)}, r"wavelengths must be one or more .* >= 2, got \(1.5,\)"),
    ("gabor", {"phases": (NAN,)}, r"phases must be one or more finite angles, got \(nan,\)"),
    ("gabor", {"gamma": 0.0}, "gamma must be > 0 and finite, got 0.0"),
    ("gabor", {"bandwidth": -1.0}, "bandwidth must be > 0 and finite, got -1.0"),
]


@pytest.mark.parametrize(("name", "config", "message"), OUT_OF_RANGE)
@pytest.mark.parametrize("shape", [(8, 3, 3, 2), (4, 6)])
def test_settings_out_of_range_are_refused(
    name: str, config: dict[str, Any], message: str, shape: tuple[int, ...], initialize: Callable[..., Array]
) -> None:
    with pytest.raises(ConfigError, match=f"^initializer '{name}': {message}$"):
        initialize(name, shape, **config)
