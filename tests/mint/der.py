"""DER by hand, so that a test can write what no library would."""


def length(n):
    if n < 0x80:
        return bytes([n])
    octets = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def tlv(tag, *parts):
    content = b"".join(parts)
    return bytes([tag]) + length(len(content)) + content


def seq(*parts):
    return tlv(0x30, *parts)


def set_of(*parts):
    return tlv(0x31, *sorted(parts))


def set_as_is(*parts):
    return tlv(0x31, *parts)


def oid(text):
    arcs = [int(arc) for arc in text.split(".")]
    out = bytearray()
    for arc in [arcs[0] * 40 + arcs[1]] + arcs[2:]:
        septets = [arc & 0x7F]
        while arc > 0x7F:
            arc >>= 7
            septets.append(0x80 | (arc & 0x7F))
        out += bytes(reversed(septets))
    return tlv(6, bytes(out))


def integer(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))


def boolean(value):
    return tlv(1, b"\xff" if value else b"\x00")


def null():
    return b"\x05\x00"


def octets(data):
    return tlv(4, data)


def bits(data, unused=0):
    return tlv(3, bytes([unused]), data)


def utf8(text):
    return tlv(12, text.encode() if isinstance(text, str) else text)


def printable(text):
    return tlv(19, text.encode())


def explicit(n, *parts):
    return tlv(0xA0 | n, *parts)


def implicit(n, data):
    return tlv(0x80 | n, data)


def time(seconds):
    """UTCTime until 2049, GeneralizedTime after, as RFC 5280 wants."""
    import datetime
    t = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    if 1950 <= t.year < 2050:
        return tlv(23, t.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(24, t.strftime("%Y%m%d%H%M%SZ").encode())


def generalized(seconds, fraction=""):
    import datetime
    t = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return tlv(24, (t.strftime("%Y%m%d%H%M%S") + fraction + "Z").encode())


# --- reading ------------------------------------------------------------------

def read(data, at=0):
    """(tag, content, whole element, end) of the element at that offset."""
    tag, first, start = data[at], data[at + 1], at + 2
    if first < 0x80:
        size = first
    else:
        size = int.from_bytes(data[start:start + (first & 0x7F)], "big")
        start += first & 0x7F
    end = start + size
    if end > len(data):
        raise ValueError("DER element runs past its end")
    return tag, data[start:end], data[at:end], end


def children(content):
    """The elements of a constructed value's content, as (tag, content, whole)."""
    out, at = [], 0
    while at < len(content):
        tag, inner, whole, at = read(content, at)
        out.append((tag, inner, whole))
    return out
