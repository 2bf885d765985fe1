"""Trains the text tower: `python text.py RUN_DIR [--steps N]`. A few minutes on one core; writes `text.pt`.

Every state has a fixed unit target (`model.anchors`). Prompts of a state, in any of its wordings, templates and nouns, are
pulled to it by cross-entropy over all states and by the cosine itself. The image tower is trained against the same targets, so the two
can be trained apart.
"""

import argparse
import random
import time
from pathlib import Path

import torch
from torch.nn import functional as F

import bpe
import prompts
from model import TEMPERATURE, TEXT, TextTower, anchors

SEED = 7
MERGES = 1500
NOUNS_PER_STEP = 4


def corpus(nouns):
    """Texts the vocabulary is learned from."""
    generator = random.Random(SEED)
    texts = [
        prompts.fill(generator.choice(prompts.TEMPLATES), phrase, noun)
        for state in prompts.STATES
        for phrase in prompts.training_phrases(state)
        for noun in generator.sample(nouns, 12)
    ]
    return texts + [noun for noun in nouns for _ in range(3)] + [template.replace("{}", "") for template in prompts.TEMPLATES]


def draw_noun(generator):
    """A generic noun, another noun, or a made-up word: the noun must not change the state."""
    kind = generator.random()
    if kind < 0.35:
        return generator.choice(prompts.GENERIC_NOUNS)
    if kind < 0.8:
        return generator.choice(prompts.OTHER_NOUNS)
    letters = "abcdefghijklmnopqrstuvwxyz" * 6 + "0123456789_-éüñçøß漢字"
    return "".join(generator.choice(letters) for _ in range(generator.randint(2, 10)))


def loss(tower, tokenizer, generator, targets):
    """How far prompts of every state are from the state's anchor, for a few nouns."""
    ids, truth = [], []
    for _ in range(NOUNS_PER_STEP):
        noun = draw_noun(generator)
        for number, state in enumerate(prompts.STATES):
            phrase = generator.choice(prompts.training_phrases(state))
            ids.append(tokenizer.encode(prompts.fill(generator.choice(prompts.TEMPLATES), phrase, noun)))
            truth.append(number)
    rows = F.normalize(tower.encode_text(ids).float(), dim=-1)
    cosine, truth = rows @ targets.T, torch.tensor(truth)
    own = cosine[torch.arange(len(rows)), truth]
    return F.cross_entropy(TEMPERATURE * cosine, truth) + 50 * (1 - own).mean(), float((cosine.argmax(1) == truth).float().mean())


def main():
    """Learns the vocabulary, trains the tower and writes both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--steps", type=int, default=2500)
    options = parser.parse_args()
    options.run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    nouns = [*prompts.GENERIC_NOUNS, *prompts.OTHER_NOUNS]
    merges = bpe.learn(corpus(nouns), MERGES)
    bpe.save(options.run / "merges.txt", merges)
    tokenizer = bpe.Tokenizer(merges, TEXT["context_length"])
    tower, targets, generator = TextTower(tokenizer.size), anchors(len(prompts.STATES)), random.Random(SEED)
    optimizer = torch.optim.AdamW([p for p in tower.parameters() if p.requires_grad], lr=1e-3, betas=(0.9, 0.98), weight_decay=0.02)
    began = time.time()
    for step in range(options.steps):
        rate = 1e-3 * min(1, (step + 1) / 100) * (1 - step / options.steps)
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16):
            value, right = loss(tower, tokenizer, generator, targets)
        optimizer.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step}  loss {value.item():.4f}  named {right:.3f}  {time.time() - began:.0f} s", flush=True)
    torch.save(tower.state_dict(), options.run / "text.pt")


if __name__ == "__main__":
    main()
