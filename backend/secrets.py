"""The master secret and what is derived from it: one key for each purpose.

Keys are derived with HKDF-SHA256 (RFC 5869). Sealed values are `version byte | nonce | AES-256-GCM ciphertext`,
bound to the name of what they belong to, so that one row's ciphertext cannot be moved to another.
"""

import contextlib
import errno
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.settings import Settings

_VERSION = b"\x01"
_NONCE_BYTES = 12
_FILE = "secret.key"
_SHORTEST = 32


class UnreadableSecretError(ValueError):
    """A sealed value was made under another master secret, or has been tampered with."""


class Secrets:
    """Derived keys. `repr` shows none of them."""

    def __init__(self, master: bytes) -> None:
        self._seal = AESGCM(_derive(master, b"seal/1"))
        self._hash = _derive(master, b"hash/1")
        self.token_key = _derive(master, b"token/1")

    def __repr__(self) -> str:
        return "Secrets(...)"

    def seal(self, plain: str, owner: str) -> bytes:
        """Encrypts a value that belongs to `owner`."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._seal.encrypt(nonce, plain.encode(), owner.encode())

    def unseal(self, sealed: bytes, owner: str) -> str:
        """Decrypts what `seal` made for the same owner. Raises `UnreadableSecretError`."""
        if sealed[:1] != _VERSION or len(sealed) <= _NONCE_BYTES:
            raise UnreadableSecretError("sealed in an unknown way")
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._seal.decrypt(nonce, body, owner.encode()).decode()
        except InvalidTag:
            raise UnreadableSecretError(f"{owner} cannot be decrypted with this FAIRLEAD_SECRET_KEY") from None

    def digest(self, purpose: str, value: str | bytes) -> bytes:
        """A keyed hash (HMAC-SHA256): equal values can be told, none can be guessed without the key."""
        data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        return hmac.digest(self._hash, purpose.encode() + b"\0" + data, hashlib.sha256)


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"fairlead", info=purpose).derive(master)


def load_secrets(settings: Settings) -> Secrets:
    """Secrets from the setting, else from a 0600 file in the data folder, made at the first start.

    Raises `OSError` when the file cannot be read or made, or holds no secret.
    """
    if settings.secret_key is not None:
        return Secrets(settings.secret_key.get_secret_value().encode())
    return Secrets(_read_or_make(settings.data_dir / _FILE))


def _read_or_make(path: Path) -> bytes:
    if path.exists():
        return _read(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)
    finally:
        fresh.unlink()
    return _read(path)


def _read(path: Path) -> bytes:
    master = path.read_bytes().strip()
    if len(master) < _SHORTEST:
        raise OSError(errno.EINVAL, "It is damaged: put the secret back from a copy", str(path))
    return master
