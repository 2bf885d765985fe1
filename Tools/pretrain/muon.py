"""Muon (Jordan et al. 2024): momentum whose update is made orthogonal, for matrices; those of one shape are computed together."""

import torch

_A, _B, _C = 3.4445, -4.7750, 2.0315  # the quintic iteration's coefficients: every singular value ends between 0.7 and 1.2
_ITERATIONS = 5


def orthogonal(matrices):
    """Nearly U Vᵀ of each of [N, rows, columns] by Newton-Schulz iterations, in bfloat16."""
    x = matrices.bfloat16()
    wide = x.shape[1] <= x.shape[2]
    x = x if wide else x.transpose(1, 2)
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(_ITERATIONS):
        gram = x @ x.transpose(1, 2)
        x = _A * x + (_B * gram + _C * gram @ gram) @ x
    return x if wide else x.transpose(1, 2)


class Muon(torch.optim.Optimizer):
    """Updates have the root mean square of AdamW's, so that both take the same learning rate (Liu et al. 2025).

    A fused projection [3 · width, width] counts as three matrices.
    """

    def __init__(self, matrices, lr=1e-3, momentum=0.95, weight_decay=0.05):
        super().__init__(matrices, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        """One update."""
        for group in self.param_groups:
            shapes = {}
            for p in group["params"]:
                parts = 3 if p.shape[0] == 3 * p.shape[1] else 1
                shapes.setdefault((parts, p.shape), []).append(p)
            for (parts, shape), members in shapes.items():
                self._update(members, parts, shape, group)

    def _update(self, members, parts, shape, group):
        buffers = [self.state[p].setdefault("momentum", torch.zeros_like(p)) for p in members]
        gradients = [p.grad for p in members]
        torch._foreach_lerp_(buffers, gradients, 1 - group["momentum"])
        ahead = torch._foreach_lerp(gradients, buffers, group["momentum"])
        rows, columns = shape[0] // parts, shape[1]
        update = orthogonal(torch.stack(ahead).view(-1, rows, columns)).float()
        update = update.view(len(members), *shape) * (0.2 * max(rows, columns) ** 0.5)
        torch._foreach_mul_(members, 1 - group["lr"] * group["weight_decay"])
        torch._foreach_add_(members, list(update.unbind()), alpha=-float(group["lr"]))
