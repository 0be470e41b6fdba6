"""The packages from npm: exact versions, and a lock file that holds a hash of each and no address."""

import json
import unittest

from tests.interop.node_tests import HERE


class Packages(unittest.TestCase):
    def setUp(self):
        lock = (HERE / "package-lock.json").read_text()
        self.wanted = json.loads((HERE / "package.json").read_text())
        root, *self.locked = json.loads(lock)["packages"].items()
        self.root = root[1]

    def test_versions_are_exact_and_the_locked_ones(self):
        for kind in ("dependencies", "optionalDependencies"):
            self.assertEqual(self.root[kind], self.wanted[kind])
            for name, version in self.wanted[kind].items():
                self.assertRegex(version, r"^\d+\.\d+\.\d+$")
                self.assertEqual(dict(self.locked)[f"node_modules/{name}"]["version"], version)

    def test_every_package_has_a_hash_and_none_an_address(self):
        self.assertGreater(len(self.locked), len(self.wanted["dependencies"]))
        for name, package in self.locked:
            self.assertTrue(package.get("integrity", "").startswith("sha512-"), name)
            self.assertNotIn("resolved", package, name)

    def test_no_package_runs_a_script_when_it_is_installed(self):
        self.assertIn("ignore-scripts=true", (HERE / ".npmrc").read_text().splitlines())


if __name__ == "__main__":
    unittest.main()
