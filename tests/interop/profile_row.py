"""What a profile's JWT holds, as one row says it."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    """`options` of the key file, `request` of the caller, and the whole of the answer: header beside `alg`, claims, times in seconds from the
    moment of signing, and `unique` claims, which are UUIDs that no other JWT has. Texts with @ are of the key, and the judge fills them in:
    @thumbprint (RFC 7638), @spki-sha256, @certificate-sha256, @certificate-sha1. `single_use`: each request gets a JWT of its own. `sorted_members`: as RFC 8225 has them.
    `certificate`: the token holds one for the key."""
    profile: str
    alg: str
    options: dict
    header: dict
    claims: dict
    times: dict
    request: dict = dataclasses.field(default_factory=dict)
    unique: tuple = ()
    single_use: bool = False
    sorted_members: bool = False
    certificate: bool = False
