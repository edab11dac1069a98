#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings each failure of failures.py about in a cluster and writes down what its lists say then:

    record.py OUT [NAME...]

in the environment, commands: KUBECTL; STOP_NODE and START_NODE for what needs a node to be gone.
OUT gets NAME.json: the lists as {name: object} under the names of struct kube_seen, "workload" as
it was applied, and "now".  What differs from one run to the next is made the same: ids are
counted, and time begins with the workload.  Events that say the same again are left out.
"""
import datetime
import json
import os
import re
import shlex
import subprocess
import sys
import time

from failures import ALONE, BESIDE, FAILURES, LABELS, THEN

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
ADDRESS = re.compile(r'10\.244\.\d+\.\d+|(?<=192\.0\.2\.10):\d+(?=->)')
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
    apply(name, (FAILURES[name] if name in FAILURES else (THEN | ALONE)[name][0])[0])


def trimmed(value):
    if isinstance(value, dict):
        return {key: trimmed(one) for key, one in value.items() if key not in DROPPED}
    return [trimmed(one) for one in value] if isinstance(value, list) else value


def parse(stamp):
    return datetime.datetime.fromisoformat(stamp.replace('Z', '+00:00'))


def same_each_time(text, begun, pods):
    """Ids and pods are counted, and what begins with the workload began with START."""
    known = {}

    def moved(found):
        at = START + (parse(found.group()) - begun)
        return at.strftime('%Y-%m-%dT%H:%M:%S.%fZ' if '.' in found.group() else '%Y-%m-%dT%H:%M:%SZ')

    for number, name in enumerate(pods, 1):
        text = text.replace(name, f'{name[:-5]}pod-{number}')
    text = ADDRESS.sub(lambda found: '10.244.0.9' if '244' in found.group() else ':40000', text)
    text = UID.sub(lambda found: known.setdefault(found.group(), f'uid-{len(known) + 1}'), text)
    return STAMP.sub(moved, text)


def newest_events(events):
    """The last of each object and reason: a controller that tries again says the same again."""
    last = {}
    for name, one in events.items():
        about = one['involvedObject']
        last[about.get('uid'), about.get('fieldPath'), one['reason'], one['message'][:30]] = name, one
    return dict(last.values())


def dumped(seen):
    """One object a line."""
    def line(name, one):
        return f'  {json.dumps(name)}: {json.dumps(one, ensure_ascii=False)}'

    parts = []
    for key, value in seen.items():
        if key in LISTS:
            items = ',\n'.join(line(name, one) for name, one in value.items())
            parts.append(f' "{key}": {{' + (f'\n{items}\n ' if items else '') + '}')
        else:
            parts.append(f' "{key}": {json.dumps(value, ensure_ascii=False)}')
    return '{\n' + ',\n'.join(parts) + '\n}\n'


def command(name):
    subprocess.run(os.environ[name], shell=True, check=True)


def bring_about(name):
    """Returns the workload's (kind, name) and what is seen when it has failed."""
    if name in FAILURES:
        _, workload, condition = FAILURES[name]
        return workload, until(name, condition)
    (_, workload, condition), *then = (THEN | ALONE)[name]
    until(name, condition)
    if name in THEN:
        apply(name, then[:1])
    else:
        command('STOP_NODE')
    try:
        return workload, until(name, then[-1])
    finally:
        if name in ALONE:
            command('START_NODE')


def record(name, out):
    (kind, object_name), seen = bring_about(name)
    now = datetime.datetime.now(datetime.timezone.utc)
    member = next(key for key, one in LISTS.items() if one == kind)
    workload = seen[member][object_name]
    seen['events'] = newest_events(seen['events'])
    seen['workload'] = {'apiVersion': workload['apiVersion'], 'kind': kind, 'metadata': {
        key: workload['metadata'][key] for key in ('name', 'namespace', 'generation', 'uid', 'annotations')}}
    seen['now'] = now.strftime('%Y-%m-%dT%H:%M:%SZ')
    begun = parse(workload['metadata']['creationTimestamp'])
    with open(os.path.join(out, f'{name}.json'), 'w', encoding='utf-8') as file:
        file.write(same_each_time(dumped(trimmed(seen)), begun, seen['pods']))


def record_some(names, out):
    for name in names:
        begin(name)
    for name in names:
        try:
            record(name, out)
            print('recorded', name, flush=True)
        except TimeoutError as why:
            print(why, flush=True)
        kubectl('delete', 'namespace', name, '--wait=false')


def main():
    out, *names = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    names = names or [*FAILURES, *THEN, *(ALONE if 'STOP_NODE' in os.environ else ())]
    together = [name for name in names if name not in ALONE]
    for first in range(0, len(together), 12):	# side by side, as many as a small node takes
        record_some(together[first:first + 12], out)
    for name in names:
        if name in ALONE:
            record_some([name], out)


main()
