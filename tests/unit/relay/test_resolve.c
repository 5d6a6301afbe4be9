/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <dirent.h>
#include <netdb.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(resolve, .fini = ub_leak_check);

/* ---- names, in the place of the system's ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *leads_to; /* where the name leads; NULL: it is not known */

static bool slow; /* whoever is asked waits to be let go on */
static sem_t asked, go_on;

static void lead(const char *address)
{
	pthread_mutex_lock(&lock);
	leads_to = address;
	pthread_mutex_unlock(&lock);
}

struct found {
	struct addrinfo info;
	struct sockaddr_in address;
};

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
	pthread_mutex_lock(&lock);
	const char *to =
	    hints->ai_flags & AI_NUMERICHOST || strcmp(name, "dav.example") != 0 ? NULL : leads_to;
	pthread_mutex_unlock(&lock);
	if (slow && !(hints->ai_flags & AI_NUMERICHOST)) {
		sem_post(&asked);
		sem_wait(&go_on);
	}
	if (!to)
		return EAI_NONAME;
	struct found *found = calloc(1, sizeof(*found));
	cr_assert_not_null(found);
	found->address.sin_family = AF_INET;
	found->address.sin_port = htons((uint16_t)atoi(service));
	inet_pton(AF_INET, to, &found->address.sin_addr);
	found->info.ai_addr = (struct sockaddr *)&found->address;
	found->info.ai_addrlen = sizeof(found->address);
	*list = &found->info;
	return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
	free(list);
}

/* ---- the tests ---- */

static const struct ub_relay_server server = { .host = { "dav.example", 11 }, .port = 8 };

static bool is_at(struct resolver *resolver, const char *address)
{
	struct addresses found;
	char shown[INET_ADDRSTRLEN];
	relay_resolver_get(resolver, &found);
	if (found.n != 1)
		return false;
	inet_ntop(AF_INET, &((struct sockaddr_in *)&found.list[0])->sin_addr, shown, sizeof(shown));
	return strcmp(shown, address) == 0;
}

static bool comes_to(struct resolver *resolver, const char *address)
{
	int64_t until = ub_sys_monotonic_ms() + 20000;
	while (!is_at(resolver, address) && ub_sys_monotonic_ms() < until)
		usleep(10000);
	return is_at(resolver, address);
}

Test(resolve, looks_a_name_up_again_when_its_address_is_in_doubt)
{
	lead("192.0.2.1");
	struct resolver *resolver = relay_resolver_new(&server, NULL);
	cr_assert(comes_to(resolver, "192.0.2.1"));
	lead("192.0.2.2");
	cr_assert(is_at(resolver, "192.0.2.1"), "nobody had a reason to ask");
	relay_resolver_doubt(resolver);
	cr_assert(comes_to(resolver, "192.0.2.2"));
	lead(NULL);
	relay_resolver_doubt(resolver);
	usleep(50000);
	cr_assert(is_at(resolver, "192.0.2.2"), "what was known stays");
	relay_resolver_free(&resolver);
}

Test(resolve, waits_for_a_name_that_is_not_known_yet)
{
	struct addresses found;
	lead(NULL);
	struct resolver *resolver = relay_resolver_new(&server, NULL);
	relay_resolver_get(resolver, &found);
	cr_assert_eq(found.n, 0);
	lead("192.0.2.3");
	cr_assert(comes_to(resolver, "192.0.2.3"), "without anybody's doubt");
	relay_resolver_free(&resolver);
}

Test(resolve, knows_a_unix_socket_at_once)
{
	const struct ub_relay_server local = { .socket = "/run/dav.sock" };
	struct resolver *resolver = relay_resolver_new(&local, NULL);
	struct addresses found;
	relay_resolver_get(resolver, &found);
	cr_assert_eq(found.n, 1);
	cr_assert_eq(found.list[0].ss_family, AF_UNIX);
	relay_resolver_free(&resolver);
}

static size_t count_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	size_t n = 0;
	cr_assert_not_null(tasks);
	for (const struct dirent *task; (task = readdir(tasks));)
		n += task->d_name[0] != '.';
	closedir(tasks);
	return n;
}

Test(resolve, says_nothing_in_a_log_that_is_gone)
{
	struct ub_log *log = ub_log_new(STDERR_FILENO, UB_LOG_WARNING, UB_LOG_TEXT, "test");
	size_t others = count_threads();
	lead(NULL);
	slow = true;
	cr_assert_eq(sem_init(&asked, 0, 0), 0);
	cr_assert_eq(sem_init(&go_on, 0, 0), 0);
	struct resolver *resolver = relay_resolver_new(&server, log);
	sem_wait(&asked);
	relay_resolver_free(&resolver);
	ub_log_free(&log);
	sem_post(&go_on);
	for (int i = 0; count_threads() > others && i < 20000; i++)
		usleep(1000);
	cr_expect_eq(count_threads(), others);
}
