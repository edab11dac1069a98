/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where a workload is reached, by what the platform says of it: on this machine, in a cluster, from
 * another machine, and without the right. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "flow/world/reach.h"
#include "flow/world/world.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/runtime.h"
#include "quoted-json.h"

#define COMMAND "kubectl port-forward --namespace shop-qa service/web 8080:80"
#define MODULE(more) \
	"{'namespace':'shop-qa','cluster':'prod','modules':{'web':{'status':'Running'," \
	"'status_class':'Success','controllers':{}" more "}}}"
#define ADDRESS "http://web.qa.shop.localhost:20017"
#define REACHED MODULE(",'addresses':[{'port':80,'address':'" ADDRESS "','command':'" COMMAND "'}]")
#define NO_RIGHT \
	MODULE(",'addresses':[{'port':80,'command':'" COMMAND "','message':'in another language'," \
	       "'reasons':[{'code':'cluster_forbidden','parameters':{'user':'ana','verb':'get'," \
	       "'resource':'services/proxy','namespace':'shop-qa'}}]}]")
#define DNS(host) \
	"{'type':'dns','res_id':'modules.web.externals.dns','secret_refs':{}," \
	"'resource':{'host':'" host "','port':8080}}"

static const struct {
	const char *runtime, *resource;	/* resource NULL: none */
	bool is_remote;
	const char *address, *command, *why;
} cases[] = {
	{MODULE(""), NULL, false, NULL, NULL, "The platform runs on another machine."},
	{REACHED, NULL, false, ADDRESS, NULL, "The platform runs on another machine."},
	{REACHED, NULL, true, NULL, COMMAND, "The platform runs on another machine."},
	{NO_RIGHT, NULL, false, NULL, COMMAND,
	 "User ana has no right to get services/proxy in the namespace shop-qa of the cluster."},
	{NO_RIGHT, NULL, true, NULL, COMMAND,
	 "User ana has no right to get services/proxy in the namespace shop-qa of the cluster."},
	/* A name that only the cluster knows leads nowhere; another one does. */
	{REACHED, DNS("web.shop-qa.svc.cluster.local"), false, ADDRESS, NULL,
	 "The platform runs on another machine."},
	{MODULE(""), DNS("web.shop-qa.svc.cluster.local"), false, NULL, NULL,
	 "The platform runs on another machine."},
	{NO_RIGHT, DNS("shop.example.org"), false, "http://shop.example.org:8080", NULL,
	 "User ana has no right to get services/proxy in the namespace shop-qa of the cluster."},
	/* Whatever the platform says. */
	{MODULE(",'addresses':[]"), NULL, false, NULL, NULL, "The platform runs on another machine."},
	{MODULE(",'addresses':[{}]"), NULL, false, NULL, NULL, "The platform runs on another machine."},
};

static void
is_text(const char *found, const char *wanted)
{
	if (wanted) {
		assert_non_null(found);
		assert_string_equal(found, wanted);
	} else {
		assert_null(found);
	}
}

static void
a_workload_is_reached_by_an_address_or_a_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *body = parse(cases[i].runtime);
		json_t *outputs = cases[i].resource ? parse(cases[i].resource) : NULL;
		struct active_resource resource = {0};
		struct world_environment e = {0};
		struct error err = {0};
		char *address, *why;

		assert_int_equal(runtime_decode(&e.runtime, body, &err), 0);
		runtime_shorten(&e.runtime);
		if (cases[i].is_remote)
			runtime_forget_addresses(&e.runtime);
		if (outputs) {
			active_resource_read(&resource, outputs);
			e.resources = &resource;
			e.resource_count = 1;
		}
		address = reach_address(&e, "web");
		is_text(address, cases[i].address);
		is_text(reach_command(&e, "web"), cases[i].command);
		why = reach_why(&e, "web");
		assert_string_equal(why, cases[i].why);
		assert_null(reach_command(&e, "api"));
		free(why);
		free(address);
		if (outputs)
			active_resource_clear(&resource);
		runtime_clear(&e.runtime);
		json_decref(outputs);
		json_decref(body);
	}
}

static void
what_is_told_is_written_as_it_was_read(void **state)
{
	static const char *const bodies[] = {REACHED, NO_RIGHT};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		json_t *body = parse(bodies[i]), *again, *addresses;
		struct runtime runtime;
		struct error err = {0};

		assert_int_equal(runtime_decode(&runtime, body, &err), 0);
		again = runtime_encode(&runtime);
		addresses = json_object_get(json_object_get(json_object_get(again, "modules"), "web"),
					    "addresses");
		assert_int_equal(json_array_size(addresses), 1);
		assert_string_equal(json_member_string(json_array_get(addresses, 0), "command"), COMMAND);
		assert_int_equal(json_object_get(json_array_get(addresses, 0), "address") != NULL, i == 0);
		json_decref(again);
		runtime_clear(&runtime);
		json_decref(body);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_workload_is_reached_by_an_address_or_a_command),
		cmocka_unit_test(what_is_told_is_written_as_it_was_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
