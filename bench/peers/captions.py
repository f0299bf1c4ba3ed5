"""Captions of the kinds that people give to a CLIP, by the number of their tokens: drawn from small lists of plain
words, each of which is one token, so that any length can be had. The same seed gives the same captions."""

import random

QUALITIES = "red blue green white black old young small large wooden bright quiet busy narrow tall".split()
THINGS = "dog cat car tree house street bridge boat horse child woman man bird train garden market".split()
PLACES = "park kitchen beach forest city village river mountain station harbour field museum".split()
ACTIONS = "stands walks sits waits runs rests plays sleeps".split()
RELATIONS = "near behind beside above below across".split()
LIGHTS = "morning evening winter summer autumn night".split()


def phrase(rng):
    return f"a {rng.choice(QUALITIES)} {rng.choice(THINGS)}"


def clause(rng):
    return f"{phrase(rng)} {rng.choice(ACTIONS)} {rng.choice(RELATIONS)} {phrase(rng)}"


def sentence(rng):
    return f"{clause(rng)} in the {rng.choice(PLACES)} on a {rng.choice(LIGHTS)} day ."


def of_tokens(rng, tokens, part):
    """Parts one after another, cut to so many tokens; start and end count."""
    words = []
    while len(words) < tokens - 2:
        words += part(rng).split()
    return " ".join(words[: tokens - 2])


def query(rng):
    """A search query: a few words."""
    return of_tokens(rng, rng.randint(4, 8), lambda rng: f"{rng.choice(QUALITIES)} {rng.choice(THINGS)} {rng.choice(PLACES)}")


def mix(rng, each):
    """So many queries, as many captions like COCO's and as many like Long-CLIP's, in no order."""
    texts = []
    for _ in range(each):
        texts += [query(rng), of_tokens(rng, rng.randint(8, 20), sentence), of_tokens(rng, rng.randint(60, 240), sentence)]
    rng.shuffle(texts)
    return texts


def all_sets(context=248):
    rng = random.Random(0)
    return {
        "long": [of_tokens(rng, context, sentence) for _ in range(32)],
        "short": [of_tokens(rng, 16, sentence)],
        "mix": mix(rng, 16),
        "calibration": mix(rng, 8),
    }
