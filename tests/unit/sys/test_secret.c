/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "leaks.h"
#include "upbeat/sys.h"

TestSuite(secrets, .init = enter_folder, .fini = ub_leak_check);

static const char path[] = "secret";

static void write_secret(const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	cr_assert(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && close(fd) == 0);
}

/* What is wrong with a file of these bytes; NULL: it holds `wanted`. */
static const char *read_bytes(const char *bytes, size_t n, const char *wanted)
{
	struct ub_secret secret;
	write_secret(bytes, n);
	const char *wrong = ub_sys_read_secret(path, &secret);
	if (!wrong)
		cr_expect(ub_text_eq(ub_text_n(secret.bytes, secret.len), ub_text(wanted)));
	cr_expect(wrong ? !secret.bytes : !secret.exposed);
	ub_sys_forget_secret(&secret);
	cr_expect_null(secret.bytes);
	return wrong;
}

static const char *read_text(const char *text, const char *wanted)
{
	return read_bytes(text, strlen(text), wanted);
}

Test(secrets, stand_alone_in_one_line)
{
	cr_expect_null(read_text("s3cret\n", "s3cret"));
	cr_expect_null(read_text("s3cret", "s3cret"));
	cr_expect_null(read_text(" two words \n", " two words "));
	cr_expect_str_eq(read_text("", ""), "it is empty");
	cr_expect_str_eq(read_text("\n", ""), "it is empty");
	cr_expect_str_eq(read_text("one\ntwo\n", ""), "it has more than one line");
	cr_expect_str_eq(
	    read_text("one\r\n", ""), "its line ends in a carriage return, as editors on Windows write it");
	cr_expect_str_eq(read_text("a\tb\n", ""), "it has a control character in it");
	cr_expect_str_eq(read_bytes("a\0b", 3, ""), "it has a control character in it");
}

Test(secrets, have_a_limit)
{
	static char bytes[UB_SECRET_MAX + 2];
	memset(bytes, 'x', UB_SECRET_MAX);
	cr_expect_null(read_text(bytes, bytes));
	bytes[UB_SECRET_MAX] = '\n';
	write_secret(bytes, UB_SECRET_MAX + 1);
	struct ub_secret secret;
	cr_expect_null(ub_sys_read_secret(path, &secret));
	cr_expect_eq(secret.len, UB_SECRET_MAX);
	ub_sys_forget_secret(&secret);
	bytes[UB_SECRET_MAX] = 'x';
	cr_expect_str_eq(read_text(bytes, ""), "it is too large");
}

Test(secrets, that_others_can_read_are_known)
{
	struct ub_secret secret;
	write_secret("s3cret\n", 7);
	cr_assert_eq(chmod(path, 0640), 0);
	cr_expect_null(ub_sys_read_secret(path, &secret));
	cr_expect(secret.exposed);
	ub_sys_forget_secret(&secret);
	unlink(path);
	cr_expect_str_eq(ub_sys_read_secret(path, &secret), "there is no such file");
	cr_expect_str_eq(ub_sys_read_secret("/tmp", &secret), "it is no regular file");
}
