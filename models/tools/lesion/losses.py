"""Losses: logit-adjusted cross-entropy, supervised contrast over lesions, Dice with BCE."""

from __future__ import annotations

import torch
import torch.nn.functional as F


def cross_entropy(logits, target, prior, smoothing: float = 0.05):
    """Cross-entropy with the sampled class prior added, so that raw logits are class-balanced.

    target: soft labels [B,C]; prior: shares of the classes where each picture comes from, [B,C], zero for a class
    that its set lacks: such a class is not in question there. Smoothing goes to the prior, not evenly to all
    classes, so that it pulls the raw logits towards equal and never towards a class that the set lacks.
    """
    soft = (1 - smoothing) * target + smoothing * prior
    return F.cross_entropy(logits.float() + adjustment(prior), soft)


def adjustment(prior):
    """Log of a prior; a class without a share keeps a thousandth, so that the network still learns not to say it."""
    return torch.log(prior.clamp(min=1e-3))


def distillation(logits, opinion, prior, temperature: float = 1.0):
    """Cross-entropy with the teachers' class-balanced logits, both at a temperature (Hinton et al. 2015)."""
    shift = adjustment(prior)
    soft = torch.softmax((opinion + shift) / temperature, dim=1)
    return temperature**2 * F.cross_entropy((logits.float() + shift) / temperature, soft)


def contrast(embedding, group, memory, memory_group, temperature: float = 0.1):
    """Supervised contrastive loss; positives are pictures (or views) of one lesion.

    memory holds earlier embeddings, which serve as further candidates.
    """
    keys = torch.cat([embedding, memory])
    key_group = torch.cat([group, memory_group])
    score = embedding @ keys.t() / temperature
    self_mask = torch.zeros_like(score, dtype=torch.bool)
    self_mask[:, : len(group)].fill_diagonal_(True)
    positive = (group[:, None] == key_group[None]) & ~self_mask
    log_p = score - torch.logsumexp(score.masked_fill(self_mask, -1e4), dim=1, keepdim=True)
    count = positive.sum(1)
    per = -(log_p * positive).sum(1) / count.clamp(min=1)
    return per[count > 0].mean()


def overlap(logits, target):
    """Mean of BCE and soft Dice over the masks; target in 0..1, same shape as logits."""
    logits = logits.float()
    bce = F.binary_cross_entropy_with_logits(logits, target)
    p = torch.sigmoid(logits).flatten(1)
    t = target.flatten(1)
    dice = 1 - (2 * (p * t).sum(1) + 1) / (p.sum(1) + t.sum(1) + 1)
    return bce + dice.mean()
