/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Runs a program's cases in the place of Criterion, whose runner maps memory where ThreadSanitizer has its
 * own. Linked with --enable-thread-sanitizer; takes the cases where Criterion's macros leave them, runs each
 * in a process of its own, with its suite's .init and .fini, and prints TAP. Of Criterion's other settings of
 * a case it knows none.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The linker's names of the ends of two sections. */
extern struct criterion_test *__start_cr_tst[], *__stop_cr_tst[];
extern struct criterion_suite *__start_cr_sts[], *__stop_cr_sts[];

/* Of the one case that this process runs. */
static const struct criterion_test_extra_data *suite, *own;
static bool failed;

static void call(void (*function)(void))
{
	if (function)
		function();
}

void criterion_internal_test_setup(void)
{
	call(suite ? suite->init : NULL);
	call(own->init);
}

void criterion_internal_test_main(void (*function)(void))
{
	function();
}

void criterion_internal_test_teardown(void)
{
	call(own->fini);
	call(suite ? suite->fini : NULL);
}

void criterion_send_assert(struct criterion_assert_stats *stats)
{
	if (!stats->passed)
		printf("# %s:%u: %s\n", stats->file, stats->line, stats->message);
	fflush(stdout);
}

void criterion_continue_test(void)
{
	failed = true;
}

void criterion_abort_test(void)
{
	exit(EXIT_FAILURE);
}

static const struct criterion_test_extra_data *suite_of(const struct criterion_test *test)
{
	for (struct criterion_suite **each = __start_cr_sts; each < __stop_cr_sts; each++)
		if (strcmp((*each)->name, test->category) == 0)
			return (*each)->data;
	return NULL;
}

static bool run(const struct criterion_test *test)
{
	int status = -1;
	pid_t pid = fork();
	if (pid == 0) {
		suite = suite_of(test);
		own = test->data;
		test->test();
		exit(failed ? EXIT_FAILURE : EXIT_SUCCESS);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

int main(void)
{
	int n = 0;
	bool good = true;
	printf("1..%td\n", __stop_cr_tst - __start_cr_tst);
	for (struct criterion_test **each = __start_cr_tst; each < __stop_cr_tst; each++) {
		fflush(stdout);
		bool passed = run(*each);
		printf("%sok %d - %s::%s\n", passed ? "" : "not ", ++n, (*each)->category, (*each)->name);
		good &= passed;
	}
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
