# SPDX-License-Identifier: GPL-3.0-or-later
"""
What is particular to an operation: its successes and those failures that need a state of
their own.  contract.py adds what holds for all: 401, 404 of each part of the address, 405, 422.
"""
import time

PLACES = {"orgId": "topicshare-inc", "appId": "topicshare", "envId": "production"}

# In the document, but answered before the table of routes is asked.
NO_ROUTE = {"x-healthz", "x-readyz", "x-metrics"}

# Names of the right form for what is not there, where the form is looked at first.
MISSING = {"artefactVersionId": "00000000-0000-4000-8000-000000000000"}

# A missing environment is bad input to its values (README of the API, 12).
MISSING_STATUS = {(operation, "envId"): 400 for operation in (
    "listValuesOfEnv", "createValueOfEnv", "deleteValuesOfEnv", "putValueOfEnv",
    "patchValueOfEnv", "deleteValueOfEnv")}

# These parts of an address may name something that is not there.
NEVER_MISSING = {("listActiveResourceByDefinition", "defId"), ("listUserTokens", "userId")}

# What gets past the checks of the body; where a plain one does, none is needed here.
BODIES = {
    "createApplication": {"id": "contract", "name": "Contract"},
    "createEnvironment": {"id": "contract", "name": "Contract", "type": "development"},
    "createEnvironmentType": {"id": "contract", "description": "For the contract"},
    "createArtefactVersion": {"type": "container", "name": "local/contract", "version": "1",
                              "ref": "refs/tags/1", "commit": "c0ffee"},
    "patchArtefactVersion": {"archived": False},
    "x-createUser": {"id": "contract", "name": "Contract", "type": "service"},
    "createUserToken": {"id": "contract", "type": "static"},
    "createDelta": {"modules": {}, "shared": []},
    "createResourceDefinition": {"id": "contract-db", "name": "Contract", "type": "sqlite",
                                 "driver_type": "process/sqlite"},
    "updateResourceDefinition": {"name": "Anew"},
    "createValueOfApp": {"key": "LEVEL", "value": "info", "description": "How much is said"},
    "createValueOfEnv": {"key": "LEVEL", "value": "debug", "description": ""},
    "putValueOfApp": {"value": "warning", "description": ""},
    "putValueOfEnv": {"value": "warning", "description": ""},
    "patchValueOfApp": {"value": "info"},
    "patchValueOfEnv": {"value": "info"},
    "createAutomationRule": {"active": False, "type": "update", "artefacts_filter": []},
    "updateAutomationRule": {"active": False, "type": "update", "artefacts_filter": []},
    "patchReplicas": {"web": 1},
    "x-updateAdoption": {"groups": {"shop": "contract"}},
}

# Writes that whoever is known may do.
FOR_EVERYBODY = {"updateCurrentUser"}

# Documented answers that no case brings about.  There is no cluster here: tests/kube/adopt.py asks
# for them.
OWED = {"x-getAdoption": {200, 304}, "x-updateAdoption": {200, 400, 409}, "deleteEnvironment": {409}}

IMAGE = "/spec/containers/web/image"


def image(value):
    return {"modules": {"update": {"web": [{"op": "replace", "path": IMAGE, "value": value}]}}}


def wait_for_end(c, env):
    """Until the last deployment is no longer active."""
    until = time.monotonic() + 20
    while True:
        answer = c.daemon.ask("GET", c.path("listDeployments", dict(c.places, envId=env)))
        if answer.body()[0]["status"] not in ("pending", "in progress") or time.monotonic() > until:
            return answer.body()[0]
        time.sleep(0.02)


def platform(c):
    c.ask("getCurrentUser", 200)
    c.ask("x-getPlatform", 200)
    c.ask("listOrganizations", 200)
    c.ask("getOrganization", 200)
    c.ask("x-getAdoption", 404, "where nothing was adopted")
    c.ask("x-updateAdoption", 404, "where nothing was adopted", body=BODIES["x-updateAdoption"])


def env_types(c):
    c.ask("createEnvironmentType", 201, body=BODIES["createEnvironmentType"])
    c.ask("createEnvironmentType", 409, "there already",
          body=BODIES["createEnvironmentType"])
    c.ask("createEnvironmentType", 400, "no good id", body={"id": "No Good"})
    c.ask("listEnvironmentTypes", 200)
    c.ask("getEnvironmentType", 200, envTypeId="contract")
    c.ask("updateEnvironmentType", 200, body={"description": "anew"}, envTypeId="contract")
    c.ask("deleteEnvironmentType", 204, envTypeId="contract")
    c.ask("deleteEnvironmentType", 409, "in use", envTypeId="production")


def artefacts(c):
    listed = c.ask("listArtefacts", 200)
    c.ask("listArtefacts", 200, "by name", query="?name=local/topicshare-web")
    version = c.ask("createArtefactVersion", 200, body=BODIES["createArtefactVersion"])
    c.ask("createArtefactVersion", 400, "no name", body={"type": "container"})
    c.ask("createArtefactVersion", 400, "of another type", body={"type": "ghost", "name": "x"})
    workload = c.ask("createArtefactVersion", 200, "of a workload", body={
        "type": "workload", "name": "contract-workload", "version": "1",
        "image": "local/topicshare-web:1.4.3", "spec": {
            "apiVersion": "score.dev/v1b1", "metadata": {"name": "contract-workload"},
            "containers": {"main": {"image": "."}}}})
    for operation in ("getWorkloadArtefactVersionSpec", "getWorkloadArtefactVersionDeploymentSet"):
        c.ask(operation, 200, artefactVersionId=workload["id"])
        c.ask(operation, 400, "no UUID", artefactVersionId="x")
    c.ask("getArtefactVersion", 400, "no UUID", artefactVersionId="x")
    c.ask("listArtefactVersions", 200, artefactId=listed[0]["id"])
    c.ask("listArtefactVersions", 200, "one", query="?limit=1", artefactId=listed[0]["id"])
    c.ask("listArtefactVersionsInOrg", 200, query="?reference=local/topicshare-web:1.4.2")
    c.ask("listArtefactVersionsInOrg", 400, "two ways to name it", query="?name=x&reference=x:1")
    c.ask("getArtefactVersion", 200, artefactVersionId=version["id"])
    c.artefact = version["artefact_id"]
    at = {"artefactId": c.artefact, "versionId": version["id"]}
    c.ask("patchArtefactVersion", 200, body={"archived": True}, **at)
    c.ask("patchArtefactVersion", 400, "archived must be boolean", body={"archived": "x"}, **at)


def applications(c):
    c.ask("createApplication", 201, body=BODIES["createApplication"])
    c.ask("createApplication", 201, "without an environment",
          body={"id": "bare", "name": "Bare", "skip_environment_creation": True})
    c.ask("createApplication", 409, "there already", body=BODIES["createApplication"])
    c.ask("createApplication", 400, "no name", body={"id": "contract-2"})
    c.ask("createApplication", 400, "of a type that is not there", body={
        "id": "contract-2", "name": "x", "env": {"id": "dev", "name": "x", "type": "ghost"}})
    c.ask("listApplications", 200)
    c.ask("getApplication", 200)
    c.ask("getApplication", 200, "one without environments", appId="bare")
    c.ask("patchApplication", 200, body={"name": "Anew"}, appId="contract")
    c.ask("deleteEnvironment", 400, "the last one", appId="contract", envId="development")


def sets_and_deltas(c):
    environment = c.ask("getEnvironment", 200)
    base = environment["last_deploy"]["set_id"]
    c.places["setId"] = base
    c.ask("listSets", 200)
    c.ask("getSet", 200)
    c.ask("getSet", 200, "the empty one", setId="0")
    made = c.ask("updateSet", 200, body=image("local/topicshare-web:1.4.3"))
    c.ask("updateSet", 400, "of a workload that is not there",
          body={"modules": {"update": {"ghost": [{"op": "remove", "path": "/spec"}]}}})
    c.ask("updateSet", 400, "an operation that is not known",
          body={"shared": [{"op": "move", "path": "/a", "from": "/b"}]})
    c.ask("getSet", 200, "what turns the other into it", query="?diff=" + base, setId=made)
    c.ask("getDiff", 200, setId=made, sourceSetId=base)
    c.ask("getDiff", 200, "of itself", setId=base, sourceSetId=base)
    c.ask("getSetResourceInputs", 200)
    if c.offers("field-warnings"):
        warned = c.ask("x-listSetWarnings", 200, query="?env_id=production")
        c.line(warned == [], "of the sample everything has an effect", [str(warned)])
        c.ask("x-listSetWarnings", 200, "of an environment that is still to be made",
              query="?env_id=new&env_type=development")
        c.ask("x-listSetWarnings", 400, "nowhere")
    body = dict(image("local/topicshare-web:1.4.3"),
                metadata={"env_id": "production", "name": "contract"})
    delta = c.ask("createDelta", 200, body=body)
    c.ask("createDelta", 400, "modules that are a list", body={"modules": []})
    at = c.places["deltaId"] = delta["id"]
    c.ask("listDeltas", 200)
    c.ask("listDeltas", 200, "of an environment", query="?env=production&archived=false")
    c.ask("getDelta", 200)
    c.ask("patchDelta", 200, body=[image("local/topicshare-web:1.4.2")])
    c.ask("patchDelta", 400, "an operation that is not known",
          body=[{"shared": [{"op": "test", "path": "/a", "value": 1}]}])
    c.ask("putDelta", 204, body=image("local/topicshare-web:1.4.3"))
    c.ask("putDelta", 400, "a path that is none",
          body={"shared": [{"op": "remove", "path": "no-slash"}]})
    c.ask("changeNameOfDelta", 204, body="another")
    c.ask("changeEnvOfDelta", 204, body="development")
    c.ask("archiveDelta", 204, body=True)
    for operation, frozen in (("patchDelta", []), ("putDelta", {}), ("changeNameOfDelta", "x"),
                              ("changeEnvOfDelta", "qa")):
        c.ask(operation, 400, "while it is archived", body=frozen)
    c.ask("archiveDelta", 204, "fetched back", body=False)
    return made, at


def environments(c, made):
    last = c.ask("listDeployments", 200)[0]
    c.places["deployId"] = last["id"]
    c.ask("getDeployment", 200)
    c.ask("listDeploymentErrors", 200)
    c.ask("createEnvironment", 201, "a clone", body={
        "id": "clone", "name": "Clone", "type": "development", "from_deploy_id": last["id"]})
    c.ask("createEnvironment", 201, "an empty one", body=BODIES["createEnvironment"])
    c.ask("createEnvironment", 409, "there already", body=BODIES["createEnvironment"])
    for note, body in (("no good id", {"id": "x", "name": "x"}), ("no name", {"id": "xyz"}),
                       ("no such type", {"id": "xyz", "name": "x", "type": "ghost"}),
                       ("no such deployment", {"id": "xyz", "name": "x", "type": "development",
                                               "from_deploy_id": "ghost"})):
        c.ask("createEnvironment", 400, note, body=body)
    c.ask("listEnvironments", 200)
    c.ask("getEnvironment", 200, "a clone that was never deployed", envId="clone")
    c.ask("updateEnvironment", 200, body={"name": "Anew"}, envId="clone")
    c.ask("rebaseEnvironment", 204, body=last["id"], envId="contract")
    c.ask("rebaseEnvironment", 400, "no such deployment", body="ghost", envId="clone")
    deploy(c, made)
    resources(c)
    c.ask("createDeployment", 201, "to what is deleted", body={}, envId="clone")
    c.ask("deleteEnvironment", 202, "while one is active", envId="clone")


def deploy_once(c):
    key = {"Idempotency-Key": "contract"}
    first = c.ask("createDeployment", 201, "under a key", body={}, headers=key, envId="clone")
    again = c.ask("createDeployment", 201, "again", body={}, headers=key, envId="clone")
    c.line(first == again, "the same request under the same key is answered as before")
    c.ask("createDeployment", 422, "another request under the same key", headers=key,
          body={"comment": "other"}, envId="clone")
    wait_for_end(c, "clone")


def deploy_review(c, made):
    """Whoever runs it here has nothing to say; what could not be deployed is refused."""
    said = c.ask("x-reviewDeployment", 200, body={"set_id": made}, envId="clone")
    c.line(said["findings"] == [] and "unasked" not in said, "nothing stands against it",
           [str(said)])
    c.ask("x-reviewDeployment", 200, "with values", envId="clone",
          body={"values": {"set": [{"key": "NEVER", "value": "1"}]}})
    keys = [each["key"] for each in c.ask("listValuesOfEnv", 200, envId="clone")]
    c.line("NEVER" not in keys, "of which none is written", keys)
    c.ask("x-reviewDeployment", 400, "no such set", body={"set_id": "ghost"}, envId="clone")
    c.ask("x-reviewDeployment", 412, "another one came first", body={},
          headers={"If-Match": '"ghost"'}, envId="clone")
    new = {"environment": {"id": "not-yet", "name": "Not yet", "type": "development"},
           "deployment": {"set_id": made}}
    c.ask("x-reviewEnvironment", 200, body=new)
    c.ask("getEnvironment", 404, "that was only reviewed", envId="not-yet")
    c.ask("x-reviewEnvironment", 400, "without a deployment", body={"environment": {}})
    c.ask("x-reviewEnvironment", 409, "one that is there",
          body=dict(new, environment={"id": "clone", "name": "Clone"}))


def deploy_tag(c, done):
    c.ask("createDeployment", 412, "another one came first", body={},
          headers={"If-Match": '"ghost"'}, envId="clone")
    c.ask("rebaseEnvironment", 412, "another one came first", body=done["id"],
          headers={"If-Match": "ghost"}, envId="clone")
    c.ask("deleteEnvironment", 412, "another one came first", headers={"If-Match": "ghost"},
          envId="clone")
    tag = c.ask("getEnvironment", 200, "with its tag", envId="clone")["deploy_tag"]
    c.ask("rebaseEnvironment", 204, "as it was seen", body=done["id"],
          headers={"If-Match": tag}, envId="clone")


def deploy_values(c):
    c.ask("createDeployment", 412, "other values came first", envId="clone",
          body={"values": {"base": "ghost", "set": [{"key": "EXTRA", "value": "1"}]}})
    c.ask("createDeployment", 400, "a value that is no text", envId="clone",
          body={"values": {"set": [{"key": "EXTRA", "value": 1}]}})
    c.ask("createDeployment", 201, "with values", envId="clone",
          body={"values": {"set": [{"key": "EXTRA", "value": "1"}]}})
    wait_for_end(c, "clone")


def deploy_without(c, done):
    """What no extension is there for is not looked at."""
    stale = {"If-Match": '"ghost"', "Idempotency-Key": "contract"}
    c.ask("rebaseEnvironment", 204, "whatever it was seen to be", body=done["id"],
          headers=stale, envId="clone")
    body = {"dependency_graph_hash": "ghost",
            "values": {"base": "ghost", "set": [{"key": "EXTRA", "value": 1}]}}
    first = c.ask("createDeployment", 201, "with what is not known", body=body, headers=stale,
                  envId="clone")
    c.ask("getDeployment", 200, "waits for nothing", query="?wait=long", envId="clone",
          deployId=first["id"])
    wait_for_end(c, "clone")
    keys = [value["key"] for value in c.ask("listValuesOfEnv", 200, "of it", envId="clone")]
    c.line("EXTRA" not in keys, "a deployment brings no values along", keys)
    c.ask("createDeployment", 201, "again under its key", body=body, headers=stale, envId="clone")
    c.line(wait_for_end(c, "clone")["id"] != first["id"], "it is another one then")
    c.ask("getLogs", 200, "of now alone", query="?follow=true&asc=true")


def deploy(c, made):
    for note, body in (("a set that is not there", {"set_id": "ghost"}),
                       ("a delta that is not there", {"delta_id": "ghost"}),
                       ("no such mode", {"mode": "ghost"}), ("no text", {"comment": 1})):
        c.ask("createDeployment", 400, note, body=body, envId="clone")
    c.ask("createDeployment", 201, body={"set_id": made, "comment": "contract"}, envId="clone")
    c.ask("createDeployment", 409, "while one is active", body={}, envId="clone")
    c.ask("x-reviewDeployment", 409, "while one is active", body={}, envId="clone")
    c.ask("rebaseEnvironment", 409, "while one is active", body=c.places["deployId"],
          envId="clone")
    done = wait_for_end(c, "clone")
    c.line(done["status"] == "succeeded", "the deployment succeeds", [str(done)])
    c.line(done["pipeline"]["id"] == "default", "it is a run of the pipeline", [str(done)])
    c.ask("createDeployment", 400, "of a pipeline that is not ours", envId="clone",
          body={"pipeline": {"id": "x", "run_id": "y", "job_id": "z", "step_index": 0}})
    if c.offers("deploy-review"):
        deploy_review(c, made)
    if c.offers("deploy-once"):
        deploy_once(c)
    if c.offers("deploy-tag"):
        deploy_tag(c, done)
    if c.offers("deploy-values"):
        deploy_values(c)
    if c.offers("deploy-graph"):
        c.ask("createDeployment", 412, "other resources than those", envId="clone",
              body={"dependency_graph_hash": "ghost"})
    if not c.offers("deploy-tag"):
        deploy_without(c, done)
    ghost = c.ask("createDelta", 200, body=image("local/topicshare-web:ghost"))
    c.ask("createDeployment", 400, "an image that is not there", envId="clone",
          body={"delta_id": ghost["id"]})
    bad = c.ask("createDelta", 200, body={"modules": {"update": {"web": [
        {"op": "replace", "path": "/spec/containers/web/variables/PORT", "value": "none"}]}}})
    c.ask("createDeployment", 201, "that must fail", body={"delta_id": bad["id"]}, envId="clone")
    failed = wait_for_end(c, "clone")
    for operation, body in (("patchDelta", []), ("putDelta", {}), ("changeNameOfDelta", "x"),
                            ("changeEnvOfDelta", "qa")):
        c.ask(operation, 409, "that was deployed", body=body, deltaId=bad["id"])
    c.ask("archiveDelta", 204, "that was deployed", body=True, deltaId=bad["id"])
    c.line(failed["status"] == "failed", "a deployment of what cannot start fails",
           [str(failed)])
    c.ask("listDeploymentErrors", 200, "with errors", envId="clone", deployId=failed["id"])
    c.ask("getEnvironment", 200, "after deployments", envId="clone")


def resources(c):
    """In the clone: what it has, what it would have, and what is none of ours any more."""
    here = {"envId": "clone", "type": "sqlite", "resId": "shared.db"}
    wanted = [{"id": "shared.db", "type": "sqlite"}]
    graph = c.ask("createDependencyGraph", 200, body=wanted, envId="clone")
    c.ask("queryResourceGraph", 200, body=wanted, envId="clone")
    for operation in ("createDependencyGraph", "queryResourceGraph"):
        c.ask(operation, 400, "a type that nothing serves", envId="clone",
              body=[{"id": "shared.x", "type": "unheard-of"}])
    c.ask("getDependencyGraph", 200, envId="clone", graphId=graph["id"])
    c.ask("pinActiveResource", 200, body={"target_def_version_id": None}, **here)
    c.ask("pinActiveResource", 400, "no such version", body={"target_def_version_id": "x"}, **here)
    c.ask("pinActiveResource", 404, "no such resource", body={"target_def_version_id": None},
          **dict(here, resId="shared.ghost"))
    c.ask("deleteActiveResource", 409, "in use", **here)
    c.ask("deleteActiveResource", 204, "left alone", query="?detach=true", **here)
    c.ask("deleteActiveResource", 404, "not ours any more", **here)


def running(c):
    c.ask("listActiveResources", 200)
    c.ask("listActiveResources", 200, "of nothing", envId="contract")
    c.ask("getRuntime", 200, "in the old shape")
    c.ask("getRuntime", 200, "in the new shape", headers={"Accept": "application/v2+json"})
    c.ask("getRuntime", 200, "of nothing", envId="contract")
    c.ask("listRuntime", 400, "of none")
    c.ask("listRuntime", 200, "of one", query="?id=production")
    c.ask("getLogs", 200, "of a workload that is not there", query="?workload_id=ghost")
    c.ask("getLogs", 200, query="?limit=5&asc=true")
    c.ask("getLogs", 400, "no good limit", query="?limit=0")
    c.ask("listResourceDefinitions", 200)


def pausing(c):
    c.ask("patchReplicas", 204, body={"web": 2})
    c.ask("patchReplicas", 400, "of a workload that is not there", body={"ghost": 1})
    c.ask("patchReplicas", 204, "back to one", body={"web": 1})
    c.ask("updatePaused", 204, body=True, envId="qa")
    c.ask("createDeployment", 400, "while it is paused", body={}, envId="qa")
    c.ask("updatePaused", 204, "on again", body=False, envId="qa")


def values(c):
    """The same of the application and of an environment."""
    for of, key in (("App", "LEVEL"), ("Env", "LEVEL_HERE")):
        value = {"key": key, "value": "info", "description": "How much is said"}
        before = c.ask("listValueSetVersionsOf" + of, 200, "of the sample")[0]["id"]
        c.ask("createValueOf" + of, 201, body=value)
        c.ask("createValueOf" + of, 409, "there already", body=value)
        c.ask("createValueOf" + of, 400, "no good key", body=dict(value, key="no good"))
        c.ask("createValueOf" + of, 201, "a secret", body={
            "key": "PASSWORD", "value": "hidden", "description": "", "is_secret": True})
        listed = c.ask("listValuesOf" + of, 200)
        c.line("hidden" not in str(listed), "listValuesOf%s never shows a secret" % of)
        print_of = [value["secret_version"] for value in listed if value["key"] == "PASSWORD"]
        c.line((print_of[0] is not None) == c.offers("value-fingerprints"),
               "listValuesOf%s tells a secret's fingerprint, or nothing" % of, print_of)
        c.ask("putValueOf" + of, 200, body=BODIES["putValueOf" + of], key=key)
        c.ask("putValueOf" + of, 400, "half of it", body={"value": "x"}, key=key)
        c.ask("patchValueOf" + of, 200, body={"value": "error"}, key=key)
        c.ask("patchValueOf" + of, 400, "nothing to change", body={}, key=key)
        c.ask("listValueSetVersionsOf" + of, 200)
        versions = c.ask("listValueSetVersionsOf" + of, 200, "of a key", query="?key_changed=" + key)
        at = {"versionId": versions[-1]["id"]}
        c.ask("getValueSetVersionOf" + of, 200, **at)
        c.ask("getValueSetVersionOf" + of, 200, "the latest",
              versionId="00000000-0000-0000-0000-000000000000")
        for operation in ("createValueOf", "putValueOf", "patchValueOf", "deleteValueOf",
                          "deleteValuesOf", "restoreValueSetVersionOf",
                          "restoreKeyOfValueSetVersionOf", "purgeKeyOfValueSetVersionOf"):
            body = None if operation.startswith("delete") else BODIES.get(operation + of, {})
            if c.offers("deploy-values"):
                c.ask(operation + of, 412, "others changed them", body=body, key=key,
                      headers={"If-Match": '"ghost"'}, **at)
        if not c.offers("deploy-values"):
            c.ask("putValueOf" + of, 200, "whoever changed them", body=BODIES["putValueOf" + of],
                  key=key, headers={"If-Match": '"ghost"'})
        c.ask("restoreKeyOfValueSetVersionOf" + of, 200, body={}, key=key, **at)
        c.ask("restoreValueSetVersionOf" + of, 200, body={"comment": "back"}, **at)
        c.ask("purgeKeyOfValueSetVersionOf" + of, 400, "what is so now", body={}, key=key, **at)
        c.ask("patchValueOf" + of, 200, "again", body={"value": "other"}, key=key)
        c.ask("purgeKeyOfValueSetVersionOf" + of, 204, body={}, key=key, **at)
        c.ask("restoreKeyOfValueSetVersionOf" + of, 400, "what was purged", body={}, key=key, **at)
        c.ask("deleteValueOf" + of, 204, key=key)
        c.ask("deleteValuesOf" + of, 204)
        c.ask("restoreValueSetVersionOf" + of, 200, "what the sample deploys with", body={},
              versionId=before)


def rules(c):
    rule = {"active": False, "type": "update", "artefacts_filter": ["local/nothing"],
            "exclude_artefacts_filter": False, "match_ref": "refs/heads/.*"}
    made = c.ask("createAutomationRule", 201, body=rule)
    c.ask("createAutomationRule", 409, "just like it", body=rule)
    c.ask("createAutomationRule", 422, "of another type", body=dict(rule, type="ghost"))
    c.ask("updateAutomationRule", 422, "of another type", body=dict(rule, type="ghost"),
          ruleId=made["id"])
    c.ask("listAutomationRules", 200)
    c.ask("getAutomationRule", 200, ruleId=made["id"])
    c.ask("updateAutomationRule", 200, body=dict(rule, match_ref="refs/tags/.*"),
          ruleId=made["id"])
    c.ask("x-dropRuleWaits", 204, "where nothing waits", ruleId=made["id"])
    c.ask("x-dropRuleWaits", 404, "of no rule", ruleId="ghost")
    c.ask("deleteAutomationRule", 204, ruleId=made["id"])


def pipelines(c, made):
    """Runs deploy to the environment `contract`, which has deployed nothing before."""
    trigger = {"trigger": "deployment_request", "env_id": "contract", "set_id": made}
    inputs = {"inputs": {"env_id": "contract", "set_id": made}}
    pipeline = c.ask("listPipelines", 200)[0]
    c.places["pipelineId"] = pipeline["id"]
    c.ask("getPipeline", 200)
    c.ask("listPipelineCriteriaInApp", 200)
    c.ask("createPipelineRunByTriggerCriteria", 204, "tried", body=trigger, query="?dry_run=true")
    c.ask("createPipelineRunByTriggerCriteria", 400, "two things to deploy",
          body=dict(trigger, delta_id="x"))

    def active_run():
        wait_for_end(c, "contract")
        answer = c.daemon.ask("POST", c.path("createPipelineRun", c.places), inputs)
        return {"runId": answer.body()["id"]}

    c.ask("createPipelineRunByTriggerCriteria", 201, body=trigger)
    c.ask("createPipelineRunByTriggerCriteria", 409, "while one is active", body=trigger,
          renew=active_run)
    c.ask("createPipelineRun", 409, "while one is active", body=inputs, renew=active_run)
    c.ask("cancelPipelineRun", 204, "while it goes on",
          renew=lambda: c.places.update(active_run()) or {"runId": c.places["runId"]})
    wait_for_end(c, "contract")
    c.ask("cancelPipelineRun", 409, "that has ended")
    c.ask("createPipelineRun", 204, "tried", body=inputs, query="?dry_run=true")
    c.ask("createPipelineRun", 400, "nothing to deploy", body={"inputs": {}})
    second = c.ask("createPipelineRun", 201, body=inputs)
    c.ask("restartPipelineRun", 409, "that has not ended", body={}, renew=active_run)
    c.ask("cancelPipelineRun", 412, "of another state", headers={"If-Match": '"ghost"'},
          runId=second["id"])
    wait_for_end(c, "contract")
    c.ask("updatePaused", 204, "the environment of a run", body=True, envId="contract")
    c.ask("restartPipelineRun", 400, "in an environment that is paused")
    c.ask("updatePaused", 204, "on again", body=False, envId="contract")
    c.ask("restartPipelineRun", 201, headers={"Idempotency-Key": "contract-run"})
    c.ask("restartPipelineRun", 422, "of another, under the same key", runId=second["id"],
          headers={"Idempotency-Key": "contract-run"})
    wait_for_end(c, "contract")
    for operation in ("listPipelineRuns", "listPipelineRunsByOrg", "getPipelineRun",
                      "listPipelineApprovalRequests"):
        c.ask(operation, 200)
    for operation in ("listPipelineRuns", "listPipelineRunsByOrg", "listPipelines",
                      "listPipelineCriteriaInApp", "listPipelineApprovalRequests"):
        c.ask(operation, 400, "no good page", query="?per_page=0")
    c.places["jobId"] = c.ask("listPipelineJobs", 200)[0]["id"]
    c.ask("getPipelineJob", 200)


def deleting(c):
    c.ask("deleteArtefact", 204, artefactId=c.artefact)
    c.ask("deleteApplication", 204, "that has nothing", appId="bare")
    c.ask("deleteApplication", 202, "with an environment", appId="contract")


def definitions(c):
    c.ask("listResourceTypes", 200)
    c.ask("listResourceDefinitions", 200, "that would match",
          query="?res_type=sqlite&app=topicshare&env_type=production")
    whole = dict(BODIES["createResourceDefinition"], driver_inputs={"values": {"template": "topics.sql"}},
                 criteria=[{"app_id": "topicshare", "env_id": "contract"}])
    made = c.ask("createResourceDefinition", 200, body=whole)
    c.ask("createResourceDefinition", 409, "there already",
          body=dict(whole, criteria=[{"env_id": "other"}]))
    c.ask("createResourceDefinition", 409, "with the criteria of another",
          body=dict(whole, id="contract-2"))
    c.ask("createResourceDefinition", 400, "no type", body={"id": "contract-2", "name": "x"})
    c.ask("createResourceDefinition", 400, "with a secret of another store",
          body=dict(whole, id="contract-2",
                    driver_inputs={"secret_refs": {"a": {"store": "b", "ref": "c"}}}))
    c.places["defId"] = "contract-db"
    c.ask("getResourceDefinition", 200)
    again = c.ask("patchResourceDefinition", 200, body={"name": "Other"})
    c.line(again["active_version_id"] == made["active_version_id"],
           "a name makes no new version of a definition")
    again = c.ask("patchResourceDefinition", 200, body={"driver_inputs": {"values": {"template": "${context.env.type}.sql"}}})
    c.line(again["active_version_id"] != made["active_version_id"],
           "other inputs make a new version of a definition")
    c.ask("patchResourceDefinition", 400, "an empty name", body={"name": ""})
    c.ask("updateResourceDefinition", 200, body={"name": "Anew"})
    c.ask("updateResourceDefinition", 400, "no name", body={})
    rule = c.ask("createResourceDefinitionCriteria", 200, body={"env_id": "one"})
    c.ask("createResourceDefinitionCriteria", 409, "just like it", body={"env_id": "one"})
    c.ask("createResourceDefinitionCriteria", 400, "no text", body={"env_id": 1})
    c.ask("deleteResourceDefinitionCriteria", 204, criteriaId=rule["id"])
    c.ask("updateResourceDefinitionCriteria", 200, body=[{"env_id": "two"}, {"env_id": "three"}])
    c.ask("updateResourceDefinitionCriteria", 409, "two that are the same", body=[{}, {}])
    c.ask("updateResourceDefinitionCriteria", 400, "no object", body=["x"])
    c.ask("listActiveResourceByDefinition", 200)
    c.ask("deleteResourceDefinition", 204)
    used = c.ask("listActiveResources", 200)[0]["def_id"]
    c.ask("listActiveResourceByDefinition", 200, "of one that is used", defId=used)
    c.ask("deleteResourceDefinition", 409, "of one that is used", defId=used)
    rule = c.ask("getResourceDefinition", 200, "of one that is used", defId=used)["criteria"][0]["id"]
    c.ask("deleteResourceDefinitionCriteria", 409, "that is used", defId=used, criteriaId=rule)


def users(c):
    c.ask("updateCurrentUser", 200, body={"name": "Anew"})
    who = "contract" if c.offers("administration") else c.ask("getCurrentUser", 200)["id"]
    c.ask("x-createUser", 201, body=BODIES["x-createUser"])
    c.ask("x-listUsers", 200)
    c.ask("x-getUser", 200, userId="contract")
    c.ask("x-updateUser", 200, body={"name": "Anew"}, userId="contract")
    c.ask("createUserToken", 200, body=BODIES["createUserToken"], userId=who)
    c.ask("listUserTokens", 200, userId=who)
    c.ask("getUserToken", 200, userId=who, tokenId="contract")
    c.ask("deleteUserToken", 204, userId=who, tokenId="contract")
    c.ask("x-deleteUser", 204, userId="contract")
    c.ask("x-listAuditLog", 200)
    c.ask("listAuditLogEntries", 200)


def run(c):
    platform(c)
    env_types(c)
    artefacts(c)
    applications(c)
    made, _ = sets_and_deltas(c)
    environments(c, made)
    running(c)
    pausing(c)
    definitions(c)
    values(c)
    rules(c)
    pipelines(c, made)
    deleting(c)
    users(c)
