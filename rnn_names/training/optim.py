"""From gradients to new parameters: clip, update, average, schedule.

    q     a parameter          g   its gradient          lr   the learning rate of this step
    k     the number of steps, including this one

To add an update rule, write its class and put it into OPTIMIZERS: `--optimizer`, resumed trainings and
their files follow from there.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from rnn_names.base.arrays import FloatArray, Params
from rnn_names.network.input import Gradient, RowGradient

if TYPE_CHECKING:
    from rnn_names.model.recipe import TrainConfig

RECURRENT = ("forward.W", "backward.W")  # the parameters that Muon orthogonalises
Shapes = Mapping[str, tuple[int, ...]]


class Optimizer(ABC):
    """Changes parameters in place. `steps` and `slots` are its state, from which another one can go on."""

    kept: tuple[str, ...] = ()  # the names of its slots

    def __init__(self) -> None:
        self.steps = 0
        self.slots: dict[str, Params] = {slot: {} for slot in self.kept}

    @abstractmethod
    def step(self, params: Params, grads: Params, lr: float) -> None:
        """One update of every parameter that has a gradient."""

    def slot_shapes(self, shapes: Shapes) -> dict[str, Shapes]:
        """The shapes of the arrays in each slot, for parameters of these shapes."""
        return dict.fromkeys(self.kept, shapes)


def clip_by_global_norm(grads: Mapping[str, Gradient], max_norm: float) -> float:
    """g ← g · min(1, max_norm / ‖g‖), in place; ‖g‖ is over all gradients together, and is returned.

    The direction stays, the length is bounded: one long step can no longer throw the parameters
    away (Pascanu, Mikolov, Bengio 2013, arXiv 1211.5063). A norm that is not finite is returned as
    it is, and nothing is scaled.
    """
    values = [g.values if isinstance(g, RowGradient) else g for g in grads.values()]
    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in values))
    if max_norm < norm < math.inf:
        for g in values:
            g *= max_norm / norm
    return norm


class SGD(Optimizer):
    """v ← momentum · v + g + weight_decay · q;  q ← q - lr · v.  The variant of PyTorch."""

    kept = ("velocity",)

    def __init__(self, momentum: float = 0.0, weight_decay: float = 0.0) -> None:
        super().__init__()
        self.momentum = momentum
        self.weight_decay = weight_decay

    def step(self, params: Params, grads: Params, lr: float) -> None:
        self.steps += 1
        for name, g in grads.items():
            q = params[name]
            v = self.slots["velocity"].setdefault(name, np.zeros_like(q))
            v *= self.momentum
            v += g + self.weight_decay * q
            q -= lr * v


class AdamW(Optimizer):
    """Adam with the weight decay outside the averages (Loshchilov, Hutter 2019, arXiv 1711.05101).

        m ← β1 m + (1 - β1) g          v ← β2 v + (1 - β2) g²
        q ← q - lr · weight_decay · q - lr · (m / (1 - β1^k)) / (√(v / (1 - β2^k)) + ε)
    """  # fmt: skip

    kept = ("m", "v")

    def __init__(
        self,
        weight_decay: float = 0.0,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__()
        self.weight_decay = weight_decay
        self.betas = betas
        self.epsilon = epsilon
        self._scratch: Params = {}

    def step(self, params: Params, grads: Params, lr: float) -> None:
        self.steps += 1
        beta1, beta2 = self.betas
        m_scale = lr / (1 - beta1**self.steps)
        v_scale = 1 / math.sqrt(1 - beta2**self.steps)
        for name, g in grads.items():
            q = params[name]
            m = self.slots["m"].setdefault(name, np.zeros_like(q))
            v = self.slots["v"].setdefault(name, np.zeros_like(q))
            s = self._scratch.setdefault(name, np.empty_like(q))
            m *= beta1
            m += np.multiply(g, 1 - beta1, out=s)
            v *= beta2
            np.multiply(g, g, out=s)
            v += np.multiply(s, 1 - beta2, out=s)
            np.sqrt(v, out=s)
            s *= v_scale
            s += self.epsilon
            np.divide(m, s, out=s)
            s *= m_scale
            q *= 1 - lr * self.weight_decay
            q -= s


class Muon(AdamW):
    """Orthogonalised momentum for the recurrent W; AdamW for all other parameters.

        m ← μ m + (1 - μ) g
        W ← W - lr · weight_decay · W - lr · scale √H · orthogonalised(μ m + (1 - μ) g)

    A step keeps only the directions of a gradient: it is as long in directions in which gradients are short
    as in the others. Jordan et al. 2024, Muon: An optimizer for hidden layers in neural networks. With
    scale 0.2 a step would be as long as one of AdamW's (Liu et al. 2025, arXiv 2502.16982).
    """  # fmt: skip

    def __init__(self, weight_decay: float = 0.0, scale: float = 0.4, momentum: float = 0.95) -> None:
        super().__init__(weight_decay)
        self.scale = scale
        self.momentum = momentum

    def slot_shapes(self, shapes: Shapes) -> dict[str, Shapes]:
        """As AdamW's, but without v for the recurrent W."""
        return {"m": shapes, "v": {name: s for name, s in shapes.items() if name not in RECURRENT}}

    def step(self, params: Params, grads: Params, lr: float) -> None:
        super().step(params, {name: g for name, g in grads.items() if name not in RECURRENT}, lr)
        for name in RECURRENT:
            if name not in grads:
                continue
            W, g = params[name], grads[name]
            m = self.slots["m"].setdefault(name, np.zeros_like(W))
            m *= self.momentum
            m += (1 - self.momentum) * g
            direction = orthogonalised(self.momentum * m + (1 - self.momentum) * g)
            W *= 1 - lr * self.weight_decay
            W -= lr * self.scale * math.sqrt(W.shape[-1]) * direction


def orthogonalised(G: FloatArray, iterations: int = 3) -> FloatArray:
    """U f(S) Vᵀ of the singular value decomposition U S Vᵀ of each plane of G (Y, H, H), f(S) nearly 1.

    Newton and Schulz's iteration, X ← a X + (b X Xᵀ + c (X Xᵀ)²) X, with coefficients that raise small
    singular values quickly, and let the large ones be between 0.7 and 1.2 (Jordan et al. 2024, who take
    5 iterations: 3 raise a small one forty-fold, and train as well).
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    X = G / np.maximum(np.linalg.norm(G, axis=(1, 2), keepdims=True), 1e-7)
    for _ in range(iterations):
        A = X @ X.transpose(0, 2, 1)
        X = a * X + (b * A + c * (A @ A)) @ X
    return np.asarray(X)


OPTIMIZERS: dict[str, Callable[["TrainConfig"], Optimizer]] = {
    "muon": lambda config: Muon(config.weight_decay, config.muon_scale),
    "adamw": lambda config: AdamW(config.weight_decay),
    "sgd": lambda config: SGD(config.momentum, config.weight_decay),
}


class EMA:
    """The exponential moving average of the parameters: e ← d e + (1 - d) q.

    d is `decay`, and less at first: at step k at most (1 + k) / (10 + k), so that the start is soon
    forgotten. Polyak, Juditsky 1992.
    """

    def __init__(self, params: Params, decay: float) -> None:
        self.decay = decay
        self.steps = 0
        self.params = {name: q.copy() for name, q in params.items()}

    def step(self, params: Params) -> None:
        self.steps += 1
        d = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for name, e in self.params.items():
            e *= d
            e += (1 - d) * params[name]


def learning_rate(peak: float, step: int, steps: int, warmup: float = 0.1) -> float:
    """The rate for step 0 … steps - 1: a linear rise over the share `warmup`, then half a cosine to 0.

    Smith, Topin 2019 (arXiv 1708.07120) for the shape; Loshchilov, Hutter 2017 (arXiv 1608.03983)
    for the cosine.
    """
    rise = warmup * steps
    if step < rise:
        return peak * (step + 1) / (rise + 1)
    return peak * 0.5 * (1 + math.cos(math.pi * (step - rise) / (steps - rise)))
