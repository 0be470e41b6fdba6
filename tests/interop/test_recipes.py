"""The recipes of docs/recipes, run as they stand on the pages. Remote services are stand-ins on this machine that verify each JWT with jose."""

import base64
import hashlib
import json
import unittest

from tests.interop import checked_start, recipe_pages
from tests.interop.certificates import write_certificates
from tests.interop.node_tests import HERE, NodeTests
from tests.interop.private_key import PrivateKey
from tests.interop.profile_rows import PROFILES
from tests.support.process import build_directory
from tests.support.stack import Stack

#: The services that the recipes call, for the stand-in's certificate.
HOSTS = ["api.enterprise.developer.apple.com", "api.appstoreconnect.apple.com", "appstoreconnect.apple.com", "notary-submissions.s3.us-west-2.amazonaws.com",
         "api.storekit-sandbox.apple.com", "api.github.com", "login.microsoftonline.com", "management.azure.com", "login.example.com", "api.example.com"]

#: The test that runs it, NAME.test.mjs, for each file of the pages.
RUN_BY = {
    "curl": ["devices.sh", "device-count.sh", "wait-for-build.sh", "apps.sh"],
    "fastlane": ["Fastfile"],
    "node_recipes": ["signet.mjs", "app-store-server.mjs", "github-app.mjs", "entra.mjs", "oauth.mjs"],
    "ready_jwt": ["notary.sh", "transporter.sh"],
}


def algorithm(options: dict) -> str:
    return options.get("alg") or json.loads((PROFILES / f"{options['profile']}.json").read_text())["algorithms"][0]


class Recipes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack, keys = cls.enterClassContext(Stack(start=False, keys={})), {}
        for name, options in recipe_pages.key_files().items():
            keys[name] = PrivateKey(algorithm(options))
            stack.write_key(name, {**keys[name].into(stack, name), "key-id": None, "issuer": None, "role": None, "publish": "yes", **options})
        thumbprint = hashlib.sha256(keys["entra"].certificate_into(stack, "entra")).digest()
        checked_start.start(stack)
        write_certificates(stack.root / "certificates", HOSTS)
        stand_ins = {path.name: path.read_text() for path in HERE.glob("*.rb")}
        cls.node = cls.enterClassContext(NodeTests({**stand_ins, **recipe_pages.files()}))
        cls.variables = {"SIGNET_SOCKET": str(stack.socket), "SIGNET_PROGRAMS": str(build_directory() / "bin"),
                         "SIGNET_CERTIFICATES": str(stack.root / "certificates"),
                         "SIGNET_ENTRA_THUMBPRINT": base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode()}

    def test_every_file_of_the_pages_is_run(self):
        self.assertEqual(sorted(name for names in RUN_BY.values() for name in names), sorted(recipe_pages.files()))

    def test_recipes(self):
        for test in RUN_BY:
            with self.subTest(test):
                self.node.run(test, **self.variables)


if __name__ == "__main__":
    unittest.main()
