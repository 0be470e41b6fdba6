"""The chain of the audit log, checked by a second implementation that shares nothing with the programs."""

import hashlib
import json
import pathlib
import re

FIRST = (0, "0" * 64)


class Broken(AssertionError):
    """The lines are no chain."""


class Chain:
    """Reads files, oldest first, line by line; `records` are those of the chain, `torn` the octets that a line of it accounts for."""

    def __init__(self, *paths: pathlib.Path, begin: tuple = FIRST):
        self.head, self.records, self.torn = begin, [], []
        self.heads = [begin]
        self._unexplained = b""
        for path in paths:
            for line in path.read_bytes().splitlines(keepends=True):
                self._read(line)
        if self._unexplained:
            raise Broken(f"{self._unexplained[:200]!r} is explained by no line")

    def _read(self, line: bytes):
        record = self._next(line)
        if record is None:
            self._unexplained += line
            return
        if self._unexplained:
            self._explain(record)
        self.records.append(record)
        self.head = (record["seq"], hashlib.sha256(line[:-1]).hexdigest())
        self.heads.append(self.head)

    def _next(self, line: bytes) -> dict | None:
        try:
            record = json.loads(line) if line.endswith(b"\n") else {}
        except ValueError:
            return None
        return record if (record.get("seq", 0) - 1, record.get("prev")) == self.head else None

    def _explain(self, record: dict):
        told = record.get("torn_bytes"), record.get("torn_sha256")
        for octets in (self._unexplained, self._unexplained.removesuffix(b"\n")):
            if record["outcome"] == "audit_recovered" and told == (len(octets), hashlib.sha256(octets).hexdigest()):
                self.torn.append(octets)
                self._unexplained = b""
                return
        raise Broken(f"{self._unexplained[:200]!r} is not explained by {record}")

    def outcomes(self) -> list:
        return [record["outcome"] for record in self.records]

    def jwt_digests(self) -> list:
        return [record["jwt_sha256"] for record in self.records if "jwt_sha256" in record]


def told_heads(stderr: str) -> list:
    """The heads that a daemon has told in its log: (number, digest)."""
    return [(int(number), digest) for number, digest in re.findall(r"audit log: head (\d+):([0-9a-f]{64})", stderr)]
