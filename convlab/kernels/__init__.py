"""The compiled core: convolution and what surrounds it, on NHWC arrays of float32 (or float64).

Example:
    >>> import numpy as np
    >>> from convlab import kernels
    >>> kernels.conv2d(np.ones((1, 4, 4, 1), np.float32), np.ones((2, 3, 3, 1), np.float32)).shape
    (1, 2, 2, 2)
"""

from convlab.kernels.compiled_activation import CompiledActivationPlan, compiled_activation_plan
from convlab.kernels.conv2d import (
    CONV2D_OPERATIONS,
    Conv2DPlan,
    conv2d,
    conv2d_backward_input,
    conv2d_backward_weight,
    conv_transpose2d,
)
from convlab.kernels.dense import dense, dense_backward_input, dense_backward_weight
from convlab.kernels.dropout import dropout
from convlab.kernels.elementwise import (
    ActivationPlan,
    NativeActivation,
    activation_backward,
    activation_forward,
    activation_plan,
    activation_saves,
    native_activations,
)
from convlab.kernels.images import normalize_images
from convlab.kernels.loss import mean_squared_error, softmax, softmax_cross_entropy
from convlab.kernels.memory import empty_aligned
from convlab.kernels.norm import (
    BatchNormPlan,
    batch_norm_backward,
    batch_norm_forward,
    batch_norm_inference,
)
from convlab.kernels.optimizer import (
    adagrad_update,
    adam_update,
    momentum_update,
    rmsprop_update,
    sgd_update,
    sum_of_squares,
)
from convlab.kernels.pool import (
    avg_pool2d,
    avg_pool2d_backward,
    global_average_pool,
    global_average_pool_backward,
    max_pool2d,
    max_pool2d_backward,
    max_pool2d_indices,
)
from convlab.kernels.pool_geometry import pool2d_output_shape, pool_index_dtype, pool_plan
from convlab.kernels.runtime import (
    build_info,
    isa,
    isas,
    precision,
    threads,
    use_isa,
    use_precision,
    use_threads,
)

__all__ = [
    "CONV2D_OPERATIONS",
    "ActivationPlan",
    "BatchNormPlan",
    "CompiledActivationPlan",
    "Conv2DPlan",
    "NativeActivation",
    "activation_backward",
    "activation_forward",
    "activation_plan",
    "activation_saves",
    "adagrad_update",
    "adam_update",
    "avg_pool2d",
    "avg_pool2d_backward",
    "batch_norm_backward",
    "batch_norm_forward",
    "batch_norm_inference",
    "build_info",
    "compiled_activation_plan",
    "conv2d",
    "conv2d_backward_input",
    "conv2d_backward_weight",
    "conv_transpose2d",
    "dense",
    "dense_backward_input",
    "dense_backward_weight",
    "dropout",
    "empty_aligned",
    "global_average_pool",
    "global_average_pool_backward",
    "isa",
    "isas",
    "max_pool2d",
    "max_pool2d_backward",
    "max_pool2d_indices",
    "mean_squared_error",
    "momentum_update",
    "native_activations",
    "normalize_images",
    "pool2d_output_shape",
    "pool_index_dtype",
    "pool_plan",
    "precision",
    "rmsprop_update",
    "sgd_update",
    "softmax",
    "softmax_cross_entropy",
    "sum_of_squares",
    "threads",
    "use_isa",
    "use_precision",
    "use_threads",
]
