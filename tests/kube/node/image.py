#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packs programs as one container image, a docker archive:

    image.py OUT.tar NAME:TAG ENTRY FILE=PATH...

ENTRY is what the container runs; each FILE lies at PATH in it.  The same input gives the same
bytes.  It may write /tmp, /data and the files that are no programs.
"""
import hashlib
import io
import json
import os
import sys
import tarfile


def add(tar, name, data, mode=0o644):
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(data), mode, 0
    tar.addfile(info, io.BytesIO(data))


def layer(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as tar:
        for folder in ('tmp', 'data'):
            info = tarfile.TarInfo(folder)
            info.type, info.mode = tarfile.DIRTYPE, 0o1777
            tar.addfile(info)
        for source, path in files:
            with open(source, 'rb') as file:
                add(tar, path.lstrip('/'), file.read(), 0o755 if os.access(source, os.X_OK) else 0o666)
    return out.getvalue()


def main():
    out, name, entry, *files = sys.argv[1:]
    content = layer([file.split('=', 1) for file in files])
    config = json.dumps({
        'architecture': 'amd64', 'os': 'linux', 'created': '1970-01-01T00:00:00Z',
        'config': {'Entrypoint': [entry], 'Env': ['PATH=/'], 'WorkingDir': '/'},
        'rootfs': {'type': 'layers', 'diff_ids': ['sha256:' + hashlib.sha256(content).hexdigest()]},
        'history': [{'created': '1970-01-01T00:00:00Z', 'created_by': 'image.py'}],
    }, sort_keys=True).encode()
    config_name = hashlib.sha256(config).hexdigest() + '.json'
    with tarfile.open(out, 'w') as tar:
        add(tar, config_name, config)
        add(tar, 'layer.tar', content)
        add(tar, 'manifest.json', json.dumps(
            [{'Config': config_name, 'RepoTags': [name], 'Layers': ['layer.tar']}]).encode())


main()
