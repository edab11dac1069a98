/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A key is a row; its kind says how a value is read.  A key that may be given once and is
 * given again in the file is a fault: which of the two was meant cannot be known.
 *
 * What a definition of a resource may name has sections of its own, [template "NAME"] and
 * [cluster "NAME"]: the name is theirs, the files are the operator's.
 *
 * A row without a section is an option only, one without an option is for the file only; some
 * settings have two rows, because a path means something else in each: in a file it must be
 * absolute.
 */
#include "config.h"

#include "platform/admin/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/extensions.h"
#include "net/listener.h"
#include "platform/admin/cluster-settings.h"
#include "platform/drivers/process/process.h"
#include "platform/drivers/process/resource.h"

struct setting {
	const char *section, *key;	/* section NULL: on the command line only */
	const char *option;		/* NULL: in the file only */
	const char *argument, *help;
	int (*read)(const struct setting *setting, void *where, const char *value,
		    struct error *err);
	size_t offset;
	int64_t min, max;
};

/* A value that was given by the file is replaced by the command line, which comes later. */
static int
read_text(const struct setting *setting, void *where, const char *value, struct error *err)
{
	char **text = where;

	(void)setting;
	if (!*value)
		return error_set(err, ERROR_INPUT, _("The value is empty."));
	free(*text);
	*text = xstrdup(value);
	return 0;
}

/* "shop-db=shop,web=" */
static int
read_groups(const struct setting *setting, void *where, const char *value, struct error *err)
{
	for (const char *at = value; *at; at += strspn(at, ",")) {
		int length = (int)strcspn(at, ",");

		if (*at == '=' || !memchr(at, '=', (size_t)length))
			return error_set(err, ERROR_INPUT,
					 _("Expected NAMESPACE=APPLICATION, and got \"%.*s\"."),
					 length, at);
		at += length;
	}
	return read_text(setting, where, value, err);
}

static int
read_servers(const struct setting *setting, void *where, const char *value, struct error *err)
{
	return cluster_servers_check(value, err) == 0 ? read_text(setting, where, value, err) : -1;
}

/* In the file: the daemon may be started from anywhere. */
static int
read_path(const struct setting *setting, void *where, const char *value, struct error *err)
{
	if (*value != '/')
		return error_set(err, ERROR_INPUT, _("\"%s\" is not an absolute path."), value);
	return read_text(setting, where, value, err);
}

/* Collected: a daemon may listen on several. */
static int
read_address(const struct setting *setting, void *where, const char *value, struct error *err)
{
	struct settings_addresses *list = where;

	(void)setting;
	if (listener_check(value, NULL, err) != 0)
		return -1;
	if (list->count == SETTINGS_ADDRESSES_MAX)
		return error_set(err, ERROR_LIMIT,
				 _("No more than %d addresses can be listened on."),
				 SETTINGS_ADDRESSES_MAX);
	list->items[list->count++] = xstrdup(value);
	return 0;
}

/* The two words and no others: "yes" may be a typing error for a path. */
static int
read_bool(const struct setting *setting, void *where, const char *value, struct error *err)
{
	bool yes = strcmp(value, "true") == 0;

	(void)setting;
	if (!yes && strcmp(value, "false") != 0)
		return error_set(err, ERROR_INPUT, _("\"%s\" is neither true nor false."), value);
	*(int64_t *)where = yes;
	return 0;
}

/* Without the bits to execute: they mean nothing for a socket, and are a sign of a wrong number. */
static int
read_mode(const struct setting *setting, void *where, const char *value, struct error *err)
{
	char *end;
	unsigned long mode = strtoul(value, &end, 8);

	(void)setting;
	if (strlen(value) < 3 || *end || strspn(value, "01234567") != strlen(value) ||
	    mode > 0777 || (mode & 0111))
		return error_set(err, ERROR_INPUT,
				 _("\"%s\" is not a socket mode such as 0600 or 0660."), value);
	*(int64_t *)where = (int64_t)mode;
	return 0;
}

struct setting_unit {
	const char *name;
	int64_t factor;
};

/* Compared by division before it is multiplied. */
static int
read_scaled(const struct setting *setting, void *where, const char *value,
	    const struct setting_unit *units, struct error *err)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(value, &end, 10);
	if (errno == 0 && *value >= '0' && *value <= '9' && number <= setting->max) {
		while (units->name && strcmp(units->name, end) != 0)
			units++;
		if (units->name && number <= setting->max / units->factor &&
		    number * units->factor >= setting->min) {
			*(int64_t *)where = number * units->factor;
			return 0;
		}
	}
	return error_set(err, ERROR_INPUT, _("Invalid value \"%s\": expected %s."), value,
			 _(setting->argument));
}

static int
read_number(const struct setting *setting, void *where, const char *value, struct error *err)
{
	static const struct setting_unit units[] = {{"", 1}, {NULL, 0}};

	return read_scaled(setting, where, value, units, err);
}

static int
read_size(const struct setting *setting, void *where, const char *value, struct error *err)
{
	static const struct setting_unit units[] = {
		{"", 1}, {"K", 1024}, {"M", 1024 * 1024}, {NULL, 0}};

	return read_scaled(setting, where, value, units, err);
}

static int
read_duration(const struct setting *setting, void *where, const char *value, struct error *err)
{
	static const struct setting_unit units[] = {
		{"ms", 1}, {"s", 1000}, {"m", 60000}, {NULL, 0}};

	return read_scaled(setting, where, value, units, err);
}

/* As journald and sd-daemon name them. */
static int
read_level(const struct setting *setting, void *where, const char *value, struct error *err)
{
	int level = log_level_of(value);

	(void)setting;
	if (level < 0)
		return error_set(err, ERROR_INPUT,
				 _("Invalid level \"%s\": use error, warning, notice, info or "
				   "debug."),
				 value);
	*(int64_t *)where = level;
	return 0;
}

static int
read_confinement(const struct setting *setting, void *where, const char *value, struct error *err)
{
	static const char *const words[] = {
		[DRIVER_CONFINE_NAMESPACES] = "namespaces", [DRIVER_CONFINE_NONE] = "none",
		[DRIVER_CONFINE_SAMPLE] = "sample",
	};

	(void)setting;
	for (int i = DRIVER_CONFINE_NAMESPACES; i <= DRIVER_CONFINE_SAMPLE; i++) {
		if (strcmp(words[i], value) == 0) {
			*(int64_t *)where = i;
			return 0;
		}
	}
	return error_set(err, ERROR_INPUT, _("Invalid value \"%s\": use namespaces or none."),
			 value);
}

/* The key of the first release, whose weaker ways are gone: a configuration that asked for one must
 * be looked at by a person. */
static int
read_confine(const struct setting *setting, void *where, const char *value, struct error *err)
{
	if (strcmp(value, "best") == 0)
		return read_confinement(setting, where, "namespaces", err);
	return error_set(err, ERROR_INPUT,
			 _("This release confines workloads by namespaces only.  Remove the key, or "
			   "set \"confinement = none\" if you trust every program."));
}

static int
read_extensions(const struct setting *setting, void *where, const char *value, struct error *err)
{
	unsigned set;

	(void)setting;
	if (extensions_choose(&set, value, err) != 0)
		return -1;
	*(int64_t *)where = set;
	return 0;
}

#define AT(member) offsetof(struct settings, member)
static const struct setting table[] = {
	{"state", "directory", NULL, N_("a directory"), NULL, read_path, AT(state), 0, 0},
	{NULL, NULL, "state", "DIR", N_("Keep the database and the environments in this directory"), read_text,
	 AT(state), 0, 0},
	{"run", "images", NULL, N_("a directory"), NULL, read_path, AT(images), 0, 0},
	{NULL, NULL, "images", "DIR", N_("Run only executables below this directory"),
	 read_text, AT(images), 0, 0},
	{"run", "templates", NULL, N_("a directory"), NULL, read_path, AT(templates), 0, 0},
	{NULL, NULL, "templates", "DIR", N_("Read resource templates from this directory"), read_text,
	 AT(templates), 0, 0},
	{"run", "cluster-servers", NULL, N_("hosts"), NULL, read_servers, AT(cluster_servers), 0,
	 0},
	{"run", "ready-timeout", "ready-timeout", N_("a time from 100ms to 60m"),
	 N_("Fail a workload that is not ready after this time"), read_duration,
	 AT(ready_timeout_ms), 100, 3600000},
	{"run", "min-ready", "min-ready", N_("a time from 0s to 60m"),
	 N_("Count a workload without probes as ready after this time"), read_duration,
	 AT(min_ready_ms), 0, 3600000},
	{"run", "stop-timeout", "stop-timeout", N_("a time from 0s to 60m"),
	 N_("When stopping, wait this long for deployments to end"), read_duration,
	 AT(stop_timeout_ms), 0, 3600000},
	{"run", "confinement", "confinement", N_("namespaces or none"),
	 N_("Confine workloads with namespaces (default), or none (trusted programs only)"),
	 read_confinement, AT(confine), 0, 0},
	{"run", "confine", NULL, N_("best"), NULL, read_confine, AT(confine), 0, 0},
	{"listen", "socket", NULL, N_("a path"), NULL, read_path, AT(socket), 0, 0},
	{NULL, NULL, "socket", "PATH", N_("Serve the API on this Unix socket"), read_text,
	 AT(socket), 0, 0},
	{"listen", "socket-mode", "socket-mode", N_("an octal mode"),
	 N_("Permissions of the socket (default: 0600)"), read_mode, AT(socket_mode), 0, 0},
	{"listen", "address", "listen", N_("an address"),
	 N_("Serve the API on this address, e.g. 127.0.0.1:8080 (repeatable)"), read_address,
	 AT(plain), 0, 0},
	{"listen", "allow-plain", "allow-plain", N_("true or false"),
	 N_("Listen without TLS even on addresses that other machines can reach"), read_bool, AT(allow_plain), 0,
	 0},
	{"listen", "extensions", "extensions", N_("all, none or names"),
	 N_("Offer these extensions of the API: all (default), none, or their names"),
	 read_extensions, AT(extensions), 0, 0},
	{"tls", "address", "tls-listen", N_("an address"),
	 N_("Serve the API with TLS on this address (repeatable)"), read_address, AT(tls), 0, 0},
	{"tls", "certificate", "tls-certificate", N_("a file"),
	 N_("Certificate chain (PEM)"), read_path, AT(certificate), 0, 0},
	{"tls", "key", "tls-key", N_("a file"), N_("Private key of the certificate (PEM)"),
	 read_path, AT(key), 0, 0},
	{"limits", "requests-per-second", NULL, N_("a number from 0 to 100000"), NULL, read_number,
	 AT(rate), 0, 100000},
	{"limits", "burst", NULL, N_("a number from 1 to 100000"), NULL, read_number, AT(burst), 1,
	 100000},
	{"limits", "body", NULL, N_("a size from 1K to 16M"), NULL, read_size, AT(body_bytes), 1024,
	 16 * 1024 * 1024},
	{"limits", "environment-processes", "environment-processes", N_("a number from 0 to 1000000"),
	 N_("Processes and threads that an environment may have (default: 1024; 0: no limit)"),
	 read_number, AT(environment_processes), 0, 1000000},
	{"limits", "environment-memory", "environment-memory", N_("a size from 0 to 1048576M"),
	 N_("Memory that an environment may use (default: half of the machine's; 0: no limit)"),
	 read_size, AT(environment_memory), 0, (int64_t)1048576 * 1024 * 1024},
	{"limits", "environment-disk", "environment-disk", N_("a size from 0 to 1048576M"),
	 N_("Disk that an environment may take (default: a quarter of the file system; 0: no limit)"),
	 read_size, AT(environment_disk), 0, (int64_t)1048576 * 1024 * 1024},
	{"limits", "connections", NULL, N_("a number from 4 to 10000"), NULL, read_number,
	 AT(connections), 4, 10000},
	{"log", "level", "log-level", N_("a level"),
	 N_("Log level: error, warning, notice, info (default) or debug"), read_level, AT(log_level), 0,
	 0},
	{"access", "token-file", NULL, N_("a file"), NULL, read_path, AT(token_file), 0, 0},
	{NULL, NULL, "token-file", "FILE", N_("Require the token in this file"),
	 read_text, AT(token_file), 0, 0},
	{"access", "secret-key-file", NULL, N_("a file"), NULL, read_path, AT(secret_key_file), 0,
	 0},
	{NULL, NULL, "secret-key-file", "FILE", N_("Seal secrets with the key in this file"),
	 read_text, AT(secret_key_file), 0, 0},
	{"access", "user", "user", N_("a name"),
	 N_("Record changes as made by this user (default: oncall)"), read_text, AT(user), 0, 0},
	{NULL, NULL, "import", "FILE", N_("Import this file into an empty state"), read_text,
	 AT(import), 0, 0},
	{NULL, NULL, "lease", "PATH", N_("Exit when no client holds a connection to this socket"),
	 read_text, AT(lease), 0, 0},
	{NULL, NULL, "ready-fd", "N", N_("Write \"ready\" to this descriptor when listening"),
	 read_text, AT(ready_fd), 0, 0},
	{NULL, NULL, "adopt-kubeconfig", "FILE", N_("Adopt what runs in the cluster of this kubeconfig"),
	 read_text, AT(adopt_kubeconfig), 0, 0},
	{NULL, NULL, "adopt-context", "NAME", N_("Use this context of the kubeconfig"), read_text,
	 AT(adopt_context), 0, 0},
	{NULL, NULL, "adopt-namespaces", "NS[,NS...]",
	 N_("Adopt these namespaces (default: the context's own; '*': all)"), read_text,
	 AT(adopt_namespaces), 0, 0},
	{NULL, NULL, "adopt-selector", "LABELS", N_("Adopt only workloads with these labels"),
	 read_text, AT(adopt_selector), 0, 0},
	{NULL, NULL, "adopt-groups", "NS=APP[,NS=APP...]",
	 N_("Show these namespaces in these applications (without APP: by their labels)"),
	 read_groups, AT(adopt_groups), 0, 0},
};
#define COUNT (sizeof(table) / sizeof(table[0]))

void
settings_init(struct settings *settings)
{
	*settings = (struct settings){
		.socket_mode = 0600,
		.rate = 100,
		.burst = 1000,
		.body_bytes = 16 * 1024 * 1024,
		.connections = 256,
		.environment_disk = -1,
		.environment_processes = 1024,
		.environment_memory = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) / 2,
		.ready_timeout_ms = 20000,
		.min_ready_ms = 3000,
		.stop_timeout_ms = 30000,
		.confine = DRIVER_CONFINE_NAMESPACES,
		.log_level = LOG_PRIORITY_INFO,
		.extensions = EXTENSIONS_ALL,
	};
}

void
settings_clear(struct settings *settings)
{
	char **texts[] = {&settings->state,	 &settings->images,	 &settings->templates,
			  &settings->socket,	 &settings->certificate, &settings->key,
			  &settings->token_file, &settings->user,	 &settings->secret_key_file,
			  &settings->import,	 &settings->lease,	 &settings->ready_fd,
			  &settings->adopt_kubeconfig, &settings->adopt_context,
			  &settings->adopt_namespaces, &settings->adopt_selector,
			  &settings->adopt_groups, &settings->cluster_servers};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(*texts[i]);
	for (size_t i = 0; i < settings->named.count; i++) {
		free(settings->named.items[i].name);
		free(settings->named.items[i].file);
	}
	free(settings->named.items);
	cluster_settings_clear(&settings->clusters);
	for (size_t i = 0; i < SETTINGS_ADDRESSES_MAX; i++) {
		free(settings->plain.items[i]);
		free(settings->tls.items[i]);
	}
	*settings = (struct settings){0};
}

/* --- the file --- */

struct reading {
	const struct config_file *file;
	config_fault *fault;
	void *data;
	size_t faults;
	bool seen[COUNT];
};

/* In the form of compilers, which editors can jump to. */
static void
complain(struct reading *r, const struct config_entry *entry, unsigned column, const char *text)
{
	char *whole = xasprintf("%s:%u:%u: %s", r->file->path, entry->line, column, text);

	r->faults++;
	r->fault(r->data, whole);
	free(whole);
}

static bool
is_named(const struct settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->named.count; i++)
		if (strcmp(settings->named.items[i].name, name) == 0)
			return true;
	return false;
}

/* [template "NAME"] file = PATH */
static void
read_template(struct reading *r, struct settings *settings, const struct config_entry *entry)
{
	struct settings_templates *list = &settings->named;
	struct error err = {0};
	char *file = NULL;

	if (strcmp(entry->key, "file") != 0)
		complain(r, entry, entry->column, _("A section [template] has one key, \"file\"."));
	else if (!resource_is_file_name(entry->name))
		complain(r, entry, entry->column,
			 _("A section [template] needs a name such as [template \"NAME\"], made of "
			   "letters, digits, '.', '_' and '-'."));
	else if (is_named(settings, entry->name))
		complain(r, entry, entry->column, _("The key is given twice."));
	else if (list->count == SETTINGS_TEMPLATES_MAX)
		complain(r, entry, entry->column, _("There are too many templates."));
	else if (read_path(NULL, &file, entry->value, &err) != 0)
		complain(r, entry, entry->value_column, err.text);
	else {
		list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
		list->items[list->count++] = (struct driver_template){xstrdup(entry->name), file};
	}
}

static void
read_cluster(struct reading *r, struct settings *settings, const struct config_entry *entry)
{
	struct error err = {0};
	bool is_value = false;

	if (cluster_settings_read(&settings->clusters, entry, &is_value, &err) != 0)
		complain(r, entry, is_value ? entry->value_column : entry->column, err.text);
}

/* A section, or a key of a section that there is. */
static void
complain_unknown(struct reading *r, const struct config_entry *entry, bool section_known)
{
	const char *names[COUNT], *meant;
	size_t count = 0;
	char *text;

	for (size_t i = 0; i < COUNT; i++) {
		if (!table[i].section)
			continue;
		if (!section_known)
			names[count++] = table[i].section;
		else if (strcmp(table[i].section, entry->section) == 0)
			names[count++] = table[i].key;
	}
	meant = config_suggest(section_known ? entry->key : entry->section, names, count);
	if (section_known && meant)
		text = xasprintf(_("[%s] has no key \"%s\"; did you mean \"%s\"?"), entry->section,
				 entry->key, meant);
	else if (section_known)
		text = xasprintf(_("[%s] has no key \"%s\"."), entry->section, entry->key);
	else if (meant)
		text = xasprintf(_("There is no section [%s]; did you mean [%s]?"), entry->section,
				 meant);
	else
		text = xasprintf(_("There is no section [%s]."), entry->section);
	complain(r, entry, entry->column, text);
	free(text);
}

/* Reading goes on after a fault: a person sees all of them at once. */
static void
read_entry(struct reading *r, struct settings *settings, const struct config_entry *entry)
{
	bool section_known = false;
	struct error err = {0};

	for (size_t i = 0; i < COUNT; i++) {
		const struct setting *s = &table[i];

		if (!s->section || strcmp(s->section, entry->section) != 0)
			continue;
		section_known = true;
		if (strcmp(s->key, entry->key) != 0)
			continue;
		if (r->seen[i] && s->read != read_address)
			complain(r, entry, entry->column, _("The key is given twice."));
		else if (s->read(s, (char *)settings + s->offset, entry->value, &err) != 0)
			complain(r, entry, entry->value_column, err.text);
		r->seen[i] = true;
		return;
	}
	complain_unknown(r, entry, section_known);
}

int
settings_read(struct settings *settings, const char *path, config_fault *fault, void *data,
	      struct error *err)
{
	struct config_file file;
	struct reading r = {.file = &file, .fault = fault, .data = data};

	if (config_file_read(&file, path, fault, data, &r.faults, err) != 0)
		return -1;
	for (size_t i = 0; i < file.count; i++) {
		const struct config_entry *entry = &file.entries[i];

		if (strcmp(entry->section, "template") == 0)
			read_template(&r, settings, entry);
		else if (strcmp(entry->section, "cluster") == 0)
			read_cluster(&r, settings, entry);
		else if (*entry->name)
			complain(&r, entry, entry->column,
				 _("No section here has a name in quotes."));
		else
			read_entry(&r, settings, entry);
	}
	config_file_clear(&file);
	return (int)r.faults;
}

/* --- the command line --- */

int
settings_set_option(struct settings *settings, const char *option, const char *value,
		    struct error *err)
{
	for (size_t i = 0; i < COUNT; i++) {
		const struct setting *s = &table[i];

		if (!s->option || strcmp(s->option, option) != 0)
			continue;
		if (s->read == read_path && *value != '/')	/* here it has a folder to be in */
			return read_text(s, (char *)settings + s->offset, value, err);
		if (s->read(s, (char *)settings + s->offset, value, err) == 0)
			return 0;
		return error_prefix(err, "--%s", option);
	}
	return error_set(err, ERROR_NOT_FOUND, _("Unknown option \"--%s\"."), option);
}

/* What a value of the file is called after its option. */
static const char *
placeholder(const struct setting *setting)
{
	static const struct {
		int (*read)(const struct setting *setting, void *where, const char *value,
			    struct error *err);
		const char *name;
	} names[] = {
		{read_address, "ADDRESS:PORT"}, {read_bool, "true|false"}, {read_duration, "DURATION"},
		{read_extensions, "NAMES"},	{read_level, "LEVEL"},	   {read_mode, "MODE"},
		{read_number, "N"},		{read_path, "FILE"},	   {read_size, "SIZE"},
		{read_confinement, "HOW"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (setting->read == names[i].read)
			return names[i].name;
	return "NAME";
}

bool
settings_option(size_t i, const char **name, const char **argument, const char **help)
{
	size_t seen = 0;

	for (size_t at = 0; at < COUNT; at++) {
		if (!table[at].option || seen++ != i)
			continue;
		*name = table[at].option;
		*argument = table[at].section ? placeholder(&table[at]) : table[at].argument;
		*help = table[at].help;
		return true;
	}
	return false;
}

/* --- the whole --- */

struct checking {
	const char *where;
	config_fault *fault;
	void *data;
	size_t faults;
};

static void
check(struct checking *c, bool fine, const char *text)
{
	char *whole;

	if (fine)
		return;
	c->faults++;
	whole = xasprintf("%s: %s", c->where, text);
	c->fault(c->data, whole);
	free(whole);
}

static void
check_plain(struct checking *c, const struct settings *settings)
{
	for (size_t i = 0; i < settings->plain.count; i++) {
		bool loopback = false;
		char *text;

		if (settings->allow_plain ||
		    listener_check(settings->plain.items[i], &loopback, NULL) != 0 || loopback)
			continue;
		text = xasprintf(
			_("Other machines can reach %s, and without TLS they could read every token: use an address of [tls], or set allow-plain = true."),
			settings->plain.items[i]);
		check(c, false, text);
		free(text);
	}
}

static void
check_clusters(struct checking *c, const struct settings *settings)
{
	struct error err;

	for (size_t i = 0; i < settings->clusters.count; i++)
		check(c, cluster_settings_check(&settings->clusters.items[i], &err) == 0, err.text);
}

/* What several keys say together; each key by itself was checked when it was read. */
size_t
settings_check(const struct settings *settings, const char *where, config_fault *fault, void *data)
{
	struct checking c = {where, fault, data, 0};
	bool has_tls = settings->tls.count > 0;

	check(&c, settings->state, _("The state directory is missing ([state] directory)."));
	check(&c, settings->images, _("The directory of images is missing ([run] images)."));
	check(&c, !has_tls || settings->certificate,
	      _("TLS needs a certificate ([tls] certificate)."));
	check(&c, !has_tls || settings->key, _("TLS needs a key ([tls] key)."));
	check(&c, has_tls || (!settings->certificate && !settings->key),
	      _("A certificate or a key is set, but no address uses it ([tls] address)."));
	check_plain(&c, settings);
	check_clusters(&c, settings);
	return c.faults;
}
