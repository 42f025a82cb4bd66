"""Optimizers that put something around others, which they choose by name."""

from convlab.plugin import Offers
from convlab_plugins.optimizers.wrappers.accumulate import Accumulate
from convlab_plugins.optimizers.wrappers.adaptive_gradient_clipping import AdaptiveGradientClipping
from convlab_plugins.optimizers.wrappers.asam import ASAM
from convlab_plugins.optimizers.wrappers.by_role import ByRole
from convlab_plugins.optimizers.wrappers.cautious import Cautious
from convlab_plugins.optimizers.wrappers.clip_by_norm import ClipByNorm
from convlab_plugins.optimizers.wrappers.clip_by_value import ClipByValue
from convlab_plugins.optimizers.wrappers.ema import EMA
from convlab_plugins.optimizers.wrappers.gradient_centralization import GradientCentralization
from convlab_plugins.optimizers.wrappers.lookahead import Lookahead
from convlab_plugins.optimizers.wrappers.mup import MuP
from convlab_plugins.optimizers.wrappers.sam import SAM
from convlab_plugins.optimizers.wrappers.swa import SWA

OFFERS: Offers = {
    "by_role": ByRole,
    "mup": MuP,
    "clip_by_value": ClipByValue,
    "clip_by_norm": ClipByNorm,
    "adaptive_gradient_clipping": AdaptiveGradientClipping,
    "gradient_centralization": GradientCentralization,
    "accumulate": Accumulate,
    "cautious": Cautious,
    "lookahead": Lookahead,
    "ema": EMA,
    "swa": SWA,
    "sam": SAM,
    "asam": ASAM,
}
