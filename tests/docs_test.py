#!/usr/bin/env python3
"""Checks the pages of docs/ against the sources and against each other.

QUAD_PROGRAM=FILE  the program `quad`, whose options the pages' commands must have; without it those cases are skipped
"""

import ast
import functools
import os
import pathlib
import re
import shlex
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "tests" / "tensor"))
import cases

DOCS = TOP / "docs"
CONTENTS = DOCS / "README.md"
TROUBLES = DOCS / "guides" / "troubleshooting.md"
PAGES = sorted(DOCS.rglob("*.md"))
OTHERS = [TOP / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")]
FOREIGN = "GStreamer itself"  # the section whose sentences are GStreamer's
HOLE = "\0"  # what a program fills in


# ---- sentences

C_TOKEN = re.compile(r"""//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\])'|"((?:\\.|[^"\\])*)"|(\bG\w*_FORMAT\b)|(\s+)|(.)""", re.S)
PLACEHOLDER = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?(?:hh|ll|[hlz])?[diouxXeEfgGcs]|%\0")
ESCAPES = {"n": "\n", "t": "\t"}


def literals_of_c(text):
    """String literals, adjacent ones joined, with HOLE for each placeholder."""
    joined = []
    for token in C_TOKEN.finditer(text):
        literal, width, space, other = token.groups()
        if literal is not None:
            joined.append(re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[1]), literal, flags=re.S))
        elif width and joined:
            joined.append(HOLE)
        elif other and joined:
            yield PLACEHOLDER.sub(HOLE, "".join(joined)).replace("%%", "%")
            joined = []


def literals_of_python(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            yield "".join(v.value if isinstance(v, ast.Constant) else HOLE for v in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@functools.cache
def literals():
    """{file: its literals, between line feeds}."""
    found = {}
    for path in sorted((TOP / "gst").rglob("*")):
        if path.suffix in (".cpp", ".h"):
            found[path] = "\n".join(literals_of_c(path.read_text()))
        elif path.suffix == ".py":
            found[path] = "\n".join(literals_of_python(path.read_text()))
    return found


def parts_of(sentence):
    """What has to stand in a literal: what lies between the places that differ."""
    parts = (part.strip(" ") for part in sentence.split("…"))
    return [part for part in parts if re.search(r"\w\w", part)]


def stands_in_sources(sentence):
    """Whether one file has all parts."""
    parts = parts_of(sentence)
    return bool(parts) and any(all(part in text for part in parts) for text in literals().values())


def sentences_of(page):
    """(line, sentence) of each quoted sentence in the first column of the tables, but those of GStreamer."""
    section, table = "", False
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("#"):
            section = line.lstrip("# ")
        if line.startswith("|") and section != FOREIGN and table:
            for sentence in re.findall(r"`([^`]+)`", line.split(" | ")[0]):
                yield number, sentence
        table = line.startswith("|---") or (table and line.startswith("|"))


class Sentences(unittest.TestCase):
    def test_are_those_of_the_sources(self):
        quoted = list(sentences_of(TROUBLES.read_text()))
        self.assertGreater(len(quoted), 80)
        for number, sentence in quoted:
            with self.subTest(line=number):
                self.assertTrue(stands_in_sources(sentence), f"no source says: {sentence}")

    def test_are_long_enough_to_be_found(self):
        for number, sentence in sentences_of(TROUBLES.read_text()):
            with self.subTest(line=number):
                self.assertGreaterEqual(max(map(len, parts_of(sentence))), 9, sentence)

    def test_a_changed_word_is_seen(self):
        self.assertTrue(stands_in_sources("… is the clip itself: choose another name"))
        self.assertFalse(stands_in_sources("… is the clip itself: choose another file"))
        self.assertFalse(stands_in_sources("…"))

    def test_literals_are_joined(self):
        source = 'f ("a \\"b\\" " /* c "no" */ // "no"\n "%d of %" G_GUINT64_FORMAT\n " ms", \'"\', "next");'
        self.assertEqual(list(literals_of_c(source)), ['a "b" \0 of \0 ms', "next"])
        self.assertIn("no \0 file", literals_of_python("x = f'no {y!r} ' 'file'"))


# ---- links

def without_code(text):
    return re.sub(r"`[^`\n]*`", "", re.sub(r"(?ms)^ *```.*?^ *```", "", text))


def links_of(page):
    """(file or None, anchor or None) of each link to a place in the repository."""
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
        if not re.match(r"[a-z]+:", target):
            name, _, anchor = target.partition("#")
            yield (page.parent / name).resolve() if name else page, anchor or None


@functools.cache
def anchors_of(page):
    """As GitHub makes them."""
    found = []
    text = re.sub(r"(?ms)^ *```.*?^ *```", "", page.read_text())
    for title in re.findall(r"(?m)^#+ +(.*?) *$", text):
        title = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title)
        anchor = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        before = sum(a == anchor or re.fullmatch(re.escape(anchor) + r"-\d+", a) is not None for a in found)
        found.append(f"{anchor}-{before}" if before else anchor)
    return found


class Links(unittest.TestCase):
    def test_lead_somewhere(self):
        count = 0
        for page in [*PAGES, *OTHERS]:
            for target, anchor in links_of(page):
                count += 1
                with self.subTest(page=page.name, target=str(target), anchor=anchor):
                    self.assertTrue(target.exists(), "there is no such file")
                    self.assertTrue(target.is_relative_to(TOP), "it lies outside of the project")
                    if anchor and target.suffix == ".md":
                        self.assertIn(anchor, anchors_of(target))
        self.assertGreater(count, 100)

    def test_of_the_contents_name_every_page(self):
        listed = {target for target, _ in links_of(CONTENTS)}
        for page in PAGES:
            if page != CONTENTS:
                with self.subTest(page=str(page.relative_to(TOP))):
                    self.assertIn(page, listed)

    def test_show_every_picture(self):
        shown = {target for page in [*PAGES, TOP / "README.md"] for target, _ in links_of(page)}
        for path in sorted(DOCS.rglob("*")):
            if path.is_file() and path.suffix != ".md":
                with self.subTest(picture=str(path.relative_to(TOP))):
                    self.assertIn(path, shown)


# ---- commands

def program():
    return os.environ.get("QUAD_PROGRAM")


@functools.cache
def options_of(*command):
    """The options that the help text of a command names; none if there is no such command."""
    said = subprocess.run([program(), *command, "--help"], capture_output=True, text=True, timeout=60)
    listed = re.split(r"(?i)\noptions:", said.stdout)[-1]
    names = re.findall(r"(?m)^ {2,10}((?:-\w, *)?--?[\w-]+)", listed)
    # Where there is no such command, it is the help text of all.
    there = f"{' '.join(['quad', *command])} [OPTIONS]" in said.stdout
    return {n for name in names for n in name.replace(",", " ").split()} if there else set()


RECIPES = {"grid": "grid", "extract": "thumbs", "gif": "gif", "sheet": "sheet", "matte": "background", "shrink": "shrink"}


def commands_of(page):
    """The words of each `quad ...` in fenced blocks and in code within lines, from `quad` on."""
    text = page.read_text().replace("\\\n", " ")
    places = [line for block in re.findall(r"(?ms)^```sh\n(.*?)^```", text) for line in block.splitlines()]
    places += [code for code in re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^ *```.*?^ *```", "", text)) if code.startswith("quad ")]
    for place in places:
        for found in re.finditer(r"(?:^|[\s'])quad (?!is\b)[a-z].*", place):
            tail = found[0].strip().lstrip("'").split("; done")[0].split(" && ")[0]
            yield shlex.split(tail if tail.count("'") % 2 == 0 else tail.replace("'", " "), comments=True)


def wrong_words(words):
    """Options, or a command, that `quad` does not have."""
    command = tuple(words[1:3] if words[1] == "batch" and len(words) > 2 else words[1:2])
    if not options_of(*command):
        return [" ".join(command)]
    end = words.index("--") if "--" in words else len(words)
    given = [word.split("=")[0] for word in words[:end] if re.match(r"--?[a-zA-Z]", word)]
    wrong = [word for word in given if word not in options_of(*command)]
    if command == ("batch", "prepare") and "--recipe" in words:
        recipe = words[words.index("--recipe") + 1]
        known = options_of(RECIPES[recipe]) if recipe in RECIPES else None  # "grid|gif" is no recipe
        wrong += [word for word in words[end + 1 :] if known and word.startswith("--") and word not in known]
    return wrong


class Commands(unittest.TestCase):
    def setUp(self):
        if not program():
            self.skipTest("there is no quad: QUAD_PROGRAM is not set")

    def test_have_options_that_quad_has(self):
        count = 0
        for page in [*PAGES, TOP / "README.md"]:
            for words in commands_of(page):
                count += 1
                with self.subTest(page=page.name, command=" ".join(words)):
                    self.assertEqual(wrong_words(words), [])
        self.assertGreater(count, 40)

    def test_with_wrong_options_are_seen(self):
        for command, wrong in (("quad gif a.mp4 -o b.gif --max-bytes 2M", []), ("quad gif a.mp4 --max-byte 2M", ["--max-byte"]),
                               ("quad gifs a.mp4", ["gifs"]), ("quad batch work out --job 3", ["--job"]),
                               ("quad batch prepare a --recipe gif -o b -- --widht 3", ["--widht"])):
            with self.subTest(command=command):
                self.assertEqual(wrong_words(command.split()), wrong)


if __name__ == "__main__":
    cases.main()
