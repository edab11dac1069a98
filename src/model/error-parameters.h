/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the sentences of error-codes.h are said with; that file alone includes this one. */
#ifndef SIDESTAGE_MODEL_ERROR_PARAMETERS_H
#define SIDESTAGE_MODEL_ERROR_PARAMETERS_H

/* clang-format off */
/* What a sentence can be said with: a name means the same in all of them. */
#define ERROR_TEXTS(X) \
	/* ids */ \
	X(app) \
	X(artefact) \
	X(criterion) \
	X(circle)	/* of resources: "a (type) -> b (type) -> a" */ \
	X(definition) \
	X(other)	/* definition */ \
	X(delta) \
	X(deployment) \
	X(base)		/* of the deployment that the next one builds on */ \
	X(env) \
	X(env_type) \
	X(graph) \
	X(job) \
	X(org) \
	X(pipeline) \
	X(platform)	/* the id of its state */ \
	X(place)	/* of an organization, an application or an environment */ \
	X(resource) \
	X(rule) \
	X(selector)	/* of labels: "app=web,tier!=test" */ \
	X(space)	/* what a driver calls an environment: "acme/shop/qa" */ \
	X(run) \
	X(set) \
	X(token) \
	X(user) \
	X(version)	/* of a definition, an artefact, a pipeline or the shared values */ \
	X(workload) \
	/* other names */ \
	X(amount)	/* "cpu 250m, memory 64Mi" */ \
	X(room)		/* that there is left of both */ \
	X(container)	/* of a workload */ \
	X(driver)	/* as a definition chooses it: "sidestage/machine" */ \
	X(directory)	/* of the platform's machine */ \
	X(duration)	/* "1500ms", "10s" */ \
	X(extension)	/* of the API */ \
	X(fields)	/* of an object of a cluster, each with its manager: ".spec.replicas (helm)" */ \
	X(file)		/* of the platform's machine, or of a workload */ \
	X(host)		/* of DNS */ \
	X(how)		/* a program ended: "status 1", or what cannot be done: "exec: ..." */ \
	X(image)	/* with its version */ \
	X(key)		/* of a shared value */ \
	X(limit)	/* that something had to happen in: "20s" */ \
	X(meant)	/* what is there and is called almost like that */ \
	X(member)	/* of a JSON object or a query, as the API defines it */ \
	X(name)		/* in a JSON object whose names are free */ \
	X(namespace)	/* of a cluster */ \
	X(next)		/* time of a run, with its distance from UTC */ \
	X(node)		/* of a cluster */ \
	X(object)	/* of a cluster: "deployments/web" */ \
	X(operation)	/* of a JSON patch: "add" */ \
	X(page)		/* that a probe asks for */ \
	X(path)		/* in a JSON document, or of an address of the API */ \
	X(placeholder)	/* as it is written */ \
	X(resource_class) \
	X(role) \
	X(scope)	/* of a role: "/orgs/acme" */ \
	X(server)	/* its address */ \
	X(store)	/* of secrets */ \
	X(time)		/* of the last run, with its distance from UTC */ \
	X(tried)	/* definitions with their criteria */ \
	X(type)		/* of a resource */ \
	X(verb)	/* what a cluster is asked for: "apply", "list" */ \
	X(words)	/* with blanks between them */ \
	X(reason)	/* in the words of a library, in English */
#define ERROR_NUMBERS(X) \
	X(column) \
	X(index)	/* from 0 */ \
	X(line) \
	X(max) \
	X(min) \
	X(number)	/* from 1, or how many */ \
	X(port) \
	X(seconds) \
	X(status)	/* of HTTP */ \
	X(total)
/* clang-format on */

#endif
