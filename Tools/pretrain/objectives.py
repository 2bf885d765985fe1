"""What the image tower is trained to do: name patches, name pictures, stand out at the peak, and stay near normal neighbors."""

import torch
from torch.nn import functional as F

from model import STAGES, TEMPERATURE

FEWSHOT_SCALE, FEWSHOT_MIDDLE = 16.0, 0.25  # logistic curve of a patch's distance to the memory bank


def dense(adapted, labels, targets, emphasis):
    """Cross-entropy between each patch's soft label [B, P, states] and its states at every stage; also the mean map.

    Defective patches weigh 1 + `emphasis`.
    """
    weight = 1 + emphasis * (1 - labels[..., 0])
    total, normal = 0, 0
    for tokens in adapted:
        logits = TEMPERATURE * F.normalize(tokens.float(), dim=-1) @ targets.T
        logs = F.log_softmax(logits, -1)
        total = total - ((labels * logs).sum(-1) * weight).mean()
        normal = normal + logs[..., 0].exp()
    return total / len(STAGES), 1 - normal / len(STAGES)


def overall(embedding, labels, targets):
    """Cross-entropy between the states present in the picture, in equal shares, and those of the image embedding."""
    present = (labels[..., 1:] > 0.3).any(1).float()
    clean = (present.sum(1, keepdim=True) == 0).float()
    share = torch.cat([clean, present / present.sum(1, keepdim=True).clamp(min=1)], 1)
    logits = TEMPERATURE * F.normalize(embedding.float(), dim=-1) @ targets.T
    return -(share * F.log_softmax(logits, -1)).sum(-1).mean()


def peak(anomaly, labels, count=3):
    """The map's highest patches decide whether the picture is defective, as they do in the image score.

    Half of it is about each picture alone, half about the order within a pair (2i, 2i + 1) of one design: a damaged piece
    has to stand out from a perfect one.
    """
    lowest = labels[..., 0].amin(1)
    truth = (lowest < 0.5).float()
    clear = (lowest > 0.97).float() + truth  # what is hardly visible says nothing
    top = anomaly.float().topk(count, 1).values.mean(1).clamp(1e-4, 1 - 1e-4)
    alone = (F.binary_cross_entropy(top, truth, reduction="none") * clear).mean()
    odds, other = top.logit(), torch.arange(len(labels)) ^ 1
    ordered = truth * (1 - truth[other]) * clear[other]
    return alone + (F.softplus(odds[other] - odds) * ordered).mean()


def few_shot(stages, labels):
    """Raw stage tokens as the memory bank uses them: normal patches have a normal neighbor, defective ones have none.

    Pictures come in pairs (2i, 2i + 1) of the same design; the normal patches of one are the other's references.
    """
    other = torch.arange(len(labels)) ^ 1
    normal, defective = labels[..., 0] > 0.97, labels[..., 0] < 0.5
    usable = normal[other].any(1, keepdim=True)
    good, bad = normal & usable, defective & usable
    total = 0
    for tokens in stages:
        unit = F.normalize(tokens.float(), dim=-1)
        cosine = unit @ unit[other].transpose(1, 2)
        nearest = cosine.masked_fill(~normal[other][:, None], -1).amax(-1)
        logits = FEWSHOT_SCALE * (1 - nearest - FEWSHOT_MIDDLE)
        total = total + _mean(F.softplus(logits), good) + _mean(F.softplus(-logits), bad)
    return total / len(STAGES)


def _mean(values, where):
    return (values * where).sum() / where.sum().clamp(min=1)
