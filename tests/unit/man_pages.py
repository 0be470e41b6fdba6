#!/usr/bin/python3
"""Holds the manual pages to what a merge breaks unseen: a request that is not alone on its line, and a paragraph that stands twice."""

import collections
import os
import pathlib
import re
import unittest

SOURCE = pathlib.Path(os.environ.get("SIGNET_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
PAGES = sorted((SOURCE / "docs/man").glob("*.[1-8]"))
# A macro of man(7) within a line: there groff prints it as text.
MACRO_WITHIN = re.compile(r"\S\.(TH|SH|SS|TP|PP|IP|B|I|BI|BR|IB|IR|RB|RI)( |$)")
LONG = 40


def lines_of(page):
    return page.read_text(encoding="utf-8").splitlines()


def paragraphs(lines):
    """What follows each .TP: the tag and the first line on it."""
    return [f"{tag} {text}" for line, tag, text in zip(lines, lines[1:], lines[2:]) if line == ".TP"]


def repeated(texts):
    return [text for text, count in collections.Counter(texts).items() if count > 1]


class ManPages(unittest.TestCase):
    def test_there_are_pages(self):
        self.assertGreater(len(PAGES), 3)

    def test_no_macro_stands_within_a_line(self):
        found = [f"{page.name}: {line}" for page in PAGES for line in lines_of(page) if MACRO_WITHIN.search(line)]
        self.assertEqual(found, [])

    def test_nothing_is_told_twice(self):
        for page in PAGES:
            lines = lines_of(page)
            with self.subTest(page=page.name):
                self.assertEqual(repeated(paragraphs(lines)), [])
                self.assertEqual(repeated(line for line in lines if len(line) > LONG), [])


if __name__ == "__main__":
    unittest.main()
