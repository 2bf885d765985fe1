"""From pictures of the pool to training views: symmetries of the square, zoom, windows, light, noise; soft patch labels.

Everything works on whole batches on their own device. Pictures lie in pairs (2i, 2i + 1): two pieces of one design, which are turned
and zoomed alike, so that each can be the other's reference.
"""

import torch
from torch.nn import functional as F

from model import MEAN, STD, VISION
from pool import PIECES

PATCH = VISION["patch_size"]
GRID = VISION["image_size"] // PATCH


def normalized(images):
    """8-bit pictures [B, S, S, 3] to the tower's input."""
    return standardized(images.float().div_(255))


def standardized(images):
    """[B, S, S, 3] in 0…1 to [B, 3, S, S] with CLIP's mean and deviation."""
    mean, deviation = (torch.tensor(values, device=images.device) for values in (MEAN, STD))
    return ((images - mean) / deviation).permute(0, 3, 1, 2)


def _for_pairs(values):
    """One value of every scene for both of its pieces."""
    return values.repeat_interleave(PIECES, 0)


def _draw(count, low, high, generator, *shape):
    return low + (high - low) * torch.rand(count, *shape, generator=generator, device=generator.device)


def turned(pictures, generator):
    """One of the eight symmetries of the square for each scene, of [B, S, S, C]."""
    turn = _for_pairs(torch.randint(8, (len(pictures) // PIECES,), generator=generator, device=pictures.device))

    def where(bit, changed):
        return torch.where(((turn & bit) != 0)[:, None, None, None], changed, pictures)

    pictures = where(1, pictures.flip(2))
    pictures = where(2, pictures.flip(1))
    return where(4, pictures.transpose(1, 2))


def zoomed(pictures, generator, share=0.4, most=1.8):
    """A part of the picture enlarged to the whole, for that share of the scenes; the same part of both pieces."""
    count, side = len(pictures) // PIECES, pictures.shape[1]
    chosen = (torch.rand(count, generator=generator, device=pictures.device) < share).nonzero()[:, 0]
    if not len(chosen):
        return pictures
    part = 1 / _draw(len(chosen), 1.02, most, generator)
    middle = (1 - part)[:, None] * _draw(len(chosen), -1, 1, generator, 2)
    theta = torch.zeros(len(chosen), 2, 3, device=pictures.device)
    theta[:, 0, 0] = theta[:, 1, 1] = part
    theta[:, :, 2] = middle
    rows = (PIECES * chosen[:, None] + torch.arange(PIECES, device=pictures.device)).flatten()
    some = pictures[rows].permute(0, 3, 1, 2).float()
    places = F.affine_grid(_for_pairs(theta), some.shape, align_corners=False)
    image = F.grid_sample(some[:, :3], places, mode="bilinear", padding_mode="border", align_corners=False)
    states = F.grid_sample(some[:, 3:], places, mode="nearest", padding_mode="border", align_corners=False)
    result = pictures.clone()
    result[rows] = torch.cat([image.round(), states], 1).clamp(0, 255).byte().permute(0, 2, 3, 1)
    return result


def patch_labels(states, number_of_states, full_share):
    """[B, patches, states] targets of pixels' states [B, S, S]: the share of each patch a type covers, full from `full_share` on."""
    batch, rows, columns = states.shape
    blocks = states.view(batch, rows // PATCH, PATCH, columns // PATCH, PATCH).permute(0, 1, 3, 2, 4)
    blocks = blocks.reshape(batch, -1, PATCH * PATCH).long()
    target = torch.zeros(*blocks.shape[:2], number_of_states, device=states.device)
    target.scatter_add_(2, blocks, torch.full(blocks.shape, 1 / (PATCH * PATCH), device=states.device))
    target[..., 1:] = (target[..., 1:] / full_share).clamp(max=1)
    target[..., 1:] /= target[..., 1:].sum(-1, keepdim=True).clamp(min=1)
    target[..., 0] = 1 - target[..., 1:].sum(-1)
    return target


def windows(pictures, side, generator, around=0.85, apart=3):
    """Squares of `side` patches of each picture, and the grid positions [B, side²] of their patches.

    Around a defect of either piece with probability `around`, where there is one. The pieces' windows lie at most `apart` patches from
    each other.
    """
    count, device = len(pictures) // PIECES, pictures.device
    bad = (pictures[..., 3] > 0).view(count, PIECES, GRID, PATCH, GRID, PATCH).any(5).any(3).any(1).flatten(1)
    chance = torch.where(
        torch.rand(count, 1, generator=generator, device=device) < around, bad.float() + 1e-6, torch.ones_like(bad, dtype=torch.float)
    )
    place = torch.multinomial(chance, 1, generator=generator)
    middle = torch.cat([place // GRID, place % GRID], 1)
    corner = middle - torch.randint(side, (count, 2), generator=generator, device=device)
    corner = _for_pairs(corner) + torch.randint(-apart, apart + 1, (count * PIECES, 2), generator=generator, device=device)
    corner = corner.clamp(0, GRID - side)
    rows = corner[:, :1] + torch.arange(side, device=device)
    columns = corner[:, 1:] + torch.arange(side, device=device)
    positions = (rows[:, :, None] * GRID + columns[:, None]).flatten(1)
    pixel = torch.arange(PATCH, device=device)
    rows = (rows[:, :, None] * PATCH + pixel).flatten(1)
    columns = (columns[:, :, None] * PATCH + pixel).flatten(1)
    some = torch.arange(len(pictures), device=device)[:, None, None]
    return pictures[some, rows[:, :, None], columns[:, None]], positions


def busy_patches(images, labels, count, generator):
    """[B, count] positions of patches to look at: all that are defective, then by chance, the more there is to see the sooner.

    The same for both pieces of a scene, so that what one shows has its like in the other. images: [B, 3, S, S], standardized. A part's
    backdrop costs as much as the part and teaches little.
    """
    gray = images.mean(1, keepdim=True)
    variance = F.avg_pool2d(gray * gray, PATCH) - F.avg_pool2d(gray, PATCH) ** 2
    order = 0.5 * (variance.flatten(1).clamp(min=0) + 1e-4).log() + 100 * (labels[..., 0] < 0.97)
    order = order.unflatten(0, (-1, PIECES)).amax(1)
    order = order - torch.empty_like(order).exponential_(generator=generator).log()
    return _for_pairs(order.topk(count, 1).indices.sort(1).values)


def lit(images, generator):
    """Pictures [B, S, S, 3] in 0…1 with another exposure, contrast, color cast, and, for some, sensor noise or a soft focus."""
    count = len(images)
    images = images.clamp(0, 1).pow(torch.exp(_draw(count, -0.35, 0.35, generator, 1, 1, 1)))
    cast = torch.exp(_draw(count, -0.12, 0.12, generator, 1, 1, 3)) * torch.exp(_draw(count, -0.25, 0.25, generator, 1, 1, 1))
    middle = images.mean((1, 2), keepdim=True)
    images = (images - middle) * _draw(count, 0.7, 1.3, generator, 1, 1, 1) + middle * cast
    noise = (_draw(count, 0, 1, generator, 1, 1, 1) < 0.3) * _draw(count, 0, 0.03, generator, 1, 1, 1)
    images = images + noise * torch.randn(images.shape, generator=generator, device=images.device)
    soft = (_draw(count, 0, 1, generator) < 0.15)[:, None, None, None]
    kernel = torch.tensor([0.25, 0.5, 0.25], device=images.device)
    kernel = (kernel[:, None] * kernel).expand(3, 1, 3, 3)
    padded = F.pad(images.permute(0, 3, 1, 2), (1, 1, 1, 1), mode="replicate")
    blurred = F.conv2d(padded, kernel, groups=3).permute(0, 2, 3, 1)
    return torch.where(soft, blurred, images).clamp(0, 1)
