"""Looks for secrets in whatever a thief may get hold of: files of any kind, in every spelling that a program is likely to use."""

import base64
import os
import pathlib
import re

WINDOW = 8
ALPHABETS = (base64.b64encode, base64.urlsafe_b64encode)


class Thief:
    """Knows the secrets, as a test does, and looks for any piece of one: WINDOW of its bytes, or of its text, one behind the other."""

    def __init__(self):
        self.secrets: list[bytes] = []
        # Of hexadecimal digits twice as many: less would turn up by chance.
        self.pieces: dict[int, dict[bytes, str]] = {WINDOW: {}, 2 * WINDOW: {}}

    def make(self, size: int = 32) -> str:
        """A fresh secret, as callers send it."""
        return self.learn(base64.b64encode(os.urandom(size)).decode())

    def learn(self, text: str) -> str:
        secret = base64.b64decode(text)
        self.secrets.append(secret)
        for spelling, form in self.spellings(secret):
            size = 2 * WINDOW if spelling.startswith("hex") else WINDOW
            for at in range(len(form) - size + 1):
                self.pieces[size][form[at:at + size]] = f"{spelling} of secret {len(self.secrets)} from {at} on"
        return text

    @staticmethod
    def spellings(secret: bytes):
        yield "bytes", secret
        yield "hex", secret.hex().encode()
        yield "hex in capitals", secret.hex().upper().encode()
        for before in range(3):
            # Behind other bytes base64 comes out otherwise; what depends on those, and on what follows, is left out.
            first, last = -(-before * 8 // 6), (before + len(secret)) * 8 // 6
            for encode in ALPHABETS:
                yield f"base64 behind {before} bytes", encode(bytes(before) + secret)[first:last]

    def search(self, data: bytes) -> list[str]:
        """Which pieces stand in it. Runs of zeros, which no secret has, are passed over."""
        found = []
        for part in re.split(rb"\0{32,}", data):
            for size, pieces in self.pieces.items():
                found += [pieces[part[at:at + size]] for at in range(len(part) - size + 1) if part[at:at + size] in pieces]
        return found

    def loot(self, *places: pathlib.Path) -> tuple[list[str], int]:
        """What is found in the files and in all below the directories, with the file's name; and how many bytes were looked through."""
        files = [file for place in places for file in ([place] if place.is_file() else sorted(place.rglob("*"))) if file.is_file() and not file.is_symlink()]
        found, bytes_seen = [], 0
        for file in files:
            data = file.read_bytes()
            bytes_seen += len(data)
            found += [f"{file}: {piece}" for piece in self.search(data)]
        return found, bytes_seen
