# SPDX-License-Identifier: GPL-3.0-or-later
"""Each kind of failure of a workload, as objects that bring it about.

FAILURES: name -> (objects, workload, until).  The name is that of its namespace, too; `workload` is
(kind, name); until(seen) is true when the failure can be seen in what lists() of record.py gave.
The image local/failing:1 is failing.c; the registry at 127.0.0.1:5000 is registry.py.
"""
NOTE = 'sidestage.dev/workload-id'
FAILING = 'local/failing:1'
PROBE = {'httpGet': {'path': '/healthz', 'port': 8080}, 'periodSeconds': 1, 'failureThreshold': 2}


def container(*args, name='web', image=FAILING, **more):
    made = {'name': name, 'image': image, **more}
    if args:
        made['args'] = list(args)
    return made


def pod(*containers, **more):
    return {'metadata': {'labels': {'app': 'web'}, 'annotations': {NOTE: 'web'}},
            'spec': {'terminationGracePeriodSeconds': 1, 'containers': list(containers), **more}}


def deployment(template, **more):
    return {'apiVersion': 'apps/v1', 'kind': 'Deployment',
            'metadata': {'name': 'web', 'annotations': {NOTE: 'web'}},
            'spec': {'selector': {'matchLabels': {'app': 'web'}}, 'template': template, **more}}


def job(*args, template=None, **more):
    template = template or pod(container(*args), restartPolicy='Never')
    return {'apiVersion': 'batch/v1', 'kind': 'Job',
            'metadata': {'name': 'web', 'annotations': {NOTE: 'web'}},
            'spec': {'template': template, **more}}


def quota(**hard):
    return {'apiVersion': 'v1', 'kind': 'ResourceQuota', 'metadata': {'name': 'small'},
            'spec': {'hard': {key.replace('_', '.'): value for key, value in hard.items()}}}


def claim(**more):
    return {'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'data'},
            'spec': {'accessModes': ['ReadWriteOnce'], 'resources': {'requests': {'storage': '1Gi'}}, **more}}


def volume(**source):
    return {'volumes': [{'name': 'data', **source}]}


def mounting():
    return container('wait', volumeMounts=[{'name': 'data', 'mountPath': '/more'}])


# --- what is waited for

def statuses(seen):
    for one in seen['pods'].values():
        for member in ('initContainerStatuses', 'containerStatuses'):
            yield from one['status'].get(member, [])


def waiting(*reasons):
    return lambda seen: any(s['state'].get('waiting', {}).get('reason') in reasons for s in statuses(seen))


def ended(count):
    """A container that ended so often and is not running."""
    return lambda seen: any(s['restartCount'] + ('terminated' in s['state'] or 'waiting' in s['state']) >= count and
                            'running' not in s['state'] for s in statuses(seen))


def restarted(count):
    """One that runs again."""
    return lambda seen: any(s['restartCount'] >= count and 'running' in s['state'] for s in statuses(seen))


def event(reason, text=''):
    return lambda seen: any(e['reason'] == reason and text in e['message'] for e in seen['events'].values())


def condition(kind, name, status='True'):
    return lambda seen: any(c['type'] == name and c['status'] == status for one in seen[kind].values()
                            for c in one.get('status', {}).get('conditions', []))


def both(*conditions):
    return lambda seen: all(c(seen) for c in conditions)


def available(count):
    return lambda seen: any(d['status'].get('availableReplicas', 0) >= count and
                            d['status'].get('observedGeneration') == d['metadata']['generation'] and
                            d['status'].get('replicas', 0) == count for d in seen['deployments'].values())


DEPLOYMENT, JOB = ('Deployment', 'web'), ('Job', 'web')


def web(until, template, *before, **more):
    return (*before, deployment(template, **more)), DEPLOYMENT, until


def pulled(image):
    return web(waiting('ErrImagePull', 'ImagePullBackOff'), pod(container(image=image)))


FAILURES = {
    'ready': web(available(2), pod(container('serve', '200', readinessProbe=PROBE)), replicas=2),
    'none-wanted': web(available(0), pod(container('wait')), replicas=0),
    'paused': web(lambda seen: any(d['status'].get('observedGeneration') for d in seen['deployments'].values()),
                  pod(container('wait')), paused=True),
    # images
    'image-not-found': pulled('127.0.0.1:5000/missing:1'),
    'image-unauthorized': pulled('127.0.0.1:5000/unauthorized:1'),
    'image-forbidden': pulled('127.0.0.1:5000/forbidden:1'),
    'image-limited': pulled('127.0.0.1:5000/limited:1'),
    'image-broken': pulled('127.0.0.1:5000/broken:1'),
    'image-no-host': pulled('registry.example/web:1'),
    'image-refused': pulled('127.0.0.1:5001/web:1'),
    'image-name-invalid': web(waiting('InvalidImageName'), pod(container(image='Local/UPPER:1'))),
    'image-never': web(waiting('ErrImageNeverPull'), pod(container(image='local/never:1', imagePullPolicy='Never'))),
    # what ends
    'crash': web(ended(3), pod(container('exit', '3'))),
    'crash-once': web(lambda seen: any('terminated' in s['state'] for s in statuses(seen)), pod(container('exit', '3'))),
    'crash-restarted': web(restarted(2), pod(container('exit', '3', '4'))),
    'crash-signal': web(ended(3), pod(container('signal', '11'))),
    'crash-completed': web(ended(3), pod(container('exit', '0'))),
    'crash-init': web(ended(3), pod(container('wait'), initContainers=[container('exit', '7', name='prepare')])),
    'crash-second': web(ended(3), pod(container('serve', '200'), container('exit', '9', name='beside'))),
    'memory': web(ended(3), pod(container('eat', resources={'limits': {'memory': '24Mi'}}))),
    'not-executable': web(ended(1), pod(container(command=['/nothing']))),
    'probe-liveness': web(both(ended(3), event('Killing', 'liveness')),
                          pod(container('serve', '503', livenessProbe=PROBE))),
    'probe-startup': web(both(ended(3), event('Killing', 'startup')),
                         pod(container('serve', '503', startupProbe=PROBE))),
    'probe-readiness': web(event('Unhealthy'), pod(container('serve', '503', readinessProbe=PROBE))),
    'probe-refused': web(event('Unhealthy'), pod(container('wait', readinessProbe=PROBE))),
    # nodes
    'unschedulable-selector': web(event('FailedScheduling'), pod(container('wait'), nodeSelector={'disk': 'fast'})),
    'unschedulable-cpu': web(event('FailedScheduling'), pod(container('wait', resources={'requests': {'cpu': '500'}}))),
    'gated': web(condition('pods', 'PodScheduled', 'False'),
                 pod(container('wait'), schedulingGates=[{'name': 'example.org/wait'}])),
    # what the cluster refuses
    'quota': web(both(condition('replica_sets', 'ReplicaFailure'), lambda seen: len(seen['pods']) == 1),
                 pod(container('wait')), quota(pods='1'), replicas=2),
    'quota-unsaid': web(condition('replica_sets', 'ReplicaFailure'), pod(container('wait')),
                        quota(limits_memory='1Gi')),
    'quota-too-small': web(condition('replica_sets', 'ReplicaFailure'),
                           pod(container('wait', resources={'limits': {'memory': '2Gi'}})), quota(limits_memory='1Gi')),
    'account-missing': web(condition('replica_sets', 'ReplicaFailure'), pod(container('wait'), serviceAccountName='nobody')),
    'admission-policy': web(condition('replica_sets', 'ReplicaFailure'), pod(container('wait'))),
    'admission-webhook-away': web(condition('replica_sets', 'ReplicaFailure'), pod(container('wait'))),
    'admission-security': web(condition('replica_sets', 'ReplicaFailure'), pod(container('wait'), hostNetwork=True)),
    # what it needs
    'config-missing': web(waiting('CreateContainerConfigError'),
                          pod(container('wait', envFrom=[{'configMapRef': {'name': 'settings'}}]))),
    'config-key-missing': web(
        waiting('CreateContainerConfigError'),
        pod(container('wait', env=[{'name': 'B', 'valueFrom': {'configMapKeyRef': {'name': 'there', 'key': 'B'}}}])),
        {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'there'}, 'data': {'A': 'a'}}),
    'secret-missing': web(
        waiting('CreateContainerConfigError'),
        pod(container('wait', env=[{'name': 'B', 'valueFrom': {'secretKeyRef': {'name': 'keys', 'key': 'B'}}}]))),
    'runs-as-root': web(waiting('CreateContainerConfigError'),
                        pod(container('wait', securityContext={'runAsNonRoot': True}))),
    'mount-config-missing': web(event('FailedMount'), pod(mounting(), **volume(configMap={'name': 'settings'}))),
    'mount-secret-missing': web(event('FailedMount'), pod(mounting(), **volume(secret={'secretName': 'keys'}))),
    'volume-unbound': web(both(event('FailedScheduling'), event('FailedBinding')),
                          pod(mounting(), **volume(persistentVolumeClaim={'claimName': 'data'})), claim()),
    'volume-class-missing': web(both(event('FailedScheduling'), event('ProvisioningFailed')),
                                pod(mounting(), **volume(persistentVolumeClaim={'claimName': 'data'})),
                                claim(storageClassName='fast')),
    'volume-claim-missing': web(event('FailedScheduling'),
                                pod(mounting(), **volume(persistentVolumeClaim={'claimName': 'nothing'}))),
    'evicted': web(lambda seen: sum(p['status'].get('reason') == 'Evicted' for p in seen['pods'].values()) == 3,
                   pod(container('fill', resources={'limits': {'ephemeral-storage': '1Mi'}}, readinessProbe=PROBE))),
    'progress-deadline': web(condition('deployments', 'Progressing', 'False'),
                             pod(container('serve', '503', readinessProbe=PROBE)), progressDeadlineSeconds=3),
    # jobs
    'job-completed': ((job('exit', '0'),), JOB, condition('jobs', 'Complete')),
    'job-failed': ((job('exit', '3', backoffLimit=0),), JOB, condition('jobs', 'Failed')),
    'job-late': ((job('wait', activeDeadlineSeconds=3),), JOB, condition('jobs', 'Failed')),
    'job-running': ((job('wait'),), JOB, lambda seen: any(s['state'].get('running') for s in statuses(seen))),
    'job-image': ((job(template=pod(container(image='127.0.0.1:5000/missing:1'), restartPolicy='Never')),), JOB,
                  waiting('ErrImagePull', 'ImagePullBackOff')),
    'job-quota': ((quota(pods='0'), job('exit', '0')), JOB, event('FailedCreate')),
    'job-failure-policy': ((job('exit', '42', podFailurePolicy={'rules': [
        {'action': 'FailJob', 'onExitCodes': {'operator': 'In', 'values': [42]}}]}),), JOB, condition('jobs', 'Failed')),
    'cron-job': (({'apiVersion': 'batch/v1', 'kind': 'CronJob',
                   'metadata': {'name': 'web', 'annotations': {NOTE: 'web'}},
                   'spec': {'schedule': '* * * * *', 'jobTemplate': {'spec': {
                       'template': pod(container('exit', '0'), restartPolicy='Never')}}}},),
                 ('CronJob', 'web'), condition('jobs', 'Complete')),
}
# A second version is applied when the first one can be seen: (first, the second, until).
THEN = {
    # The pods of before crash, that of now is ready: the old ones go.
    'old-crashed': (web(ended(3), pod(container('exit', '3'))),
                    deployment(pod(container('serve', '200', readinessProbe=PROBE))), available(1)),
    # The pods of before crash while that of now is not ready yet.
    'old-crashes': (web(ended(3), pod(container('exit', '3'))),
                    deployment(pod(container('serve', '503', readinessProbe=PROBE)),
                               strategy={'rollingUpdate': {'maxUnavailable': 0}}), event('Unhealthy')),
    # The pod of before is ready, that of now crashes.
    'new-crashes': (web(available(1), pod(container('serve', '200', readinessProbe=PROBE))),
                    deployment(pod(container('exit', '3')), strategy={'rollingUpdate': {'maxUnavailable': 0}}), ended(3)),
    # Room for one pod more is missing.
    'quota-surge': ((web(available(1), pod(container('serve', '200')), quota(pods='1'))),
                    deployment(pod(container('serve', '204'))), condition('replica_sets', 'ReplicaFailure')),
}
# Each has to itself the node that is stopped then.
ALONE = {
    'node-lost': (web(available(1), pod(container('serve', '200', readinessProbe=PROBE))),
                  condition('pods', 'Ready', 'False')),
}
# What is true of its namespace, or stands beside all namespaces.
LABELS = {'admission-security': {'pod-security.kubernetes.io/enforce': 'baseline'}}


def policy(namespace):
    match = {'namespaceSelector': {'matchLabels': {'kubernetes.io/metadata.name': namespace}}}
    pods = [{'apiGroups': [''], 'apiVersions': ['v1'], 'operations': ['CREATE'], 'resources': ['pods']}]
    group = 'admissionregistration.k8s.io/v1'
    return [
        {'apiVersion': group, 'kind': 'ValidatingAdmissionPolicy', 'metadata': {'name': 'no-pods'}, 'spec': {
            'failurePolicy': 'Fail', 'matchConstraints': {'resourceRules': pods},
            'validations': [{'expression': 'false', 'message': 'images must come from registry.corp.example'}]}},
        {'apiVersion': group, 'kind': 'ValidatingAdmissionPolicyBinding', 'metadata': {'name': 'no-pods'}, 'spec': {
            'policyName': 'no-pods', 'validationActions': ['Deny'], 'matchResources': match}}]


def webhook(namespace):
    return [{'apiVersion': 'admissionregistration.k8s.io/v1', 'kind': 'ValidatingWebhookConfiguration',
             'metadata': {'name': 'away'}, 'webhooks': [{
                 'name': 'pods.away.example', 'admissionReviewVersions': ['v1'], 'sideEffects': 'None',
                 'timeoutSeconds': 1, 'failurePolicy': 'Fail', 'clientConfig': {'url': 'https://127.0.0.1:1/pods'},
                 'namespaceSelector': {'matchLabels': {'kubernetes.io/metadata.name': namespace}},
                 'rules': [{'apiGroups': [''], 'apiVersions': ['v1'], 'operations': ['CREATE'], 'resources': ['pods']}]}]}]


BESIDE = {'admission-policy': policy, 'admission-webhook-away': webhook}
