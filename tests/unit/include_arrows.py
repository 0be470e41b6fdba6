#!/usr/bin/python3
"""Holds the folders to their include directions, and `signet` to what it may link.

Each folder names what it may include besides itself. The rules are also turned on a copy of the tree with one wrong include planted
per rule, so that a rule which catches nothing fails the test.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("SIGNET_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("SIGNET_BUILD", SOURCE / "build" / "dev"))

# folder: the folders whose headers it may include. The longest matching folder counts.
MAY_INCLUDE = {
    "proto": ["proto"],
    "host": ["proto", "host"],
    "pkcs11": ["proto", "host", "pkcs11", "pkcs11/provider"],
    "pkcs11/provider": ["proto", "pkcs11/provider"],
    "daemon/rules": ["proto", "daemon/rules"],
    "daemon/service": ["proto", "host", "daemon/rules", "daemon/service"],
    "cli/terminal": ["proto", "cli/terminal"],
    "cli/signet": ["proto", "host", "cli/terminal", "cli/signet"],
    "cli/signet-admin": ["proto", "host", "pkcs11", "daemon/rules", "cli/terminal", "cli/signet", "cli/signet-admin"],
}

PKCS11_HEADERS = re.compile(r"^(libp11|p11_|p11-kit|pkcs11\w*\.h|cryptoki)")
PROTOBUF_HEADERS = re.compile(r"^(google/protobuf/|proto/token\.pb\.h$)")
SOCKET_HEADERS = re.compile(r"^(sys/socket\.h|sys/un\.h|netinet/|arpa/|netdb\.h|poll\.h|sys/epoll\.h|boost/asio|boost/beast)")

# folder: (header pattern it must not include, why)
FORBIDDEN = {
    "proto": [(PKCS11_HEADERS, "only pkcs11 knows Cryptoki"), (PROTOBUF_HEADERS, "the frames are generated beside proto, not used in it"),
              (SOCKET_HEADERS, "proto does no I/O")],
    "host": [(PKCS11_HEADERS, "only pkcs11 knows Cryptoki")],
    "pkcs11/provider": [(PKCS11_HEADERS, "the provider knows its signer by signing_key.h alone")],
    "daemon": [(PKCS11_HEADERS, "only pkcs11 knows Cryptoki")],
    "daemon/rules": [(SOCKET_HEADERS, "rules are pure decisions"), (PROTOBUF_HEADERS, "rules know no frames")],
    "cli": [(PKCS11_HEADERS, "only pkcs11 knows Cryptoki")],
    "cli/terminal": [(PROTOBUF_HEADERS, "signet is without protobuf")],
    "cli/signet": [(PROTOBUF_HEADERS, "signet is without protobuf")],
}

# What each rule must catch when it is planted: (file, include line).
WRONG_INCLUDES = [
    ("proto/wrong.h", '#include "host/log.h"'),
    ("proto/wrong.cc", '#include "pkcs11/module.h"'),
    ("proto/wrong.cc", "#include <libp11.h>"),
    ("proto/wrong.cc", "#include <sys/socket.h>"),
    ("proto/wrong.cc", '#include "proto/token.pb.h"'),
    ("host/wrong.cc", '#include "daemon/rules/peer.h"'),
    ("host/wrong.cc", '#include "pkcs11/module.h"'),
    ("pkcs11/wrong.cc", '#include "daemon/rules/peer.h"'),
    ("pkcs11/provider/wrong.cc", '#include "cli/signet/call.h"'),
    ("pkcs11/provider/wrong.cc", '#include "pkcs11/session.h"'),
    ("pkcs11/provider/wrong.cc", "#include <p11-kit/pkcs11.h>"),
    ("daemon/rules/wrong.cc", '#include "host/log.h"'),
    ("daemon/rules/wrong.cc", '#include "daemon/service/router.h"'),
    ("daemon/rules/wrong.cc", "#include <boost/asio/io_context.hpp>"),
    ("daemon/rules/wrong.cc", "#  include <boost/beast/http.hpp>"),
    ("daemon/rules/wrong.cc", "#include <sys/un.h>"),
    ("daemon/rules/wrong.cc", '#include "proto/token.pb.h"'),
    ("daemon/service/wrong.cc", '#include "pkcs11/module.h"'),
    ("daemon/service/wrong.cc", '#include "cli/signet/call.h"'),
    ("daemon/service/wrong.cc", "#include <p11-kit/pkcs11.h>"),
    ("cli/signet/wrong.cc", '#include "pkcs11/module.h"'),
    ("cli/signet/wrong.cc", '#include "daemon/rules/peer.h"'),
    ("cli/signet/wrong.cc", '#include "proto/token.pb.h"'),
    ("cli/signet/wrong.cc", "#include <google/protobuf/message_lite.h>"),
    ("cli/signet/wrong.cc", "#include <libp11.h>"),
    ("cli/signet-admin/wrong.cc", '#include "daemon/service/router.h"'),
    ("cli/signet-admin/wrong.cc", "#include <libp11.h>"),
    ("cli/signet/wrong.cc", '#include "tests/support/catch.h"'),
    ("pkcs11/wrong.cc", '#include "../daemon/rules/peer.h"'),
    ("pkcs11/wrong.cc", '#include "module.h"'),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
FOLDERS = ("proto", "host", "pkcs11", "daemon", "cli", "tests")


def enclosing(path, folders):
    """The longest of the folders that holds the path, or None."""
    holding = [folder for folder in folders if path == folder or path.startswith(folder + "/")]
    return max(holding, key=len, default=None)


def fault(file, bracket, header):
    """Why this file must not include this header, or None."""
    folder = enclosing(file, MAY_INCLUDE)
    if folder is None:
        return "is in a folder without a rule; add it to MAY_INCLUDE"
    for place, rules in FORBIDDEN.items():
        if enclosing(file, [place]):
            for pattern, why in rules:
                if pattern.match(header):
                    return why
    if bracket == "<":
        return None
    target = enclosing(header, FOLDERS)
    if target is None or ".." in header:
        return "is not written from the project's root"
    allowed = MAY_INCLUDE[folder]
    if enclosing(header, list(MAY_INCLUDE)) not in allowed:
        return f"{folder} may include {', '.join(allowed)} only"
    return None


def faults(root):
    found = []
    for top in FOLDERS[:-1]:
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in (".h", ".cc", ".cpp", ".hpp"):
                continue
            file = path.relative_to(root).as_posix()
            for bracket, header in INCLUDE.findall(path.read_text(encoding="utf-8")):
                why = fault(file, bracket, header)
                if why:
                    found.append(f"{file} includes {header}: {why}")
    return found


def needed_libraries(program):
    output = subprocess.run(["readelf", "-d", program], check=True, capture_output=True, text=True).stdout
    return re.findall(r"\(NEEDED\)[^\[]*\[([^\]]+)\]", output)


class IncludeArrows(unittest.TestCase):
    def test_no_include_goes_against_its_direction(self):
        self.assertEqual(faults(SOURCE), [])

    def test_every_folder_with_a_rule_has_sources(self):
        for folder in MAY_INCLUDE:
            self.assertTrue(list((SOURCE / folder).glob("*.cc")), folder)

    def test_a_planted_wrong_include_is_caught(self):
        with tempfile.TemporaryDirectory(prefix="signet-arrows-") as place:
            copy = pathlib.Path(place)
            for folder in FOLDERS[:-1]:
                shutil.copytree(SOURCE / folder, copy / folder)
            for file, line in WRONG_INCLUDES:
                with self.subTest(file=file, line=line):
                    planted = copy / file
                    planted.parent.mkdir(parents=True, exist_ok=True)
                    planted.write_text(f"#pragma once\n{line}\n")
                    caught = [text for text in faults(copy) if text.startswith(file)]
                    planted.unlink()
                    self.assertEqual(len(caught), 1, caught)


class LinkedLibraries(unittest.TestCase):
    """What a build machine has to install for `signet`: neither a PKCS#11 library nor protobuf."""

    def program(self, name):
        path = BUILD / "bin" / name
        if not path.exists():
            self.skipTest(f"{path} is not built")
        return path

    def test_signet_links_neither_libp11_nor_protobuf(self):
        libraries = needed_libraries(self.program("signet"))
        self.assertTrue(libraries)
        self.assertEqual([name for name in libraries if re.match(r"lib(p11|protobuf)", name)], [])

    def test_signetd_links_no_pkcs11_library(self):
        libraries = needed_libraries(self.program("signetd"))
        self.assertEqual([name for name in libraries if re.match(r"lib(p11|softhsm)", name)], [])

    def test_signet_token_shows_that_the_check_sees_libp11(self):
        libraries = needed_libraries(self.program("signet-token"))
        self.assertTrue([name for name in libraries if name.startswith("libp11")], libraries)


if __name__ == "__main__":
    unittest.main()
