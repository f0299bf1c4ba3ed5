"""The two shapes that Long-CLIP is published in, and the arithmetic that an encoder of them cannot do without."""

SHAPES = {
    "B": {
        "image": {"size": 224, "patch": 16, "width": 768, "layers": 12, "heads": 12},
        "text": {"vocabulary": 49408, "context": 248, "width": 512, "layers": 12, "heads": 8},
        "embedding": 512,
    },
    "L": {
        "image": {"size": 224, "patch": 14, "width": 1024, "layers": 24, "heads": 16},
        "text": {"vocabulary": 49408, "context": 248, "width": 768, "layers": 12, "heads": 12},
        "embedding": 768,
    },
}


def blocks(tokens, width, layers, causal):
    """Operations of a transformer of whose last block one row is needed. An addition and a multiplication are two."""
    pairs = tokens * (tokens + 1) / 2 if causal else tokens * tokens
    whole = 24 * tokens * width**2 + 4 * pairs * width
    last = (4 * tokens + 20) * width**2 + 4 * tokens * width
    return (layers - 1) * whole + last


def operations(shape, kind, tokens):
    """Of one image, or of one text of so many tokens."""
    tower = SHAPES[shape][kind]
    projection = 2 * tower["width"] * SHAPES[shape]["embedding"]
    if kind == "text":
        return blocks(tokens, tower["width"], tower["layers"], causal=True) + projection
    patches = (tower["size"] // tower["patch"]) ** 2
    embedding = 2 * patches * 3 * tower["patch"] ** 2 * tower["width"]
    return embedding + blocks(patches + 1, tower["width"], tower["layers"], causal=False) + projection
