# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command as systemd would run the ExecStart of a unit: unit.py UNIT USER WRITABLE COMMAND...

What the [Service] section restricts is applied here by the calls that systemd makes for it
(systemd.exec(5)), so the test needs no systemd: mounts, a user without capabilities, and filters of
system calls (of x86-64).  A key that is not known here ends it, so that the unit cannot promise what no test
has looked at.  WRITABLE stands for StateDirectory and the directory of the socket.
"""
import ctypes
import os
import platform
import re
import struct
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
CLONE_NEWNS, CLONE_NEWUTS = 0x20000, 0x4000000
NAMESPACES = {"mnt": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000,
              "user": 0x10000000, "pid": 0x20000000, "net": 0x40000000}
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = -100, 0x8000, 1
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97
SUID_SGID, O_CREAT = 0o6000, 0o100
# What has no effect on a daemon that is running, or is another's (systemd's own, cgroups').
ELSEWHERE = {"Type", "ExecStart", "ExecReload", "Restart", "WatchdogSec", "TimeoutStopSec",
             "KillMode", "StateDirectory", "StateDirectoryMode", "RemoveIPC", "Delegate"}
HANDLED = {"DynamicUser", "UMask", "NoNewPrivileges", "CapabilityBoundingSet", "ProtectSystem",
           "ProtectHome", "ProtectClock", "ProtectHostname", "ProtectKernelModules",
           "PrivateDevices", "PrivateTmp", "RestrictAddressFamilies", "RestrictNamespaces",
           "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "SystemCallArchitectures",
           "SystemCallFilter", "SystemCallErrorNumber"}
HERE = os.path.dirname(os.path.abspath(__file__))


def read_unit(path):
    said, section = {}, None
    with open(path) as unit:
        for line in unit:
            line = line.strip()
            if line.startswith("["):
                section = line
            elif section == "[Service]" and "=" in line and line[0] not in "#;":
                key, value = line.split("=", 1)
                said[key] = (said[key] + " " + value) if key in said else value
    strange = set(said) - ELSEWHERE - HANDLED
    if strange:
        sys.exit("unit.py: not known here: " + ", ".join(sorted(strange)))
    return said


def check(result, what):
    if result < 0:
        error = ctypes.get_errno()
        sys.exit("unit.py: %s: %s" % (what, os.strerror(error)))
    return result


def mount(source, target, kind=None, flags=0, data=None):
    check(LIBC.mount(source.encode(), target.encode(), kind.encode() if kind else None,
                     ctypes.c_ulong(flags), data.encode() if data else None),
          "mount %s" % target)


def set_read_only(path, read_only):
    attributes = struct.pack("QQQQ", MOUNT_ATTR_RDONLY if read_only else 0,
                             0 if read_only else MOUNT_ATTR_RDONLY, 0, 0)
    check(LIBC.syscall(CALLS["mount_setattr"], AT_FDCWD, path.encode(), AT_RECURSIVE, attributes,
                       len(attributes)), "mount_setattr %s" % path)


def calls_of_this_machine():
    """The kernel's numbers, as its headers have them."""
    for folder in ("/usr/include/x86_64-linux-gnu/asm", "/usr/include/asm"):
        path = os.path.join(folder, "unistd_64.h")
        if platform.machine() == "x86_64" and os.path.exists(path):
            with open(path) as header:
                return {name: int(number) for name, number in
                        re.findall(r"#define __NR_(\w+)\s+(\d+)", header.read())}
    return sys.exit("unit.py: the numbers of this machine's calls are not known")


# --- what is seen ---

def make_devices():
    mount("tmpfs", "/run", "tmpfs", MS_NOSUID, "mode=755")
    os.mkdir("/run/dev")
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        open("/run/dev/" + name, "w").close()
        mount("/dev/" + name, "/run/dev/" + name, flags=MS_BIND)
    for name in ("shm", "pts", "mqueue"):
        if os.path.isdir("/dev/" + name):
            os.mkdir("/run/dev/" + name)
            mount("/dev/" + name, "/run/dev/" + name, flags=MS_BIND | MS_REC)
    for name, to in (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"),
                     ("stderr", "fd/2")):
        os.symlink(to, "/run/dev/" + name)
    mount("/run/dev", "/dev", flags=MS_BIND | MS_REC)


def limit_view(said, writable):
    """In a mount namespace; what is kept is held by a descriptor while others are mounted over."""
    hostname = CLONE_NEWUTS if said.get("ProtectHostname") == "yes" else 0
    check(LIBC.unshare(CLONE_NEWNS | hostname), "unshare")
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    kept = os.open(writable, os.O_PATH)
    if said.get("PrivateDevices") == "yes":
        make_devices()
    if said.get("PrivateTmp") == "yes":
        for path in ("/tmp", "/var/tmp"):
            mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    if said.get("ProtectHome") == "yes":
        for path in ("/home", "/root", "/run/user"):
            if os.path.isdir(path):
                mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    os.makedirs(writable, exist_ok=True)
    mount("/proc/self/fd/%d" % kept, writable, flags=MS_BIND)
    os.close(kept)
    if said.get("ProtectKernelModules") == "yes" and os.path.isdir("/usr/lib/modules"):
        mount("tmpfs", "/usr/lib/modules", "tmpfs", MS_RDONLY, "mode=000")
    if said.get("ProtectSystem") == "strict":
        set_read_only("/", True)
        for path in ("/dev", "/proc", "/sys", "/tmp", "/var/tmp", writable):
            set_read_only(path, False)


# --- what may be called: programs for the kernel's filter, one for each key as systemd does ---

LOAD, EQUAL, AND, RETURN, SET_GREATER = 0x20, 0x15, 0x54, 0x06, 0x35
ALLOW, ERRNO, KILL = 0x7fff0000, 0x00050000, 0x80000000
X86_64 = 0xc000003e
CALLS = {}


def install(program):
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code)
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    check(LIBC.prctl(22, 2, ctypes.c_char_p(header), 0, 0), "the filter")


def begin():
    """Other architectures get nothing at all (SystemCallArchitectures=native)."""
    return [(LOAD, 0, 0, 4), (EQUAL, 1, 0, X86_64), (RETURN, 0, 0, KILL),
            (LOAD, 0, 0, 0)]


def allow_only(names, errno):
    program = begin()
    program += [(SET_GREATER, 0, 1, 0x40000000), (RETURN, 0, 0, ERRNO | errno)]	# x32
    for number in sorted({CALLS[name] for name in names if name in CALLS}):
        program += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    install(program + [(RETURN, 0, 0, ERRNO | errno)])


def refuse(name, errno=EPERM):
    if name in CALLS:
        install(begin() + [(EQUAL, 0, 1, CALLS[name]), (RETURN, 0, 0, ERRNO | errno),
                           (RETURN, 0, 0, ALLOW)])


def refuse_bits(name, argument, bits, errno=EPERM):
    """Where any of the bits is set in the argument."""
    if name in CALLS:
        install(begin() + [(EQUAL, 0, 4, CALLS[name]), (LOAD, 0, 0, 16 + 8 * argument),
                           (AND, 0, 0, bits), (EQUAL, 1, 0, 0), (RETURN, 0, 0, ERRNO | errno),
                           (RETURN, 0, 0, ALLOW)])


def refuse_others(name, argument, values, errno):
    """Where the argument is none of the values."""
    if name in CALLS:
        tests = [(EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
        install(begin() + [(EQUAL, 0, len(values) + 2, CALLS[name]),
                           (LOAD, 0, 0, 16 + 8 * argument)] + tests +
                [(RETURN, 0, 0, ERRNO | errno), (RETURN, 0, 0, ALLOW)])


def allowed_calls(words):
    sets, name = {}, None
    with open(os.path.join(HERE, "syscall-sets")) as lines:
        for line in lines:
            if line[0] == "@":
                name = line.strip()
                sets[name] = set()
            elif line[0] != "#":
                sets[name].update(line.split())
    allowed = set()
    for word in words:
        if word[0] == "~" or (word[0] == "@" and word not in sets):
            sys.exit("unit.py: not known here: SystemCallFilter=" + word)
        allowed |= sets[word] if word[0] == "@" else {word}
    return allowed


def limit_calls(said, allowed):
    if said.get("RestrictSUIDSGID") == "yes":
        for name, argument in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("mkdir", 1),
                               ("mkdirat", 2), ("mknod", 1), ("mknodat", 2), ("creat", 1),
                               ("open", 2), ("openat", 3)):
            refuse_bits(name, argument, SUID_SGID)
        refuse("openat2", ENOSYS)
    if said.get("RestrictRealtime") == "yes":
        refuse_others("sched_setscheduler", 1, [0, 3, 5], EPERM)
    if said.get("LockPersonality") == "yes":
        refuse_others("personality", 0, [0, 0xffffffff], EPERM)
    if "RestrictNamespaces" in said:
        good = said["RestrictNamespaces"].split()
        bad = sum(bit for name, bit in NAMESPACES.items() if name not in good)
        refuse_bits("unshare", 0, bad)
        refuse_bits("clone", 0, bad)
        refuse_bits("setns", 1, bad)
        refuse("clone3", ENOSYS)
    if "RestrictAddressFamilies" in said:
        refuse_others("socket", 0, [FAMILIES[name] for name in
                                    said["RestrictAddressFamilies"].split()], EAFNOSUPPORT)
    if said.get("ProtectClock") == "yes":
        for name in ("adjtimex", "clock_adjtime", "clock_settime", "settimeofday"):
            refuse(name)
    if said.get("ProtectHostname") == "yes":
        refuse("sethostname")
        refuse("setdomainname")
    if said.get("ProtectKernelModules") == "yes":
        for name in ("init_module", "finit_module", "delete_module"):
            refuse(name)
    if "SystemCallFilter" in said:
        errno = {"EPERM": EPERM}[said.get("SystemCallErrorNumber", "EPERM")]
        allow_only(allowed, errno)


def become(said, user):
    if said.get("CapabilityBoundingSet", "?") != "":
        sys.exit("unit.py: only an empty CapabilityBoundingSet= is known here")
    for capability in range(64):
        LIBC.prctl(24, capability, 0, 0, 0)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    os.umask(int(said["UMask"], 8))
    check(LIBC.prctl(38, 1, 0, 0, 0), "no_new_privs")
    check(LIBC.prctl(1, 9, 0, 0, 0), "the parent's end")


def main():
    unit, user, writable = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    said = read_unit(unit)
    CALLS.update(calls_of_this_machine())
    allowed = allowed_calls(said.get("SystemCallFilter", "").split())	# the file goes out of sight
    limit_view(said, writable)
    become(said, user)
    os.chdir("/")
    limit_calls(said, allowed)
    os.execv(sys.argv[4], sys.argv[4:])


if __name__ == "__main__":
    main()
