#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sample as container images, for a node that has no registry:

    images.py SRCDIR BUILDDIR OUT

Each version that data/sample/topicshare/local.mk names is built statically and packed alone;
OUT gets an archive of each, and the one of the first process of a pod.  BUILDDIR has config.h.
Each has a database of its own in /data/topics.db, for where nobody gives it one.
"""
import os
import re
import sqlite3
import subprocess
import sys

PROGRAM = re.compile(
    r'_SOURCES = (data/sample/topicshare/(\w+)[.]c)\n.*\\\n'
    r'''\s*(-DTOPICSHARE_RELEASE=\d+) (-DTOPICSHARE_VERSION=)'("(.*?)")'\n''')
COMMON = ('client', 'http', 'settings', 'stop', 'text')


def compile_static(src, build, out, sources, defines=()):
    subprocess.run(
        [*os.environ.get('CC', 'cc').split(), '-std=gnu17', '-O2', '-static', '-s', '-w', '-Wl,--no-warnings', *defines,
         '-I', build, '-I', os.path.join(src, 'src'), '-o', out,
         *(os.path.join(src, source) for source in sources),
         '-lsqlite3', '-ljansson', '-lm', '-lpthread'], check=True)


def make_database(src, path):
    if os.path.exists(path):
        os.remove(path)
    with open(os.path.join(src, 'data/sample/topicshare/topics.sql'), encoding='utf-8') as file:
        connection = sqlite3.connect(path)
        connection.executescript(file.read())
        connection.close()


def pack(src, out, program, name, version, *more):
    archive = os.path.join(out, f'{name.replace("/", "-")}-{version}.tar')
    subprocess.run(
        [sys.executable, os.path.join(src, 'tests/kube/node/image.py'), archive, f'{name}:{version}',
         '/program', f'{program}=/program', *more], check=True)


def main():
    src, build, out = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    program, database = os.path.join(out, 'program'), os.path.join(out, 'topics.db')
    make_database(src, database)
    with open(os.path.join(src, 'data/sample/topicshare/local.mk'), encoding='utf-8') as file:
        found = PROGRAM.findall(file.read())
    if len(found) < 12:
        sys.exit(f'local.mk has {len(found)} programs: images.py does not understand it any more')
    for source, name, release, define, quoted, version in found:
        compile_static(
            src, build, program,
            [source, *(f'data/sample/topicshare/{part}.c' for part in COMMON)],
            [release, define + quoted])
        pack(src, out, program, f'local/topicshare-{name}', version, f'{database}=/data/topics.db')
    compile_static(src, build, program, ['tests/kube/node/pause.c'])
    pack(src, out, program, 'registry.k8s.io/pause', '3.10')
    compile_static(src, build, program, ['tests/kube/failures/failing.c'])
    pack(src, out, program, 'local/failing', '1')
    os.remove(program)
    os.remove(database)


main()
