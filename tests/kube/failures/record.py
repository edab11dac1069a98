#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings each failure of failures.py about in a cluster and writes down what its lists say then:

    record.py OUT [NAME...]        with KUBECTL, a command such as "node kubectl"

OUT gets NAME.json: the lists as {name: object} under the names of struct kube_seen, "workload" as
it was applied, and "now".  What differs from one run to the next is made the same: ids are
counted, and time begins with the workload.
"""
import datetime
import json
import os
import re
import shlex
import subprocess
import sys
import time

from failures import BESIDE, FAILURES, LABELS, THEN

KUBECTL = shlex.split(os.environ.get('KUBECTL', 'kubectl'))
LISTS = {'deployments': 'Deployment', 'replica_sets': 'ReplicaSet', 'pods': 'Pod', 'jobs': 'Job',
         'cron_jobs': 'CronJob', 'events': 'Event', 'claims': 'PersistentVolumeClaim'}
RESOURCES = 'deployments,replicasets,pods,jobs,cronjobs,events,persistentvolumeclaims'
STAMP = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z')
UID = re.compile(r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')
DROPPED = {'managedFields', 'resourceVersion', 'hostIP', 'hostIPs', 'podIP', 'podIPs', 'containerID', 'imageID',
           'tolerations', 'dnsPolicy', 'schedulerName', 'preemptionPolicy', 'priority', 'enableServiceLinks',
           'volumeMounts', 'allocatedResources', 'qosClass', 'reportingComponent', 'reportingInstance', 'source',
           'kubectl.kubernetes.io/last-applied-configuration', 'batch.kubernetes.io/controller-uid',
           'controller-uid', 'user', 'terminationMessagePath', 'terminationMessagePolicy', 'securityContext'}
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def kubectl(*args, text=None, check=True):
    return subprocess.run([*KUBECTL, *args], input=text, text=True, check=check, stdout=subprocess.PIPE).stdout


def apply(namespace, objects):
    for one in objects:
        kubectl('apply', '-n', namespace, '-f', '-', text=json.dumps(one))


def lists(namespace):
    items = json.loads(kubectl('get', RESOURCES, '-n', namespace, '-o', 'json'))['items']
    return {name: {one['metadata']['name']: one for one in items if one['kind'] == kind}
            for name, kind in LISTS.items()}


def until(namespace, condition, seconds=150):
    end = time.monotonic() + seconds
    while True:
        seen = lists(namespace)
        if condition(seen):
            return seen
        if time.monotonic() > end:
            raise TimeoutError(f'{namespace}: it did not come: {json.dumps(seen["pods"])[:3000]}')
        time.sleep(0.5)


def begin(name):
    """Applies it; nothing is waited for."""
    kubectl('delete', 'namespace', name, '--ignore-not-found')
    kubectl('create', 'namespace', name)
    for key, value in LABELS.get(name, {}).items():
        kubectl('label', 'namespace', name, f'{key}={value}')
    if name in BESIDE:
        apply(name, BESIDE[name](name))
        time.sleep(5)			# the API server takes up a policy and a webhook in its own time
    apply(name, (THEN[name][0] if name in THEN else FAILURES[name])[0])


def trimmed(value):
    if isinstance(value, dict):
        return {key: trimmed(one) for key, one in value.items() if key not in DROPPED}
    return [trimmed(one) for one in value] if isinstance(value, list) else value


def parse(stamp):
    return datetime.datetime.fromisoformat(stamp.replace('Z', '+00:00'))


def same_each_time(text, begun):
    """Ids are counted, and what begins with the workload began with START."""
    known = {}

    def moved(found):
        at = START + (parse(found.group()) - begun)
        return at.strftime('%Y-%m-%dT%H:%M:%S.%fZ' if '.' in found.group() else '%Y-%m-%dT%H:%M:%SZ')

    text = UID.sub(lambda found: known.setdefault(found.group(), f'uid-{len(known) + 1}'), text)
    return STAMP.sub(moved, text)


def record(name, out):
    _, (kind, object_name), condition = THEN[name][0] if name in THEN else FAILURES[name]
    seen = until(name, condition)
    if name in THEN:
        apply(name, [THEN[name][1]])
        seen = until(name, THEN[name][2])
    now = datetime.datetime.now(datetime.timezone.utc)
    member = next(key for key, one in LISTS.items() if one == kind)
    workload = seen[member][object_name]
    seen['workload'] = {'apiVersion': workload['apiVersion'], 'kind': kind, 'metadata': {
        key: workload['metadata'][key] for key in ('name', 'namespace', 'generation', 'uid', 'annotations')}}
    seen['now'] = now.strftime('%Y-%m-%dT%H:%M:%SZ')
    text = json.dumps(trimmed(seen), indent=1, ensure_ascii=False)
    begun = parse(workload['metadata']['creationTimestamp'])
    with open(os.path.join(out, f'{name}.json'), 'w', encoding='utf-8') as file:
        file.write(same_each_time(text, begun) + '\n')


def main():
    out, *names = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    names = names or [*FAILURES, *THEN]
    for first in range(0, len(names), 12):	# side by side, as many as a small node takes
        some = names[first:first + 12]
        for name in some:
            begin(name)
        for name in some:
            try:
                record(name, out)
                print('recorded', name, flush=True)
            except TimeoutError as why:
                print(why, flush=True)
            kubectl('delete', 'namespace', name, '--wait=false')


main()
