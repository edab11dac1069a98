#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Phrases that make a reader stop: none may stand in a text for people.  It reads the messages that
# xgettext finds (help is among them) and, sentence by sentence, the manuals, the guide, the other
# pages that are installed, and README.
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

pages="README doc/guide.in doc/kubernetes doc/bring-your-own-application"
# shellcheck disable=SC2086
PYTHONDONTWRITEBYTECODE=1 python3 - "$pot" $pages doc/*.[158] <<'END'
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
    ("behind", r"\bbehind (it|the|that|them|this|those|a review)\b", "after"),
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
    ("deploy-again", r"\b[Dd]eploy (it |this )?again\b", "redeploy"),
    ("otherwise-than", r"\botherwise than\b", "differs from"),
]


def messages(path):
    """(file, text) of each message of the template."""
    files, text = [], []
    for line in open(path, encoding="utf-8"):
        if line.startswith("#: "):
            files += line[3:].split()
        elif line.startswith(("msgid", '"')) and not line.startswith("msgid_plural"):
            text.append(re.search(r'"(.*)"', line).group(1))
        elif line.startswith("msgstr") or not line.strip():
            if files and any(text):
                yield files[0], "".join(text)
            files, text = [], []


def mdoc_words(lines):
    """An mdoc page without its macros: an empty line between paragraphs, nothing that is literal."""
    literal = False
    for line in lines:
        if line.startswith((".Bd", ".Ed")):
            literal = line.startswith(".Bd")
        if literal or re.match(r'\.(\\"|\.?$|(Bd|Bl|Dd|Dl|Dt|Ed|El|Os|Pp)\b)', line):
            yield ""
        elif re.match(r"\.(Sh|Ss|It|Nd)\b", line):
            yield "\n" + re.sub(r"(^\.| )[A-Z][a-z]\b", "", line)
        else:
            line = line.replace(".Nm", ".Nm the program")
            yield re.sub(r"(^\.| )[A-Z][a-z]\b", "", line) if line.startswith(".") else line


def sentences(file, lines):
    """(file:line, sentence) of each sentence of a page; the line is that of its paragraph."""
    paragraph, begin = "", 1
    for number, line in enumerate([*(mdoc_words(lines) if file[-1].isdigit() else lines), ""], 1):
        if not line.strip() or line.startswith("\n"):
            for sentence in re.split(r"(?<=[.!?])\s+|\s{3,}", paragraph.strip()):
                yield f"{file}:{begin}", sentence
            paragraph, begin = "", number
        paragraph += " " + line.strip()


def find(texts):
    """The hits of each pattern, as (where, text)."""
    found = {name: [] for name, _, _ in PATTERNS}
    for where, text in texts:
        for name, pattern, _ in PATTERNS:
            if re.search(pattern, text):
                found[name].append((where, text))
    return found


pot, *pages = sys.argv[1:]
found = find(messages(pot))
for page in pages:
    for name, hits in find(sentences(page, open(page, encoding="utf-8").read().splitlines())).items():
        # A cell of a table may begin small.
        found[name] += hits if name != "small-sentence" else []
number = status = 0


def ok(fine, name):
    global number, status
    number += 1
    status |= not fine
    print(f"{'' if fine else 'not '}ok {number} - {name}")


for name, _, better in PATTERNS:
    ok(not found[name], f"{name} stands nowhere; better: {better}")
    for where, text in found[name]:
        print(f"# {where}: {text}")


def planted(texts):
    return {name: [where for where, _ in hits] for name, hits in find(texts).items() if hits}


ok(planted([("a.c", "%s is no clone"), ("a.c", "Nothing is deployed anew"),
            ("b.c", "tell what runs"), ("b.c", "It is no longer there.")])
   == {"is-no": ["a.c"], "anew": ["a.c"], "say-what": ["b.c"]},
   "of planted messages those are found that have a phrase, and no other")
PAGE = """It runs.  Enter shows it from
near.

There is no other."""
MANUAL = """.Sh DESCRIPTION
.Nm
starts a workload that
.Em is
.Em no
clone.
It is no longer kept.
.Bl -tag -width Ds
.It Fl -again
Begin
.Ar it
anew.
.El
.Bd -literal
the way back
.Ed"""
ok(planted(sentences("page", PAGE.splitlines())) == {"from-near": ["page:1"]},
   "one in a page is found, over the end of a line")
ok(planted(sentences("page.1", MANUAL.splitlines())) == {"is-no": ["page.1:1"], "anew": ["page.1:9"]},
   "in a manual too, between macros, and nothing that is literal")
print(f"1..{number}")
sys.exit(status)
END
