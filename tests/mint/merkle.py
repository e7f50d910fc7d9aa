"""RFC 6962 trees."""
import hashlib


def leaf_hash(data):
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes):
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(root(hashes[:half]), root(hashes[half:]))


def path(index, hashes):
    if len(hashes) == 1:
        return []
    half = 1 << (len(hashes) - 1).bit_length() - 1
    if index < half:
        return path(index, hashes[:half]) + [root(hashes[half:])]
    return path(index - half, hashes[half:]) + [root(hashes[:half])]


def verify(index, size, leaf, proof):
    """The root that the proof leads to, as SPEC 6.2."""
    inner = (index ^ (size - 1)).bit_length()
    border = bin(index >> inner).count("1")
    if not 0 <= index < size or len(proof) != inner + border:
        raise ValueError("the proof's shape does not fit")
    h = leaf
    for i, sibling in enumerate(proof):
        h = node_hash(sibling, h) if i >= inner or index >> i & 1 else node_hash(h, sibling)
    return h
