"""What the image tower is trained to do: name patches, name pictures, stand out at the peak, and stay near normal neighbors.

Pictures come in pairs (2i, 2i + 1): two pieces of one design.
"""

import torch
from torch.nn import functional as F

from model import STAGES, TEMPERATURE

FEWSHOT_SCALE, FEWSHOT_MIDDLE = 10.0, 0.5  # logistic curve of a patch's distance to the memory bank


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
    """What the image embedding says: the states present in the picture, in equal shares, and whether anything is defective at all."""
    present = (labels[..., 1:] > 0.3).any(1).float()
    clean = (present.sum(1, keepdim=True) == 0).float()
    share = torch.cat([clean, present / present.sum(1, keepdim=True).clamp(min=1)], 1)
    logs = F.log_softmax(TEMPERATURE * F.normalize(embedding.float(), dim=-1) @ targets.T, -1)
    return -(share * logs).sum(-1).mean() + _told_apart(logs[:, 1:].logsumexp(-1) - logs[:, 0], labels)


def peak(anomaly, labels):
    """The map's highest patches decide whether the picture is defective, as they do in the image score."""
    return _told_apart(_highest(anomaly.float()).clamp(1e-4, 1 - 1e-4).logit(), labels)


def few_shot(stages, labels, queries=256):
    """Raw stage tokens as the memory bank uses them: normal patches have a normal neighbor, defective ones have none.

    The normal patches of a picture's partner are its references. Of each picture `queries` patches are compared, the defective ones
    first. The first loss is about these patches, the second about pictures, which their farthest patches decide.
    """
    normal = labels[..., 0] > 0.97
    references = _partners(normal)
    order = torch.rand(normal.shape, device=labels.device) + (labels[..., 0] < 0.5).float()
    chosen = order.topk(min(queries, order.shape[1]), 1).indices
    share = labels[..., 0].gather(1, chosen)
    usable = references.any(1, keepdim=True)
    good, bad = (share > 0.97) & usable, (share < 0.5) & usable
    rows = chosen[..., None].expand(-1, -1, stages[0].shape[2])
    total, distances = 0, 0
    for tokens in stages:
        unit = F.normalize(tokens.float(), dim=-1)
        query, bank = unit.gather(1, rows), _partners(unit)
        with torch.no_grad():
            cosine = query.bfloat16() @ bank.bfloat16().transpose(1, 2)
            place = cosine.masked_fill(~references[:, None], -2).argmax(-1)
        nearest = (query * bank.gather(1, place[..., None].expand_as(query))).sum(-1)
        logits = FEWSHOT_SCALE * (1 - nearest - FEWSHOT_MIDDLE)
        total = total + _mean(F.softplus(logits), good) + _mean(F.softplus(-logits), bad)
        distances = distances + logits
    return total / len(STAGES), _told_apart(_highest(distances / len(STAGES)), labels)


def _highest(values, count=3):
    """[B] mean of each picture's highest of [B, patches]."""
    return values.topk(count, 1).values.mean(1)


def _told_apart(odds, labels):
    """Pictures by their log odds of being defective.

    Half of it is about each picture alone, half about the order within a pair: a damaged piece has to stand out from a perfect one.
    """
    lowest = labels[..., 0].amin(1)
    truth = (lowest < 0.5).float()
    clear = (lowest > 0.97).float() + truth  # what is hardly visible says nothing
    alone = (F.binary_cross_entropy_with_logits(odds, truth, reduction="none") * clear).mean()
    ordered = truth * _partners((1 - truth) * clear)
    return alone + (F.softplus(_partners(odds) - odds) * ordered).mean()


def _partners(values):
    """[B, …] of the other piece of each picture's pair."""
    return values.unflatten(0, (-1, 2)).flip(1).flatten(0, 1)


def _mean(values, where):
    return (values * where).sum() / where.sum().clamp(min=1)
