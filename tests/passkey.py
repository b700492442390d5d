"""A passkey made of software: it answers a page's challenge as a phone or a key of metal would (WebAuthn level 2)."""

import json
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

ORIGIN = "http://testserver"
FLAGS = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV  # somebody was there, and it was them


@dataclass
class Passkey:
    """One key pair for one site and one account."""

    site: str = "testserver"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    number: bytes = field(default_factory=lambda: token_bytes(32))
    owner: str = ""
    used: int = 0

    def made(self, options: dict[str, Any]) -> str:
        """Answer a page that asks to make a passkey."""
        asked = options["publicKey"]
        self.owner = asked["user"]["id"]
        known = AttestedCredentialData.create(
            b"\0" * 16, self.number, ES256.from_cryptography_key(self.key.public_key())
        )
        data = AuthenticatorData.create(sha256(self.site.encode()), FLAGS | AuthenticatorData.FLAG.AT, 0, known)
        said = _said("webauthn.create", asked["challenge"])
        whole = AttestationObject.create("none", data, {})
        return self._answer({"clientDataJSON": websafe_encode(said), "attestationObject": websafe_encode(whole)})

    def signed(self, options: dict[str, Any]) -> str:
        """Answer a page that asks who is there."""
        self.used += 1
        data = AuthenticatorData.create(sha256(self.site.encode()), FLAGS, self.used)
        said = _said("webauthn.get", options["publicKey"]["challenge"])
        signature = self.key.sign(bytes(data) + sha256(said), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": websafe_encode(said),
                "authenticatorData": websafe_encode(bytes(data)),
                "signature": websafe_encode(signature),
                "userHandle": self.owner,
            }
        )

    def _answer(self, response: dict[str, str]) -> str:
        number = websafe_encode(self.number)
        return json.dumps(
            {
                "id": number,
                "rawId": number,
                "type": "public-key",
                "response": response,
                "authenticatorAttachment": "platform",
                "clientExtensionResults": {"credProps": {"rk": True}},
            }
        )


def _said(kind: str, challenge: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": ORIGIN}).encode()
