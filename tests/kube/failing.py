# SPDX-License-Identifier: GPL-3.0-or-later
"""Each kind of failure of a workload, brought about by a deployment of sidestaged to a real cluster,
and the sentence that it ends with.  TAP.

    failing.py KUBECONFIG     with SIDESTAGED, and KUBECTL for what others do to a namespace

The node knows the image local/failing:1 (failures/failing.c), and is this machine: it reaches the
registry at REGISTRY.
"""
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), 'fault'), os.path.join(HERE, 'failures')]
from faultd import UnixConnection, die_with_parent	# noqa: E402
from failures import policy, quota	# noqa: E402

APP = '/orgs/acme/apps/shop'
LIMIT_S = 240
REGISTRY = '127.0.0.1:5000'
PROBE = {'type': 'http', 'path': '/healthz', 'port': 8080, 'periodSeconds': 1, 'failureThreshold': 2}
CONFIG = """[state]
	directory = {folder}/state
[run]
	images = {folder}/images
	ready-timeout = 60m
[cluster "prod"]
	kubeconfig = {kubeconfig}
[listen]
	socket = {folder}/socket
"""
WORLD = {'organizations': [{
    'id': 'acme', 'name': 'Acme', 'env_types': [{'id': 'development'}],
    'definitions': [{
        'id': 'cluster', 'name': 'The cluster', 'type': 'k8s-cluster', 'driver_type': 'sidestage/kubernetes',
        'driver_inputs': {'values': {'cluster': 'prod'}}, 'criteria': [{}]}],
    'applications': [{'id': 'shop', 'name': 'Shop', 'environments': []}]}]}


def container(*args, image='local/failing:1', **more):
    made = {'id': 'web', 'image': image, **more}
    if args:
        made['args'] = list(args)
    return made


def module(*containers, profile='default-module', timeout=None, **spec):
    names = ['web', 'beside']
    made = {'profile': 'humanitec/' + profile, 'externals': {}, 'spec': {
        'containers': {name: {**one, 'id': name} for name, one in zip(names, containers)}, **spec}}
    if timeout:
        made['deploy'] = {'when': 'deploy', 'success': 'available', 'timeout': timeout}
    return made


def mounting(**source):
    return module(container('wait', volume_mounts={'/more': {'id': 'volumes.data'}}), volumes={'data': source})


def pulled(name, timeout=None):
    return module(container(image=f'{REGISTRY}/{name}:1'), timeout=timeout)


def cannot_pull(name, words):
    return rf'image {re.escape(REGISTRY)}/{name}:1 of container web cannot be pulled: {words}'


# Name: the workload, the code, the sentence as a pattern, and the last line of output that is shown.
CASES = {
    'image-missing': (pulled('missing'), 'image-not-found', cannot_pull('missing', '.*not found'), None),
    'image-refused': (pulled('unauthorized'), 'image-not-found', cannot_pull('unauthorized', '401 Unauthorized'), None),
    # Until its deadline it might have come.
    'image-limited': (pulled('limited', 20), 'image-not-found', cannot_pull('limited', '429 Too Many Requests'), None),
    'crash': (module(container('exit', '3')), 'crash-loop',
              r'container web ended with status 3 and was restarted \d times', 'failing: exit 3'),
    'crash-signal': (module(container('signal', '11')), 'crash-loop',
                     r'container web ended with signal 11 \(.*\) and was restarted \d times', 'failing: signal 11'),
    'crash-beside': (module(container('serve', '200'), container('exit', '9')), 'crash-loop',
                     r'container beside ended with status 9 and was restarted \d times', 'failing: exit 9'),
    'memory': (module(container('eat', resources={'limits': {'memory': '24Mi'}})), 'crash-loop',
               r'container web ended with signal 9, out of memory \(its limit is 24Mi\) and was restarted \d times',
               'failing: eat'),
    'not-executable': (module(container(command=['/nothing'])), 'cannot-start',
                       r'container web cannot be started: .*"/nothing".*no such file or directory', None),
    'liveness': (module(container('serve', '503', liveness_probe=PROBE)), 'probe-failing',
                 r'container web was restarted \d times: Liveness probe failed: .*503', 'failing: serve 503'),
    'readiness': (module(container('serve', '503', readiness_probe=PROBE), timeout=15), 'probe-failing',
                  r'container web is not ready: Readiness probe failed: .*503', 'failing: serve 503'),
    'no-node': (module(container('wait', resources={'requests': {'cpu': '500'}})), 'unschedulable',
                r'no node can run the pod: 0/1 nodes are available: 1 Insufficient cpu', None),
    'config-missing': (mounting(configMap={'name': 'settings'}), 'config-missing',
                       r'a volume cannot be mounted: configmap "settings" not found', None),
    'secret-missing': (mounting(secret={'secretName': 'keys'}), 'config-missing',
                       r'a volume cannot be mounted: secret "keys" not found', None),
    'claim-missing': (mounting(persistentVolumeClaim={'claimName': 'data'}), 'volume-not-bound',
                      r'volume claim data is not bound: .*"data" not found', None),
    'account-missing': (module(container('wait'), serviceAccountName='nobody'), 'config-missing',
                        r'the cluster refused a pod: .*serviceaccount "nobody" not found', None),
    'quota': (module(container('wait'), replicas=3), 'quota',
              r'the quota of the namespace does not allow another pod: exceeded quota: small, requested: pods=1.*', None),
    'admission': (module(container('wait')), 'admission',
                  r'the cluster refused a pod: .*images must come from registry.corp.example', None),
    'job': (module(container('exit', '3'), profile='default-job', job={'backoffLimit': 0}), 'exited',
            r'container web ended with status 3, and the job failed: .*', 'failing: exit 3'),
}


class Platform:
    def __init__(self, kubeconfig):
        self.folder = tempfile.mkdtemp(prefix='failing-')
        os.mkdir(os.path.join(self.folder, 'images'))
        self.socket = os.path.join(self.folder, 'socket')
        self.config = self.write('config', CONFIG.format(folder=self.folder, kubeconfig=kubeconfig))
        self.log = open(os.path.join(self.folder, 'log'), 'w+')
        subprocess.run([os.environ['SIDESTAGED'], 'import', '--config', self.config,
                        self.write('import.json', json.dumps(WORLD))], check=True, stdout=subprocess.DEVNULL)
        reader, writer = os.pipe()
        self.process = subprocess.Popen(
            [os.environ['SIDESTAGED'], 'serve', '--config', self.config, '--user', 'oncall', '--ready-fd', str(writer)],
            pass_fds=[writer], stderr=self.log, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        os.close(writer)
        if os.read(reader, 6) != b'ready\n':
            raise RuntimeError('sidestaged did not start: ' + self.said())
        os.close(reader)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='utf-8') as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
        return path

    def said(self):
        with open(self.log.name, encoding='utf-8') as file:
            return file.read()[-2000:]

    def ask(self, method, path, body=None):
        connection = UnixConnection(self.socket)
        connection.request(method, APP + path, None if body is None else json.dumps(body).encode(),
                           {'Content-Type': 'application/json'})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 300:
            raise RuntimeError(f'{method} {path}: {answer.status} {text.decode()}')
        return json.loads(text) if text else None

    def deploy(self, env, made):
        delta = self.ask('POST', '/deltas', {'modules': {'add': {'web': made}}})
        delta = delta if isinstance(delta, str) else delta['id']
        return self.ask('POST', f'/envs/{env}/deploys', {'delta_id': delta, 'comment': env})['id']

    def errors(self, env, deployment):
        end = time.monotonic() + LIMIT_S
        while self.ask('GET', f'/envs/{env}/deploys/{deployment}')['status'] in ('pending', 'in progress'):
            if time.monotonic() > end:
                raise RuntimeError(f'{env}: it did not end')
            time.sleep(0.5)
        return self.ask('GET', f'/envs/{env}/deploys/{deployment}/errors')

    def end(self):
        self.process.terminate()
        self.process.wait(60)
        shutil.rmtree(self.folder)


def kubectl(*args, text=None):
    subprocess.run([*shlex.split(os.environ.get('KUBECTL', 'kubectl')), *args], input=text, text=True, check=True,
                   stdout=subprocess.DEVNULL)


def apply(namespace, one):
    kubectl('apply', '-n', namespace, '-f', '-', text=json.dumps(one))


def prepare(platform, name):
    """A namespace that is there, and what somebody else has put into it."""
    platform.ask('POST', '/envs', {'id': name, 'name': name, 'type': 'development'})
    if name not in ('quota', 'admission'):
        return
    first = platform.deploy(name, module(container('wait'), replicas=0))
    if platform.errors(name, first):
        raise RuntimeError(f'{name}: nothing can be deployed')
    for one in [quota(pods='1')] if name == 'quota' else policy('shop-' + name):
        apply('shop-' + name, one)
    time.sleep(5)			# the API server takes up a policy in its own time


def problem(case, errors):
    """What is wrong with them; None: nothing."""
    _, code, sentence, output = case
    if len(errors) != 1:
        return f'{len(errors)} errors'
    error = errors[0]
    if error.get('code') != code:
        return f'its code is {error.get("code")}'
    if not re.search(sentence, error.get('summary', '')):
        return 'its sentence is another'
    if output and output not in error.get('message', ''):
        return 'the last lines are missing'
    return None


def run(platform, name, results):
    begun = time.monotonic()
    try:
        prepare(platform, name)
        errors = platform.errors(name, platform.deploy(name, CASES[name][0]))
        results[name] = problem(CASES[name], errors), errors, time.monotonic() - begun
    except (RuntimeError, OSError, subprocess.CalledProcessError) as why:
        results[name] = str(why), [], time.monotonic() - begun


def main():
    names = sys.argv[2:] or list(CASES)
    registry = subprocess.Popen([sys.executable, os.path.join(HERE, 'failures/registry.py'),
                                 REGISTRY.rpartition(':')[2]], preexec_fn=die_with_parent)
    platform = Platform(os.path.abspath(sys.argv[1]))
    results = {}
    threads = [threading.Thread(target=run, args=(platform, name, results)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, name in enumerate(names, 1):
        wrong, errors, seconds = results[name]
        print(f'{"not ok" if wrong else "ok"} {number} - {name}: {CASES[name][1]}, after {seconds:.0f} s')
        if wrong:
            print(f'# {wrong}: {json.dumps(errors)[:2000]}')
    print(f'1..{len(names)}')
    if any(result[0] for result in results.values()):
        print('\n'.join('# ' + line for line in platform.said().splitlines()))
    platform.end()
    registry.terminate()
    kubectl('delete', 'namespace', '--wait=false', *('shop-' + name for name in names))
    sys.exit(any(result[0] for result in results.values()))


if __name__ == '__main__':
    main()
