/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What this process may do: as whom it runs, and which calls of the kernel it gives up.
 */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "upbeat/sys.h"

/* ---- as whom ---- */

/* Of root's rights, those of the set are kept over setuid(), and nothing else. */
static bool keep_rights(uint32_t rights)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = rights, .permitted = rights } };
	return syscall(SYS_capset, &header, data) == 0;
}

static bool become(const struct passwd *user)
{
	return prctl(PR_SET_KEEPCAPS, 1) == 0 && initgroups(user->pw_name, user->pw_gid) == 0 &&
	       setresgid(user->pw_gid, user->pw_gid, user->pw_gid) == 0 &&
	       setresuid(user->pw_uid, user->pw_uid, user->pw_uid) == 0 && prctl(PR_SET_KEEPCAPS, 0) == 0 &&
	       keep_rights(1u << CAP_NET_BIND_SERVICE);
}

bool ub_sys_become(const char *name, struct ub_text *why)
{
	errno = 0;
	const struct passwd *user = getpwnam(name);
	*why = ub_text(errno ? strerror(errno) : "there is no such user");
	if (!user)
		return false;
	*why = UB_TEXT_NONE;
	if (geteuid() == user->pw_uid)
		return true;
	*why = UB_TEXT("only root may become another user");
	if (geteuid() != 0)
		return false;
	if (become(user)) {
		ub_sys_forbid_core_dumps(); /* a new user's memory may be written out again */
		return true;
	}
	*why = ub_text(strerror(errno));
	return false;
}

/* ---- which calls ---- */

/* Calls that neither process makes after its beginning. Whoever takes a process over finds them gone. */
static const char *const given_up[] = { "acct", "add_key", "adjtimex", "bpf", "chroot", "clock_adjtime",
	"clock_settime", "delete_module", "fanotify_init", "finit_module", "fsconfig", "fsmount", "fsopen",
	"fspick", "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup", "ioperm", "iopl",
	"kcmp", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "mount", "mount_setattr",
	"move_mount", "move_pages", "name_to_handle_at", "open_by_handle_at", "open_tree", "perf_event_open",
	"personality", "pidfd_getfd", "pivot_root", "process_madvise", "process_vm_readv",
	"process_vm_writev", "quotactl", "reboot", "request_key", "setdomainname", "setfsgid", "setfsuid",
	"setgid", "setgroups", "sethostname", "setns", "setregid", "setresgid", "setresuid", "setreuid",
	"settimeofday", "setuid", "swapoff", "swapon", "syslog", "umount2", "unshare", "userfaultfd",
	"vhangup" };
/* The leak checker of the tests looks at the process in this way. */
static const char *const given_up_unless_tested[] = { "ptrace" };
/* The relay starts engines; an engine starts nothing, and listens nowhere. */
static const char *const given_up_by_engine[] = { "execve", "execveat", "listen" };

/* A kernel that lacks a call needs no rule for it. */
static int deny(scmp_filter_ctx filter, const char *const *names, size_t n)
{
	int error = 0;
	for (size_t i = 0; i < n && error == 0; i++) {
		int call = seccomp_syscall_resolve_name(names[i]);
		if (call != __NR_SCMP_ERROR)
			error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
	}
	return error;
}

/* Threads and engines are started in the namespaces that there are: in one of its own, a process would be
 * root again. The kernel cannot look into what clone3() is given, and the C library does without it. */
static int deny_namespaces(scmp_filter_ctx filter)
{
	static const scmp_datum_t namespaces[] = { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS,
		CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS };
	int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	for (size_t i = 0; i < UB_COUNT(namespaces) && error == 0; i++)
		error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i]));
	return error;
}

static bool is_tested(void)
{
#ifdef UB_ADDRESS_SANITIZER
	return true;
#else
	return false;
#endif
}

bool ub_sys_confine(bool engine, struct ub_text *why)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int error = filter ? deny(filter, given_up, UB_COUNT(given_up)) : -ENOMEM;
	if (error == 0)
		error = deny_namespaces(filter);
	if (error == 0 && !is_tested())
		error = deny(filter, given_up_unless_tested, UB_COUNT(given_up_unless_tested));
	if (error == 0 && engine)
		error = deny(filter, given_up_by_engine, UB_COUNT(given_up_by_engine));
	bool rights_gone = geteuid() == 0 || keep_rights(0);
	if (error == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		error = -errno;
	if (error == 0)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (error == 0)
		error = seccomp_load(filter);
	seccomp_release(filter);
	*why = ub_text(error         ? strerror(-error)
		       : rights_gone ? ""
				     : "the right to bind ports cannot be given up");
	return error == 0 && rights_gone;
}
