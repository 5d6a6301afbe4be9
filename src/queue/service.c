/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "retry.h"
#include "upbeat/http.h"
#include "upbeat/identity.h"
#include "upbeat/settings.h"

/* What tells whether the file is another one than when it was read. */
struct stamp {
	struct timespec changed;
	ino_t inode;
	off_t size;
};

struct ub_service {
	pthread_mutex_t mutex;
	struct ub_log *log;
	struct ub_arena *arena; /* of the texts below, but for the credentials */
	struct ub_text name;    /* of the account; empty: it signs in with a token */
	const char *path;       /* the file; NULL: no account is named */
	bool token;
	ub_instant loaded; /* the settings that all this is from */
	struct stamp stamp;
	struct ub_credential *credential; /* NULL: the file has none */
	enum ub_service_word word;
	const char *why; /* what is wrong, a literal or in the arena */
	bool fresh;      /* nobody was told that the server accepts it */
	bool asking;     /* a thread asks the server */
	unsigned asked;  /* how often in a row the server has not accepted it */
	int64_t next;    /* when to look or ask again, on the monotonic clock */
	/* What waits is woken then, or once the server accepts the account. INT64_MAX: it was woken. */
	int64_t wake;
	unsigned doubts; /* how often the server has refused what it accepts, each time soon after the last */
	int64_t doubted; /* the last time, on the monotonic clock */
};

struct ub_service *queue_service_new(struct ub_log *log)
{
	struct ub_service *service = calloc(1, sizeof(*service));
	if (!service || pthread_mutex_init(&service->mutex, NULL) != 0)
		abort();
	service->log = log;
	service->arena = ub_arena_new();
	service->loaded = UB_INSTANT_NONE;
	return service;
}

void queue_service_free(struct ub_service **service)
{
	struct ub_service *mine = *service;
	*service = NULL;
	if (!mine)
		return;
	queue_credential_free(&mine->credential);
	ub_arena_free(&mine->arena);
	pthread_mutex_destroy(&mine->mutex);
	free(mine);
}

/* ---- the file ---- */

static struct stamp stamp_of(const char *path)
{
	struct stat file;
	if (stat(path, &file) < 0)
		return (struct stamp){ .size = -1 };
	return (struct stamp){ file.st_ctim, file.st_ino, file.st_size };
}

static bool has_changed(const struct ub_service *service)
{
	struct stamp now = stamp_of(service->path), then = service->stamp;
	return now.changed.tv_sec != then.changed.tv_sec || now.changed.tv_nsec != then.changed.tv_nsec ||
	       now.inode != then.inode || now.size != then.size;
}

static void wipe(struct ub_text text)
{
	if (text.len)
		explicit_bzero((char *)text.ptr, text.len);
}

static struct ub_credential *credential_of(const struct ub_service *service, struct ub_text secret)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text authorization = service->token ? ub_textf(arena, "Bearer %.*s", UB_ARGS(secret))
						      : ub_http_basic(service->name, secret, arena);
	struct ub_credential *credential = queue_credential_new(authorization, UB_TEXT_NONE);
	wipe(authorization);
	ub_arena_free(&arena);
	return credential;
}

static const char *what(const struct ub_service *service)
{
	return service->token ? "token" : "password";
}

static void tell_unreadable(struct ub_service *service, const char *wrong)
{
	service->word = UB_SERVICE_UNREADABLE;
	service->why = ub_textf(service->arena, "%s: %s", service->path, wrong).ptr;
	ub_log(service->log, UB_LOG_ERROR,
	    "the %s of the service account cannot be read: %s; until it can, what needs the account waits "
	    "for "
	    "users' own next requests",
	    what(service), service->why);
}

/* Reads the file. What was read before goes, unless the file still has it. */
static void read_file(struct ub_service *service, int64_t now)
{
	struct ub_secret secret;
	service->stamp = stamp_of(service->path);
	const char *wrong = ub_sys_read_secret(service->path, &secret);
	queue_credential_free(&service->credential);
	service->asked = 0;
	service->next = service->wake = now;
	service->doubts = 0;
	service->fresh = true;
	if (wrong) {
		tell_unreadable(service, wrong);
	} else {
		service->credential = credential_of(service, ub_text_n(secret.bytes, secret.len));
		service->word = UB_SERVICE_UNTRIED;
		service->why = "the server has not judged it yet";
	}
	ub_sys_forget_secret(&secret);
}

static void adopt(
    struct ub_service *service, const struct ub_settings_service *settings, ub_instant loaded, int64_t now)
{
	bool named = settings->secret.path.len > 0;
	ub_arena_reset(service->arena);
	service->loaded = loaded;
	service->token = settings->token;
	service->name = ub_text_copy(service->arena, settings->user);
	service->path = named ? ub_text_cstr(service->arena, settings->secret.path) : NULL;
	service->word = UB_SERVICE_NONE;
	service->why = "";
	if (named)
		read_file(service, now);
	else
		queue_credential_free(&service->credential);
}

/* Settings that were read within one second have one time. */
static bool is_adopted(
    const struct ub_service *service, const struct ub_settings_service *settings, ub_instant loaded)
{
	return service->loaded == loaded && service->token == settings->token &&
	       ub_text_eq(service->name, settings->user) &&
	       ub_text_eq(ub_text(service->path), settings->secret.path);
}

/* ---- the server ---- */

static enum ub_outcome ask(
    struct ub_client *client, const struct ub_credential *credential, int *status, struct ub_arena *arena)
{
	const struct ub_caller caller = { .client = client, .authorization = credential->authorization };
	struct ub_text principal;
	struct ub_response response = { .status = 0 };
	enum ub_outcome outcome = ub_identity_self(&caller, &principal, &response, arena);
	*status = response.status;
	return outcome;
}

/* Told once, until the file changes or the server accepts the account. */
static void tell_refused(struct ub_service *service, enum ub_outcome outcome, int status)
{
	bool denied = outcome == UB_OUTCOME_DENIED;
	const char *wrong = denied ? "the server does not accept it"
				   : "the server does not tell it who it is, as if it was nobody";
	if (service->word == UB_SERVICE_REFUSED)
		return;
	service->word = UB_SERVICE_REFUSED;
	service->why = ub_textf(service->arena, "%s (status %d); is the %s in %s right%s?", wrong, status,
	    what(service), service->path, denied ? "" : ", and may the account look at the root")
			   .ptr;
	ub_log(service->log, UB_LOG_ERROR,
	    "the service account: %s Until it is, what needs the account waits for users' own next requests",
	    service->why);
}

static void tell_accepted(struct ub_service *service)
{
	if (service->fresh)
		ub_log(service->log, UB_LOG_INFO, "the server accepts the service account%s%.*s",
		    service->name.len ? " " : "", UB_ARGS(service->name));
	service->word = UB_SERVICE_ACCEPTED;
	service->why = "";
}

/* Takes the server's word. */
static void judge(struct ub_service *service, enum ub_outcome outcome, int status, int64_t now)
{
	if (outcome == UB_OUTCOME_OK) {
		tell_accepted(service);
		service->fresh = false;
		service->asked = 0;
		return;
	}
	service->asked++;
	if (outcome == UB_OUTCOME_AGAIN || outcome == UB_OUTCOME_UNCERTAIN) {
		service->next = now + queue_retry_after(service->asked);
		return;
	}
	tell_refused(service, outcome, status);
	service->fresh = true;
	service->wake = now;
	service->next = now + UB_SERVICE_PAUSE_MS * (int64_t)service->asked;
}

/* Whether what waits is to be woken; told once. */
static bool is_to_wake(struct ub_service *service, int64_t now)
{
	bool wakes = service->word == UB_SERVICE_ACCEPTED && now >= service->wake;
	if (wakes)
		service->wake = INT64_MAX;
	return wakes;
}

/* Looks what is to be done. Returns the credentials to ask the server about, for queue_credential_free(). */
static struct ub_credential *next_question(struct ub_service *service, int64_t now)
{
	bool bad = service->word == UB_SERVICE_REFUSED || service->word == UB_SERVICE_UNREADABLE;
	if (!service->path || service->asking || service->word == UB_SERVICE_ACCEPTED)
		return NULL;
	if (bad && has_changed(service))
		read_file(service, now);
	if (!service->credential || now < service->next)
		return NULL;
	service->asking = true;
	return queue_credential_new(service->credential->authorization, UB_TEXT_NONE);
}

/* What the server says of credentials that are no longer those of the file says nothing. */
static bool is_current(const struct ub_service *service, const struct ub_credential *credential)
{
	return service->credential &&
	       ub_text_eq(service->credential->authorization, credential->authorization);
}

bool queue_service_tend(struct ub_service *service, const struct ub_settings_service *settings,
    ub_instant loaded, struct ub_client *client, int64_t now, struct ub_arena *arena)
{
	int status;
	pthread_mutex_lock(&service->mutex);
	if (!is_adopted(service, settings, loaded))
		adopt(service, settings, loaded, now);
	struct ub_credential *asked = next_question(service, now);
	bool wakes = is_to_wake(service, now);
	pthread_mutex_unlock(&service->mutex);
	if (!asked)
		return wakes;
	enum ub_outcome outcome = ask(client, asked, &status, arena);
	pthread_mutex_lock(&service->mutex);
	service->asking = false;
	if (is_current(service, asked))
		judge(service, outcome, status, now);
	wakes = is_to_wake(service, now);
	pthread_mutex_unlock(&service->mutex);
	queue_credential_free(&asked);
	return wakes;
}

/* ---- for those who use it ---- */

struct ub_credential *queue_service_take(struct ub_service *service)
{
	struct ub_credential *copy = NULL;
	pthread_mutex_lock(&service->mutex);
	if (service->word == UB_SERVICE_ACCEPTED)
		copy = queue_credential_new(service->credential->authorization, UB_TEXT_NONE);
	pthread_mutex_unlock(&service->mutex);
	return copy;
}

bool queue_service_named(struct ub_service *service)
{
	pthread_mutex_lock(&service->mutex);
	bool named = service->path != NULL;
	pthread_mutex_unlock(&service->mutex);
	return named;
}

bool queue_service_accepted(struct ub_service *service)
{
	pthread_mutex_lock(&service->mutex);
	bool accepted = service->word == UB_SERVICE_ACCEPTED;
	pthread_mutex_unlock(&service->mutex);
	return accepted;
}

/* What comes to wait until the server has been asked is woken, too: it may have been refused by chance. What
 * is refused for ever is not to be tried for ever, and so the pauses grow. */
static void plan_waking(struct ub_service *service, int64_t now)
{
	if (now - service->doubted > UB_RETRY_LATE_MS * 3 / 2)
		service->doubts = 0;
	service->doubted = now;
	if (service->wake == INT64_MAX)
		service->wake = now + queue_retry_after_conflict(++service->doubts);
}

void queue_service_doubt(struct ub_service *service, const struct ub_credential *refused, int64_t now)
{
	pthread_mutex_lock(&service->mutex);
	if (service->word == UB_SERVICE_ACCEPTED && is_current(service, refused)) {
		service->word = UB_SERVICE_UNTRIED;
		service->why = "the server has refused it";
		service->next = now;
		plan_waking(service, now);
		if (has_changed(service))
			read_file(service, now);
	}
	pthread_mutex_unlock(&service->mutex);
}

const char *ub_queue_service_word_text(enum ub_service_word word)
{
	static const char *const words[] = {
		[UB_SERVICE_NONE] = "none",
		[UB_SERVICE_UNREADABLE] = "unreadable",
		[UB_SERVICE_UNTRIED] = "untried",
		[UB_SERVICE_ACCEPTED] = "accepted",
		[UB_SERVICE_REFUSED] = "refused",
	};
	return words[word];
}

struct ub_queue_service queue_service_state(struct ub_service *service, struct ub_arena *arena)
{
	pthread_mutex_lock(&service->mutex);
	const struct ub_queue_service state = { .word = service->word,
		.name = ub_text_copy(arena, service->name),
		.why = ub_text_copy(arena, ub_text(service->why)) };
	pthread_mutex_unlock(&service->mutex);
	return state;
}
