"""The initializers that come with convlab."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.initializers.bilinear_upsampling import bilinear_upsampling
from convlab_plugins.initializers.constants import constant, ones, zeros
from convlab_plugins.initializers.convolution_aware import convolution_aware
from convlab_plugins.initializers.convolution_orthogonal import convolution_orthogonal
from convlab_plugins.initializers.covariance_depthwise import covariance_depthwise
from convlab_plugins.initializers.covariance_transfer import covariance_transfer
from convlab_plugins.initializers.dct import dct
from convlab_plugins.initializers.delta_orthogonal import delta_orthogonal
from convlab_plugins.initializers.dirac import dirac
from convlab_plugins.initializers.dog import dog
from convlab_plugins.initializers.fixup import fixup
from convlab_plugins.initializers.gabor import gabor
from convlab_plugins.initializers.gaussian_derivatives import gaussian_derivatives
from convlab_plugins.initializers.glorot import glorot_normal, glorot_normal_untruncated, glorot_uniform
from convlab_plugins.initializers.haar import haar
from convlab_plugins.initializers.he import he_normal, he_uniform
from convlab_plugins.initializers.icnr import icnr
from convlab_plugins.initializers.identity import identity
from convlab_plugins.initializers.krahenbuhl import krahenbuhl
from convlab_plugins.initializers.laplacian import laplacian
from convlab_plugins.initializers.lecun import lecun_normal, lecun_uniform
from convlab_plugins.initializers.log import log
from convlab_plugins.initializers.looks_linear import looks_linear
from convlab_plugins.initializers.lsuv import lsuv
from convlab_plugins.initializers.mup import mup
from convlab_plugins.initializers.orthogonal import orthogonal
from convlab_plugins.initializers.partial_identity import partial_identity
from convlab_plugins.initializers.patch_kmeans import patch_kmeans
from convlab_plugins.initializers.patch_pca import patch_pca
from convlab_plugins.initializers.patch_whitening import patch_whitening
from convlab_plugins.initializers.plain_random import normal, truncated_normal, uniform
from convlab_plugins.initializers.prewitt import prewitt
from convlab_plugins.initializers.rezero import rezero
from convlab_plugins.initializers.scharr import scharr
from convlab_plugins.initializers.siren import siren
from convlab_plugins.initializers.skip_init import skip_init
from convlab_plugins.initializers.sobel import sobel
from convlab_plugins.initializers.sparse import sparse
from convlab_plugins.initializers.torch_default import torch_default
from convlab_plugins.initializers.variance_scaling import variance_scaling
from convlab_plugins.initializers.weight_norm_data import weight_norm_data
from convlab_plugins.initializers.zero import zero
from convlab_plugins.initializers.zero_gamma import zero_gamma

OFFERS: Offers = {
    "zeros": zeros,
    "ones": ones,
    "constant": constant,
    "normal": normal,
    "uniform": uniform,
    "truncated_normal": truncated_normal,
    "variance_scaling": variance_scaling,
    "glorot_uniform": glorot_uniform,
    "glorot_normal": glorot_normal,
    "glorot_normal_untruncated": glorot_normal_untruncated,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
    "lecun_uniform": lecun_uniform,
    "lecun_normal": lecun_normal,
    "torch_default": torch_default,
    "orthogonal": orthogonal,
    "delta_orthogonal": delta_orthogonal,
    "convolution_orthogonal": convolution_orthogonal,
    "convolution_aware": convolution_aware,
    "covariance_depthwise": covariance_depthwise,
    "covariance_transfer": covariance_transfer,
    "sparse": sparse,
    "identity": identity,
    "dirac": dirac,
    "partial_identity": partial_identity,
    "zero": zero,
    "looks_linear": looks_linear,
    "siren": siren,
    "icnr": icnr,
    "bilinear_upsampling": bilinear_upsampling,
    "sobel": sobel,
    "prewitt": prewitt,
    "scharr": scharr,
    "laplacian": laplacian,
    "log": log,
    "dog": dog,
    "gaussian_derivatives": gaussian_derivatives,
    "gabor": gabor,
    "dct": dct,
    "haar": haar,
    "lsuv": lsuv,
    "krahenbuhl": krahenbuhl,
    "weight_norm_data": weight_norm_data,
    "patch_whitening": patch_whitening,
    "patch_pca": patch_pca,
    "patch_kmeans": patch_kmeans,
    "mup": mup,
    "fixup": fixup,
    "zero_gamma": zero_gamma,
    "skip_init": skip_init,
    "rezero": rezero,
}


@hookimpl
def convlab_initializers() -> Offers:
    """Offers the initializers of this package."""
    return OFFERS
