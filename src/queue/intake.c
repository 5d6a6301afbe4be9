/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Makes keys of the writes that the relay tells of. All frames that have come make one transaction; then
 * their writes may go on.
 */
#include "queue-private.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "amender.h"
#include "upbeat/http.h"

/* A write that the relay holds until it hears from us. */
struct held_write {
	struct ub_amender_write write;
	struct queue_socket *socket; /* by which it was told */
	bool lone;
};

/* What the frames of one turn ask of the store. */
struct batch {
	int64_t begun; /* when the turn began, on the monotonic clock */
	UB_VEC(struct ub_key) keys;
	UB_VEC(struct ub_key) due; /* the keys of answered writes: due now */
	UB_VEC(struct held_write) writes;
};

/* Whether anybody's credentials may be good for keys of this principal: his own, or for nobody's keys those
 * of the service account. */
static bool is_for_somebody(struct ub_queue *queue, struct ub_text principal)
{
	return principal.len > 0 || queue_service_named(queue->service);
}

/* The doubt of a key whose write is not answered yet, or not well. */
static enum ub_doubt doubt_of(struct ub_queue *queue, struct ub_text principal)
{
	return principal.len == 0 || queue_knows(queue, principal) ? UB_DOUBT_WRITE : UB_DOUBT_CALLER;
}

static void add_key(struct ub_queue *queue, struct batch *batch, enum ub_key_kind kind, struct ub_text href,
    struct ub_text principal)
{
	if (href.len)
		*ub_push(queue->arena, &batch->keys) = (struct ub_key){ .kind = kind,
			.upstream = queue->input.upstream,
			.href = ub_text_copy(
			    queue->arena, queue_alias_of(queue->input.store, queue->input.upstream, principal,
					      href, queue->arena)),
			.principal = principal,
			.collection = UB_TEXT_NONE,
			.doubt = doubt_of(queue, principal) };
}

/* The relay tells the lower bits of the time, which is not long past. It may have come after the turn's
 * beginning. */
static int64_t announced_at(const struct ub_wire_write *write)
{
	int64_t now = ub_sys_monotonic_ms();
	return now - (uint16_t)((uint16_t)now - write->announced);
}

/* Of a caller whose sign-in cannot be used again, only the name is of use. */
static struct ub_text authorization_of(
    struct ub_queue *queue, const struct ub_wire_write *write, struct ub_text principal)
{
	return principal.len ? write->authorization : queue_unusable_name(write, queue->arena);
}

static void take_write(struct ub_queue *queue, struct queue_socket *socket, const struct ub_wire_frame *frame,
    struct batch *batch)
{
	const struct ub_wire_write *write = &frame->write;
	size_t before = batch->keys.n;
	struct ub_text principal = ub_http_principal(write->authorization, queue->arena);
	struct held_write *held = ub_push(queue->arena, &batch->writes);
	held->socket = socket;
	held->write = (struct ub_amender_write){ .fd = socket->fd,
		.id = frame->id,
		.until = batch->begun + UB_AMEND_MS,
		.href = ub_text_copy(queue->arena, write->href),
		.if_match = ub_text_copy(queue->arena, write->if_match),
		.principal = principal,
		.user = ub_http_user(write->authorization, queue->arena),
		.host = ub_text_copy(queue->arena, write->host) };
	/* The name of a new member is known when the POST is answered (RFC 5995). */
	enum ub_key_kind kind = write->write == UB_WRITE_ADD_MEMBER ? UB_KEY_COLLECTION : UB_KEY_OBJECT;
	if (write->write != UB_WRITE_COPY)
		add_key(queue, batch, kind, write->href, principal);
	add_key(queue, batch, UB_KEY_OBJECT, write->destination, principal);
	struct ub_lone_write lone;
	int64_t announced = announced_at(write);
	for (size_t i = before; i < batch->keys.n; i++)
		queue_overtake_lone(queue, batch->keys.items[i].href, announced);
	held->lone = batch->keys.n == before + 1 &&
		     queue_is_lone(queue, write, &batch->keys.items[before], announced, &lone);
	if (held->lone)
		batch->keys.n = before;
	else
		held->write.body = ub_text_copy(queue->arena, write->body);
	const struct ub_announced_write open = { .id = frame->id,
		.keys = batch->keys.items + before,
		.n_keys = batch->keys.n - before,
		.lone = held->lone ? &lone : NULL,
		.authorization = authorization_of(queue, write, principal),
		.host = write->host,
		.client = ub_clients_family_of_agent(write->agent),
		.now = ub_sys_monotonic_ms() };
	queue_writes_announce(queue->writes, &open);
	if (!is_for_somebody(queue, principal))
		batch->keys.n = before;
}

/* The server tells by Location what a POST to a collection has made (RFC 5995, RFC 9110 10.2.2). */
static void add_new_member(
    struct ub_queue *queue, struct batch *batch, const struct ub_key *collection, struct ub_text location)
{
	struct ub_key key = *collection;
	key.kind = UB_KEY_OBJECT;
	key.href = ub_http_href_canonical(queue->arena, location);
	if (key.href.len)
		*ub_push(queue->arena, &batch->due) = key;
}

/* Whether the object may be another one than before the write. That is so after a 2xx, and where nobody can
 * tell: without an answer (status 0) and after a 5xx. It also is so after a refusal because of what stands
 * there: an earlier try of the same write may have made that, whose answer was lost. */
static bool may_have_changed(int status)
{
	bool of_what_stands = status == 404 || status == 409 || status == 410 || status == 412;
	return status == 0 || (status >= 200 && status < 300) || status >= 500 || of_what_stands;
}

/* Takes the keys of a write that was answered, and learns from the answer. */
static void take_answered_keys(struct ub_queue *queue, const struct ub_answered_write *write,
    const struct ub_wire_answered *answered, struct batch *batch)
{
	bool proven = ub_http_proves_identity(answered->status);
	struct ub_text principal = write->keys[0].principal;
	if (proven && principal.len) {
		queue_wake_principal(
		    queue, principal, write->credential->authorization, write->credential->host);
		queue_note_client(queue, principal, write->client);
	}
	if (proven && write->keys[0].kind == UB_KEY_COLLECTION)
		add_new_member(queue, batch, &write->keys[0], answered->location);
	const struct ub_alias_answer answer = { .key = &write->keys[0],
		.status = answered->status,
		.location = answered->location,
		.host = write->credential->host,
		.now = queue_now() };
	/* What one of them is told is not for another. */
	if (principal.len && !queue_alias_learn(queue->redirects, queue->input.store, &answer, queue->arena))
		queue_complain(queue, queue->input.store);
	for (size_t i = 0; i < write->n_keys; i++) {
		struct ub_key *due = ub_push(queue->arena, &batch->due);
		*due = write->keys[i];
		due->doubt = proven ? UB_DOUBT_NONE : doubt_of(queue, principal);
	}
}

/* What is left to do for a lone object. False: a pass has to look at it, by write->keys. */
static bool take_lone(
    struct ub_queue *queue, struct ub_answered_write *write, const struct ub_wire_answered *answered)
{
	bool stored = answered->status >= 200 && answered->status < 300;
	if (stored)
		queue_stored_lone(queue, &write->lone, &write->credential, answered->etag);
	if (stored || !may_have_changed(answered->status))
		return true;
	write->keys[0] = ub_store_key_copied(&write->lone->key, queue->arena);
	write->n_keys = 1;
	return false;
}

/* Tells of a caller whose sign-in cannot be used again, once. */
static void note_unusable(struct ub_queue *queue, struct ub_text name)
{
	bool served = queue_service_accepted(queue->service);
	if (!queue_unusable_note(queue->unusable, name))
		return;
	ub_log(queue->input.log, served ? UB_LOG_INFO : UB_LOG_WARNING,
	    "%.*s: this sign-in cannot be used again; %s", UB_ARGS(name),
	    served ? "the service account acts instead"
		   : "nothing is made of what is stored so; a service account would serve: `service` in the "
		     "settings, see upbeat.conf(5)");
}

/* What follows from a write that was answered. Frees what *write has. */
static void finish_write(struct ub_queue *queue, struct ub_answered_write *write,
    const struct ub_wire_answered *answered, struct batch *batch)
{
	if (write->lone && take_lone(queue, write, answered))
		write->n_keys = 0;
	if (write->n_keys && write->keys[0].principal.len == 0 && ub_http_proves_identity(answered->status))
		note_unusable(queue, write->credential->authorization);
	if (write->n_keys && is_for_somebody(queue, write->keys[0].principal))
		take_answered_keys(queue, write, answered, batch);
	queue_credential_free(&write->credential);
	queue_lone_write_free(&write->lone);
}

static void take_answer(struct ub_queue *queue, const struct ub_wire_frame *frame, struct batch *batch)
{
	const struct ub_wire_answered *answered = &frame->answered;
	struct ub_answered_write write;
	bool changed = may_have_changed(answered->status);
	if (!ub_open_additions_answered(queue->additions, frame->id, answered, queue->input.store))
		ub_log_paced(queue->input.log, &queue->store_pace, UB_LOG_WARNING,
		    "what a user took out of a meeting is not remembered: %s",
		    ub_store_problem(queue->input.store));
	if (queue_writes_answer(queue->writes, frame->id, changed, &write, queue->arena))
		finish_write(queue, &write, answered, batch);
}

/* A write that went ahead is told of together with its answer. */
static void take_stored(struct ub_queue *queue, const struct ub_wire_write *write, struct batch *batch)
{
	const struct ub_wire_answered answered = { .status = 200, .etag = write->etag };
	size_t before = batch->keys.n;
	struct ub_text principal = ub_http_principal(write->authorization, queue->arena);
	add_key(queue, batch, UB_KEY_OBJECT, write->href, principal);
	if (batch->keys.n == before)
		return;
	const struct ub_key key = batch->keys.items[--batch->keys.n];
	struct ub_answered_write done = { .keys = { key },
		.n_keys = 1,
		.credential = queue_credential_new(authorization_of(queue, write, principal), write->host),
		.client = ub_clients_family_of_agent(write->agent) };
	struct ub_lone_write lone;
	int64_t announced = announced_at(write);
	queue_overtake_lone(queue, key.href, announced);
	if (queue_is_lone(queue, write, &key, announced, &lone))
		done.lone = queue_lone_write_copy(&lone);
	finish_write(queue, &done, &answered, batch);
}

/* Puts n keys. `again`: the store should have them already. Anybody may come with any name. The first
 * UB_STRANGERS_STORED keys of strangers go to the store, so that a crash loses no key of somebody who comes
 * for the first time. The rest of a flood is kept in memory and costs the disk nothing. */
static void put(struct ub_queue *queue, const struct ub_key *keys, size_t n, bool again, int64_t due)
{
	UB_VEC(struct ub_key) stored = { 0 }, sheltered = { 0 };
	size_t strangers = 0;
	bool counted = false;
	for (size_t i = 0; i < n; i++) {
		bool stranger = keys[i].doubt == UB_DOUBT_CALLER;
		if (stranger && !counted)
			counted = ub_store_strangers(queue->input.store, &strangers) == UB_STORE_OK;
		bool too_many = stranger && strangers >= UB_STRANGERS_STORED;
		strangers += stranger;
		if (too_many)
			*ub_push(queue->arena, &sheltered) = keys[i];
		else
			*ub_push(queue->arena, &stored) = keys[i];
	}
	queue_put(queue, stored.items, stored.n, again, due);
	queue_shelter(queue, sheltered.items, sheltered.n, due);
}

/* Tells the relay of it at the end of the turn. */
static void tell_relay(struct ub_queue *queue, struct queue_socket *socket, const struct ub_wire_frame *frame)
{
	struct ub_wire_outbox *out = &socket->out;
	if (ub_wire_outbox_add(out, frame))
		return;
	if (ub_wire_outbox_send(out, socket->fd) == UB_WIRE_FULL || !ub_wire_outbox_add(out, frame))
		queue_complain_of_relay(queue);
}

/* The write goes on as it came. */
static void let_go(struct ub_queue *queue, const struct held_write *held)
{
	const struct ub_wire_frame committed = {
		.kind = UB_WIRE_COMMITTED, .id = held->write.id, .committed = { .patient = held->lone }
	};
	tell_relay(queue, held->socket, &committed);
}

/* What went ahead is with us, and more may. */
static void say_heard(struct ub_queue *queue, struct queue_socket *socket)
{
	const struct ub_wire_frame heard = { .kind = UB_WIRE_HEARD };
	if (socket->owes_heard)
		tell_relay(queue, socket, &heard);
	socket->owes_heard = false;
}

/* Puts the keys, then lets the writes go on: those that rules may amend go to the amender first. A write
 * without a principal is not remembered, and so not amended. */
static void settle_batch(struct ub_queue *queue, const struct batch *batch)
{
	put(queue, batch->keys.items, batch->keys.n, false, queue_now() + UB_CREDENTIAL_MS);
	for (size_t i = 0; i < batch->writes.n; i++) {
		const struct held_write *held = &batch->writes.items[i];
		if (held->write.body.len && held->write.principal.len)
			queue_amender_give(queue->amender, &held->write);
		else
			let_go(queue, held);
	}
	for (size_t i = 0; i < queue->n_sockets; i++) {
		say_heard(queue, &queue->sockets[i]);
		if (ub_wire_outbox_send(&queue->sockets[i].out, queue->sockets[i].fd) == UB_WIRE_FULL) {
			ub_wire_outbox_clear(&queue->sockets[i].out);
			queue_complain_of_relay(queue);
		}
	}
	/* Of these nobody waits for an answer, and their keys are in the store since their writes were
	 * announced: what is lost now comes up within a minute. */
	put(queue, batch->due.items, batch->due.n, true, queue_now());
	if (batch->due.n)
		ub_queue_wake(queue);
}

static void take_tls(struct ub_queue *queue, struct ub_text problem)
{
	pthread_mutex_lock(&queue->mutex);
	free(queue->tls_problem);
	queue->tls_problem = problem.len ? strndup(problem.ptr, problem.len) : NULL;
	if (problem.len && !queue->tls_problem)
		abort();
	pthread_mutex_unlock(&queue->mutex);
}

static void take_frame(struct ub_queue *queue, struct queue_socket *socket, const struct ub_wire_frame *frame,
    struct batch *batch)
{
	if (frame->kind == UB_WIRE_WRITE && frame->write.stored) {
		socket->owes_heard = true;
		take_stored(queue, &frame->write, batch);
	} else if (frame->kind == UB_WIRE_WRITE) {
		take_write(queue, socket, frame, batch);
	} else if (frame->kind == UB_WIRE_ANSWERED) {
		take_answer(queue, frame, batch);
	} else if (frame->kind == UB_WIRE_PRINCIPAL) {
		queue_heard(queue, &frame->principal);
		queue_polled(queue, &frame->principal);
		queue_note_client(queue, ub_http_principal(frame->principal.authorization, queue->arena),
		    ub_clients_family_of_agent(frame->principal.agent));
	} else if (frame->kind == UB_WIRE_HELLO) {
		pthread_mutex_lock(&queue->mutex);
		queue->relay = (struct ub_queue_relay){ frame->id.slot, frame->id.generation };
		pthread_mutex_unlock(&queue->mutex);
	} else if (frame->kind == UB_WIRE_TLS) {
		take_tls(queue, frame->tls.problem);
	}
}

/* ---- sockets ---- */

static void take_files(struct ub_queue *queue, const struct ub_wire_message *message)
{
	for (size_t i = 0; i < message->n_files; i++) {
		if (queue->n_sockets < UB_COUNT(queue->sockets))
			queue->sockets[queue->n_sockets++] = (struct queue_socket){ .fd = message->files[i] };
		else
			close(message->files[i]);
	}
}

void queue_close_sockets(struct ub_queue *queue)
{
	for (size_t i = 0; i < queue->n_sockets; i++) {
		ub_wire_outbox_free(&queue->sockets[i].out);
		if (i > 0)
			close(queue->sockets[i].fd);
	}
}

/* Takes the frames that wait at a socket. */
static void hear_socket(struct ub_queue *queue, struct queue_socket *socket, struct batch *batch)
{
	struct ub_wire_message message;
	enum ub_wire_result heard = UB_WIRE_OK;
	for (size_t n = 0; n < UB_BATCH_MAX && (heard == UB_WIRE_OK || heard == UB_WIRE_INVALID);) {
		struct ub_wire_frame frame;
		enum ub_wire_result result;
		heard = ub_wire_hear(socket->fd, &message, queue->in);
		take_files(queue, &message);
		for (; (result = ub_wire_next(&message, &frame)) != UB_WIRE_NONE; n++)
			if (result == UB_WIRE_OK)
				take_frame(queue, socket, &frame, batch);
			else if (result == UB_WIRE_INVALID)
				heard = UB_WIRE_INVALID;
		explicit_bzero(queue->in, message.size);
		if (heard == UB_WIRE_INVALID)
			ub_log(queue->input.log, UB_LOG_ERROR, "the relay sent something that is no frame");
		n += heard == UB_WIRE_INVALID;
	}
	socket->ended = heard == UB_WIRE_CLOSED;
}

bool ub_queue_hear(struct ub_queue *queue, struct pollfd *other, int64_t wait)
{
	struct pollfd polled[UB_COUNT(queue->sockets) + 1];
	size_t n = queue->n_sockets;
	for (size_t i = 0; i < n; i++)
		polled[i] = (struct pollfd){ .fd = queue->sockets[i].ended ? -1 : queue->sockets[i].fd,
			.events = POLLIN };
	polled[n] = other ? *other : (struct pollfd){ .fd = -1 };
	if (poll(polled, n + 1, (int)wait) < 0)
		return true;
	if (other)
		*other = polled[n];
	struct batch batch = { .begun = ub_sys_monotonic_ms() };
	for (size_t i = 0; i < n; i++)
		if (polled[i].revents)
			hear_socket(queue, &queue->sockets[i], &batch);
	settle_batch(queue, &batch);
	ub_arena_reset(queue->arena);
	return !queue->sockets[0].ended;
}
