"""The blocks of docs/recipes/*.md that bear a file name: ```LANGUAGE NAME."""

import dataclasses
import pathlib
import re

PAGES = pathlib.Path(__file__).resolve().parents[2] / "docs/recipes"
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Block:
    page: str
    language: str
    name: str
    text: str


def blocks() -> list:
    """In the order of the pages. A block with a language and no name could not be run, so it is an error; one without either is no code."""
    found = []
    for page in sorted(PAGES.glob("*.md")):
        for words, text in FENCE.findall(page.read_text()):
            if not words:
                continue
            language, _, name = words.partition(" ")
            assert name, f"{page.name}: a block of {language} has no file name"
            found.append(Block(page.name, language, name, text))
    names = [block.name for block in found]
    assert len(names) == len(set(names)), f"two blocks have one name: {sorted(names)}"
    return found


def files() -> dict:
    return {block.name: block.text for block in blocks() if block.language != "ini"}


def key_files() -> dict:
    """Key name -> options, of the blocks that show a key file's lines."""
    result = {}
    for block in blocks():
        if block.language == "ini":
            lines = (line.partition(" #")[0].partition("=") for line in block.text.splitlines() if line.strip())
            result[block.name.removesuffix(".conf")] = {name.strip(): value.strip() for name, _, value in lines}
    return result
