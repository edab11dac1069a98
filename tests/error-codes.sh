#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the platform answers when it refuses or fails has a code of the table (model/error-codes.h),
# and each sentence is said with the parameters that it names.
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
cd "${srcdir:-.}" || exit 99
PYTHONDONTWRITEBYTECODE=1 exec python3 - <<'END'
import glob
import re
import sys

TABLE = "src/model/error-codes.h"
CLUSTER = "src/model/error-codes-cluster.h"
PARAMETERS = "src/model/error-parameters.h"
# What may set an error without a code: it ends before anybody can ask the daemon anything.
FREE = {
    "src/platform/http/server.c": "sockets are opened",
    "src/platform/http/tls.c": "certificates are read",
    "src/platform/state/repository.c": "the database is opened",
    "src/platform/state/repository-values.c": "the key of the secrets is tried",
    "src/platform/state/secret.c": "memory is locked",
    "src/platform/state/secret-key.c": "the key of the secrets is read",
    "src/platform/drivers/kubernetes/cluster/kubeconfig.c": "the operator's kubeconfig is read",
    "src/platform/drivers/kubernetes/cluster/kubeconfig-exec.c": "the operator's kubeconfig is read",
    "src/platform/drivers/kubernetes/record/kube-record-text.c": "it is the reason in a sentence",
    "src/platform/engine/record.c": "it is the reason in a sentence",
    "src/platform/engine/record-values.c": "it is the reason in a sentence",
    "src/platform/drivers/process/confine.c": "what the machine allows is found out",
    "src/platform/drivers/process/images.c": "the directory of images is opened",
    "src/platform/drivers/process/process.c": "the driver is made",
    "src/platform/drivers/process/guard-registry.c": "the driver is made",
}
ROOMS = ["src/platform/%s/**/*.c" % room
         for room in ("api", "auth", "drivers", "engine", "http", "state")]
MODEL = ["src/model/%s.c" % name for name in
         ("delta", "json", "patch", "placeholder", "pointer", "reference", "set", "workload-check")]
STRING = r'"(?:[^"\\]|\\.)*"'


def read(path):
    with open(path, encoding="utf-8") as source:
        return source.read()


def calls(text, pattern):
    """The arguments of each call, as one text without strings and what stands in brackets."""
    for found in re.finditer(r"\b(?:%s)\(" % pattern, text):
        depth, at, out = 1, found.end(), ""
        while depth > 0:
            string = re.compile(STRING).match(text, at)
            if string:
                at = string.end()
                continue
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            out += text[at] if depth == 1 else ""
            at += 1
        yield out


def parameters(sentence, known):
    return {name for name in re.findall(r"\{([a-z_]+)\}", sentence) if name in known}


table = read(TABLE).replace("\tERROR_CODES_CLUSTER(X, PLURAL) \\\n", read(CLUSTER)) + read(PARAMETERS)
rows = {}
for code, sentences in re.findall(r"^\t(?:X|PLURAL)\(([A-Z0-9_]+), \d+, (.*)\)(?: \\)?$", table, re.M):
    rows[code] = "".join(re.findall(STRING, sentences))
known = set(re.findall(r"^\tX\(([a-z_]+)\)", table, re.M))
sources = {path: read(path) for path in glob.glob("src/**/*.c", recursive=True)}
number = status = 0


def line(name, faults):
    global number, status
    number += 1
    status = status or bool(faults)
    print("%sok %d - %s" % ("not " if faults else "", number, name))
    for fault in faults:
        print("# " + fault)


def free_errors(path, text):
    return ["%s: %s" % (path, found) for found in
            re.findall(r"\berror_(?:set|prefix|errno)\(.*", text)]


checked = sorted(path for pattern in ROOMS + MODEL for path in glob.glob(pattern, recursive=True))
line("what answers a request sets no error without a code",
     [fault for path in checked if path not in FREE for fault in free_errors(path, sources[path])])
line("no file is exempt that need not be",
     [path for path in FREE if path not in sources or not free_errors(path, sources[path])])

faults, used = [], set()
for path, text in sources.items():
    used |= set(re.findall(r"\bCODE_([A-Z0-9_]+)\b", text))
    for call in calls(text, "error_set_code|error_prefix_code"):
        given = set(re.findall(r"\.([a-z_]+) =", call))
        for code in re.findall(r"\bCODE_([A-Z0-9_]+)\b", call):
            named = parameters(rows.get(code, ""), known)
            if code not in rows or not named <= given:
                faults.append("%s: CODE_%s is said without %s" % (path, code, named - given))
            if len(re.findall(r"\bCODE_", call)) == 1 and given - named:
                faults.append("%s: CODE_%s does not say %s" % (path, code, given - named))
line("each sentence is given the parameters that it names", faults)
line("each code is used", sorted(set(rows) - used))
line("each parameter is used", sorted(known - {name for sentence in rows.values()
                                               for name in parameters(sentence, known)}))
line("each word in braces is a parameter",
     ["%s: %s" % (code, sentence) for code, sentence in rows.items()
      if set(re.findall(r"(?<!\$)\{([a-z_]+)\}", sentence)) - known])


def messages(path):
    """(msgid, msgstr) of a translation; a plural's forms each with the first."""
    for entry in read(path).split("\n\n"):
        texts = {kind: "".join(re.findall(r'"(.*)"', lines)) for kind, lines in
                 re.findall(r'^(msgid|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', entry, re.M)}
        for kind, text in texts.items():
            if kind != "msgid":
                yield texts.get("msgid", ""), text


names = re.compile(r"(?<!\$)\{[a-z_]+\}")
line("a translation names what the sentence names",
     ["%s: %s" % (path, said) for path in sorted(glob.glob("po/*.po"))
      for sentence, said in messages(path)
      if said and set(names.findall(sentence)) != set(names.findall(said))])
line("the table is read whole", [] if len(rows) == len(re.findall(r"^\t(?:X|PLURAL)\([A-Z]", table, re.M))
     else ["%d rows" % len(rows)])
order = re.findall(r"^\t(?:X|PLURAL)\(([A-Z0-9_]+), \d", table, re.M)
line("the table is in alphabetical order",
     ["%s stands before %s" % pair for pair in zip(order, order[1:]) if pair[0] >= pair[1]])
planted = "\terror_set_code(err, CODE_ENVIRONMENT_EXISTS, .app = f(\"x)\", 1));\n"
line("what is planted is found",
     [] if free_errors("a.c", "return error_set(err, ERROR_INPUT, \"no\");") and
     list(calls(planted, "error_set_code")) == ["err, CODE_ENVIRONMENT_EXISTS, .app = f)"]
     else ["it is not: %s" % list(calls(planted, "error_set_code"))])
print("1..%d" % number)
sys.exit(1 if status else 0)
END
