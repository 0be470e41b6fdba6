"""The JWT of every profile, verified by implementations that nobody here wrote: profiles.test.mjs, which the rows of profile_rows.py drive."""

import base64
import dataclasses
import json
import unittest

from tests.interop import checked_start
from tests.interop.node_tests import NodeTests
from tests.interop.private_key import PrivateKey
from tests.interop.profile_rows import ROWS, profiles_without_row
from tests.support.stack import Stack

#: What the stack would write of itself.
NOT_OURS = {"key-id": None, "issuer": None, "role": None}


class Profiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack = cls.enterClassContext(Stack(start=False, keys={}))
        rows = []
        for name, row in ROWS.items():
            key = PrivateKey(row.alg)
            stack.write_key(name, {**NOT_OURS, **key.into(stack, name), "profile": row.profile, "alg": row.alg, "publish": "yes", **row.options})
            certificate = base64.b64encode(key.certificate_into(stack, name)).decode() if row.certificate else None
            rows.append({"name": name, "spki": key.spki_pem, **dataclasses.asdict(row), "certificate": certificate})
        checked_start.start(stack)
        table = stack.root / "rows.json"
        table.write_text(json.dumps(rows))
        cls.node = cls.enterClassContext(NodeTests())
        cls.variables = {"SIGNET_SOCKET": str(stack.socket), "SIGNET_ROWS": str(table)}

    def test_every_profile_has_a_row(self):
        self.assertEqual(profiles_without_row(), set(), "apple_rows.py and service_rows.py say nothing of these")

    def test_jose_and_jsonwebtoken_accept_every_profiles_jwt(self):
        self.node.run("profiles", **self.variables)

    def test_storekit_requests_are_what_apples_library_signs(self):
        self.node.run("storekit", **self.variables)


if __name__ == "__main__":
    unittest.main()
