"""Reads a pcapng file of attlsctl trace strictly, and says what is in it.

pcapng.py FILE prints one line for each stream: interface, connection, and the
SHA-256 of what went either way; then the lines of the key log. It fails when a
block, a checksum or a sequence number is wrong.
"""

import hashlib
import socket
import struct
import sys


def blocks(data):
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        assert length % 4 == 0 and length >= 12, (at, length)
        (again,) = struct.unpack_from("<I", data, at + length - 4)
        assert again == length, (at, length, again)
        yield kind, data[at + 8 : at + length - 4]
        at += length
    assert at == len(data)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def packet(raw):
    """Source, target, sequence number, flags and data."""
    if raw[0] >> 4 == 4:
        assert checksum(raw[:20]) == 0xFFFF, "IPv4 checksum"
        assert struct.unpack_from(">H", raw, 2)[0] == len(raw)
        source, target, tcp, family = raw[12:16], raw[16:20], raw[20:], socket.AF_INET
    else:
        assert struct.unpack_from(">H", raw, 4)[0] == len(raw) - 40
        source, target, tcp, family = raw[8:24], raw[24:40], raw[40:], socket.AF_INET6
    pseudo = source + target + struct.pack(">II", 6, len(tcp))
    assert checksum(pseudo + tcp) == 0xFFFF, "TCP checksum"
    sport, tport, number, ack = struct.unpack_from(">HHII", tcp)
    ends = [
        "%s:%d" % (socket.inet_ntop(family, a), p)
        for a, p in ((source, sport), (target, tport))
    ]
    return ends[0], ends[1], number, ack, tcp[13], tcp[20:]


def main():
    keys = b""
    streams, names, stamp = {}, [], 0
    for i, (kind, body) in enumerate(blocks(open(sys.argv[1], "rb").read())):
        assert (kind == 0x0A0D0D0A) == (i == 0)
        if kind == 0x0A0D0D0A:
            assert struct.unpack_from("<IHH", body) == (0x1A2B3C4D, 1, 0)
        elif kind == 1:
            link, _, _, code, length = struct.unpack_from("<HHIHH", body)
            assert (link, code) == (101, 2)
            names.append(body[12 : 12 + length].decode())
        elif kind == 10:
            what, length = struct.unpack_from("<II", body)
            assert what == 0x544C534B
            keys += body[8 : 8 + length]
        else:
            assert kind == 6, kind
            where, high, low, captured, length = struct.unpack_from("<IIIII", body)
            assert captured == length and (high << 32 | low) > 1600000000 * 10**6
            source, target, number, ack, flags, data = packet(body[20 : 20 + length])
            way = streams.setdefault((names[where], source, target), [None, b"", False])
            back = streams.setdefault((names[where], target, source), [None, b"", False])
            if flags & 2:  # SYN
                assert way[0] is None and not data
                way[0] = number
            assert number == way[0], "sequence number"
            assert not flags & 16 or ack == back[0], "acknowledgement"
            way[0] = (number + len(data) + (flags & 3 != 0)) & 0xFFFFFFFF
            way[1] += data
            way[2] |= flags & 1 != 0
    for (name, source, target), (_, data, ended) in sorted(streams.items()):
        print(
            "%s %s > %s %d bytes begin %s sha256 %s%s"
            % (name, source, target, len(data), data[:3].hex(),
               hashlib.sha256(data).hexdigest(), " ended" if ended else "")
        )
    sys.stdout.write(keys.decode())


main()
