# SPDX-License-Identifier: Apache-2.0
"""What the soak's clients and its server agree on: the body that answers a request of some nonce."""


def body(nonce, size, digest=""):
    """So many bytes in which the nonce stands again and again, each time with a number. `digest` is that of what was sent."""
    each = len(nonce) + 10
    text = f"{digest} " + "".join(f"{nonce} {n:08d}\n" for n in range(size // each + 1))
    return text[:size].encode()


def pieces(body):
    """The body cut into pieces of different lengths."""
    start, n = 0, 1
    while start < len(body):
        yield body[start : start + n]
        start, n = start + n, n * 3 % 8191 + 1
