#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Phrases that make a reader stop, counted in the texts for people: they may become fewer in a
# file, never more.  tests/language.counts says how many there are; "tests/language.sh --update"
# writes it anew after some were mended.
set -u
top=$(cd "${srcdir:-.}" && pwd)
for tool in xgettext python3; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
cd "$top" || exit 99
pot=$(mktemp) || exit 99
trap 'rm -f "$pot"' EXIT
grep -v '^#' po/POTFILES.in | grep . | xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ \
	--keyword=ngettext:1,2 --keyword=PLURAL:3,4 --msgid-bugs-address=none --no-wrap --files-from=- --output="$pot" || exit 99

PYTHONDONTWRITEBYTECODE=1 python3 - "$pot" tests/language.counts "${1:-}" <<'END'
import collections
import re
import sys

# Name, what is looked for, what to write.
PATTERNS = [
    ("is-no", r"(?<!\b[Tt]here )\bis no (?!longer|more\b)[a-z]", "is not a, does not have"),
    ("is-none", r"\bis none (that|of)\b", "is not a"),
    ("has-not", r"\b(has|have) not the\b|\bhas none\b", "does not have"),
    ("what-subject", r"(^|[.;:] )[Ww]hat (is|was|are|were|runs|stands|differs)\b[^?]*$", "name the thing"),
    ("of-its-own", r"\bof (its|their|our|your) own[.,;:]?$", "its own X"),
    ("anew", r"\banew\b", "again"),
    ("so-that", r"\bso that\b", "therefore, or a new sentence"),
    ("behind", r"\bbehind (it|the|that|them|this|those)\b", "after"),
    ("there-are-to", r"\bthere (is|are) to\b", "a verb"),
    ("does-not-do", r"\b(does|do) not do\b", "is invalid"),
    ("whom", r"\bwhom\b", "who"),
    ("the-one-before", r"\bthe (one|deployment|line|change) (before|after)\b", "the previous, the next"),
    ("takes-it-back", r"\b(take|takes|taken|took) (it|that|this|a mark)? ?back\b", "undo, unmark"),
    ("say-what", r"^(say|tell) ", "show, list, set"),
    ("from-near", r"\bfrom near\b", "open"),
    ("other-way-round", r"\bthe other way round\b", "swap"),
    ("such-can", r"\bsuch (can|may) be\b|\bonly such\b", "name them"),
    ("way-back", r"\bway back\b", "rollback"),
    ("given-up", r"\b(given|give|gave) up on\b", "abandoned"),
    ("life", r"\bend of life\b|\bmeant to live\b", "time to live, expires in"),
    ("small-sentence", r"^(there (is|are|was)|this is|it is not known)\b|^nothing( \w+){3}", "begin with a capital and end with a full stop, or put what it is about first"),
    ("otherwise-than", r"\botherwise than\b", "differs from"),
]


def texts(path):
    """(file, text) of each message of the template; a text of two files counts in both."""
    files, text, reading = [], [], False
    for line in open(path, encoding="utf-8"):
        if line.startswith("#: "):
            files += [word.rsplit(":", 1)[0] for word in line[3:].split()]
        elif line.startswith(("msgid", '"')) and not line.startswith("msgid_plural"):
            text.append(re.search(r'"(.*)"', line).group(1))
        elif line.startswith("msgstr") or not line.strip():
            whole = "".join(text)
            for file in dict.fromkeys(files):
                if whole:
                    yield file, whole
            files, text = [], []


def count(messages):
    found = collections.Counter()
    shown = collections.defaultdict(list)
    for file, text in messages:
        for name, pattern, _ in PATTERNS:
            if re.search(pattern, text):
                found[name, file] += 1
                shown[name, file].append(text)
    return found, shown


pot, baseline, option = sys.argv[1:]
found, shown = count(texts(pot))
if option == "--update":
    with open(baseline, "w") as out:
        out.write("# Written by tests/language.sh --update: how often, which phrase, where.\n")
        for (name, file), n in sorted(found.items()):
            out.write(f"{n} {name} {file}\n")
    sys.exit(0)

known = collections.Counter()
for line in open(baseline):
    if not line.startswith("#"):
        n, name, file = line.split()
        known[name, file] = int(n)

number = status = 0
for name, _, better in PATTERNS:
    files = {file for n, file in found if n == name}
    grown = [f for f in sorted(files) if found[name, f] > known[name, f]]
    # What was only moved to another file is not more than before.
    total = sum(n for (other, _), n in found.items() if other == name)
    before = sum(n for (other, _), n in known.items() if other == name)
    number += 1
    if grown and total > before:
        status = 1
        print(f"not ok {number} - {name} becomes no more frequent")
        print(f"# {before} before, {total} now; better: {better}")
        for file in grown:
            for text in shown[name, file]:
                print(f"# {file}: {text}")
    else:
        print(f"ok {number} - {name} becomes no more frequent" if total == 0 else
              f"ok {number} - {name} becomes no more frequent: {total} of {before}")
planted, _ = count([("a.c", "%s is no clone"), ("a.c", "Nothing is deployed anew"),
                    ("b.c", "tell what runs"), ("b.c", "It is no longer there.")])
number += 1
fine = planted == {("is-no", "a.c"): 1, ("anew", "a.c"): 1, ("say-what", "b.c"): 1}
print(f"{'' if fine else 'not '}ok {number} - what is planted is found, and nothing else")
print(f"1..{number}")
sys.exit(status or not fine)
END
