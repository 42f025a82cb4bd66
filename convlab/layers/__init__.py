"""The layers that models are made of, one file per family, forward directly above backward."""

from convlab.layers.activation import Activation
from convlab.layers.base import Layer
from convlab.layers.batch_norm import BatchNorm
from convlab.layers.concatenate import Concatenate
from convlab.layers.conv import Conv2D
from convlab.layers.crelu import CReLU
from convlab.layers.dense import Dense
from convlab.layers.dropout import Dropout
from convlab.layers.flatten import Flatten
from convlab.layers.frelu import FReLU
from convlab.layers.glu import GLU
from convlab.layers.learned_scale import LearnedScale
from convlab.layers.maxout import Maxout
from convlab.layers.pool import AveragePool2D, GlobalAveragePool, MaxPool2D
from convlab.layers.residual import Residual
from convlab.layers.scale import Scale

__all__ = [
    "GLU",
    "Activation",
    "AveragePool2D",
    "BatchNorm",
    "CReLU",
    "Concatenate",
    "Conv2D",
    "Dense",
    "Dropout",
    "FReLU",
    "Flatten",
    "GlobalAveragePool",
    "Layer",
    "LearnedScale",
    "MaxPool2D",
    "Maxout",
    "Residual",
    "Scale",
]
