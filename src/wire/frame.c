/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/wire.h"

#include <string.h>

enum {
	FRAME_VERSION = 1,
	FRAME_HEADER = 16,
	TEXTS_MAX = 11,
};

/* The flags, which are others for each kind of frame. */
enum {
	WRITE_OVERRIDDEN = 1,
	WRITE_CERTIFIED = 2,
	WRITE_STORED = 4,
	ANSWERED_AMENDED = 1,
	COMMITTED_PATIENT = 1,
	BODIES_WANTED = 1,
	BODIES_LONE_GO_AHEAD = 2,
	ASK_JSON = 1,
	ASK_COLOUR = 2,
	REPLY_MORE = 1,
	WHAT_SHIFT = 8, /* of a WRITE and an ASK, the upper byte holds the enum ub_write or enum ub_ask */
};

/* What a frame of any kind carries, in one shape. */
struct parts {
	uint16_t flags, status;
	struct ub_text texts[TEXTS_MAX];
	size_t n;
};

static const struct {
	size_t texts; /* how many at least; other missing ones are empty, unknown ones are skipped */
	bool known;
} kinds[] = {
	[UB_WIRE_WRITE] = { 6, true },
	[UB_WIRE_ANSWERED] = { 3, true },
	[UB_WIRE_READY] = { 0, true },
	[UB_WIRE_COMMITTED] = { 0, true },
	[UB_WIRE_HEARD] = { 0, true },
	[UB_WIRE_BODIES] = { 0, true },
	[UB_WIRE_POLLS] = { 0, true },
	[UB_WIRE_HELLO] = { 0, true },
	[UB_WIRE_PLACE] = { 1, true },
	[UB_WIRE_ASK] = { 1, true },
	[UB_WIRE_REPLY] = { 1, true },
	[UB_WIRE_WAITING] = { 1, true },
	[UB_WIRE_PRINCIPAL] = { 2, true },
	[UB_WIRE_TLS] = { 1, true },
};

static void put16(unsigned char *out, uint16_t value)
{
	out[0] = (unsigned char)(value >> 8);
	out[1] = (unsigned char)value;
}

static void put32(unsigned char *out, uint32_t value)
{
	put16(out, (uint16_t)(value >> 16));
	put16(out + 2, (uint16_t)value);
}

static uint16_t get16(const unsigned char *in)
{
	return (uint16_t)(in[0] << 8 | in[1]);
}

static uint32_t get32(const unsigned char *in)
{
	return (uint32_t)get16(in) << 16 | get16(in + 2);
}

/* ---- a frame's contents as parts ---- */

static struct parts write_parts(const struct ub_wire_write *write)
{
	return (struct parts){
		.flags =
		    (uint16_t)((unsigned)write->write << WHAT_SHIFT |
			       (write->overridden ? WRITE_OVERRIDDEN : 0) |
			       (write->certified ? WRITE_CERTIFIED : 0) | (write->stored ? WRITE_STORED : 0)),
		.status = write->announced,
		.texts = { write->method, write->target, write->href, write->destination, write->host,
		    write->authorization, write->body, write->if_match, write->remote_user, write->agent,
		    write->etag },
		.n = TEXTS_MAX,
	};
}

static struct parts answered_parts(const struct ub_wire_answered *answered)
{
	return (struct parts){
		.flags = answered->amended ? ANSWERED_AMENDED : 0,
		.status = (uint16_t)answered->status,
		.texts = { answered->etag, answered->schedule_tag, answered->location },
		.n = 3,
	};
}

static struct parts ask_parts(const struct ub_wire_ask *ask)
{
	return (struct parts){
		.flags = (uint16_t)((unsigned)ask->ask << WHAT_SHIFT | (ask->json ? ASK_JSON : 0) |
				    (ask->colour ? ASK_COLOUR : 0)),
		.texts = { ask->subject, ask->authorization },
		.n = 2,
	};
}

static struct parts reply_parts(const struct ub_wire_reply *reply)
{
	return (struct parts){
		.flags = reply->more ? REPLY_MORE : 0,
		.status = (uint16_t)reply->status,
		.texts = { reply->text },
		.n = 1,
	};
}

static struct parts parts_of(const struct ub_wire_frame *frame)
{
	switch (frame->kind) {
	case UB_WIRE_WRITE:
		return write_parts(&frame->write);
	case UB_WIRE_ANSWERED:
		return answered_parts(&frame->answered);
	case UB_WIRE_COMMITTED:
		return (struct parts){ .flags = frame->committed.patient ? COMMITTED_PATIENT : 0,
			.texts = { frame->committed.body },
			.n = 1 };
	case UB_WIRE_BODIES:
		return (struct parts){
			.flags = (uint16_t)((frame->bodies.wanted ? BODIES_WANTED : 0) |
					    (frame->bodies.lone_go_ahead ? BODIES_LONE_GO_AHEAD : 0))
		};
	case UB_WIRE_POLLS:
		return (struct parts){ .status = (uint16_t)frame->polls };
	case UB_WIRE_PLACE:
		return (struct parts){ .texts = { frame->place.name }, .n = 1 };
	case UB_WIRE_ASK:
		return ask_parts(&frame->ask);
	case UB_WIRE_REPLY:
		return reply_parts(&frame->reply);
	case UB_WIRE_WAITING:
		return (struct parts){ .texts = { frame->waiting.buckets }, .n = 1 };
	case UB_WIRE_PRINCIPAL:
		return (struct parts){ .texts = { frame->principal.authorization, frame->principal.host,
					   frame->principal.polled, frame->principal.agent },
			.n = 4 };
	case UB_WIRE_TLS:
		return (struct parts){ .texts = { frame->tls.problem }, .n = 1 };
	default:
		return (struct parts){ 0 };
	}
}

static enum ub_wire_result read_write(const struct parts *parts, struct ub_wire_write *write)
{
	unsigned kind = parts->flags >> WHAT_SHIFT;
	if (kind == UB_WRITE_NONE || kind > UB_WRITE_ADD_MEMBER)
		return UB_WIRE_INVALID;
	*write = (struct ub_wire_write){
		.write = (enum ub_write)kind,
		.overridden = (parts->flags & WRITE_OVERRIDDEN) != 0,
		.certified = (parts->flags & WRITE_CERTIFIED) != 0,
		.stored = (parts->flags & WRITE_STORED) != 0,
		.announced = parts->status,
		.method = parts->texts[0],
		.target = parts->texts[1],
		.href = parts->texts[2],
		.destination = parts->texts[3],
		.host = parts->texts[4],
		.authorization = parts->texts[5],
		.body = parts->texts[6],
		.if_match = parts->texts[7],
		.remote_user = parts->texts[8],
		.agent = parts->texts[9],
		.etag = parts->texts[10],
	};
	return UB_WIRE_OK;
}

static enum ub_wire_result read_answered(const struct parts *parts, struct ub_wire_answered *answered)
{
	if (parts->status > 999)
		return UB_WIRE_INVALID;
	*answered = (struct ub_wire_answered){
		.status = parts->status,
		.amended = (parts->flags & ANSWERED_AMENDED) != 0,
		.etag = parts->texts[0],
		.schedule_tag = parts->texts[1],
		.location = parts->texts[2],
	};
	return UB_WIRE_OK;
}

/* The question may be of a later version: the engine answers that it does not know it. */
static enum ub_wire_result read_ask(const struct parts *parts, struct ub_wire_ask *ask)
{
	*ask = (struct ub_wire_ask){
		.ask = (enum ub_ask)(parts->flags >> WHAT_SHIFT),
		.json = (parts->flags & ASK_JSON) != 0,
		.colour = (parts->flags & ASK_COLOUR) != 0,
		.subject = parts->texts[0],
		.authorization = parts->texts[1],
	};
	return UB_WIRE_OK;
}

static enum ub_wire_result read_reply(const struct parts *parts, struct ub_wire_reply *reply)
{
	*reply = (struct ub_wire_reply){
		.more = (parts->flags & REPLY_MORE) != 0,
		.status = parts->status,
		.text = parts->texts[0],
	};
	return UB_WIRE_OK;
}

static enum ub_wire_result read_waiting(const struct parts *parts, struct ub_wire_waiting *waiting)
{
	size_t len = parts->texts[0].len;
	waiting->buckets = parts->texts[0];
	return len == 0 || len == UB_WIRE_WAITING_BYTES ? UB_WIRE_OK : UB_WIRE_INVALID;
}

static enum ub_wire_result read_parts(const struct parts *parts, struct ub_wire_frame *frame)
{
	switch (frame->kind) {
	case UB_WIRE_WRITE:
		return read_write(parts, &frame->write);
	case UB_WIRE_ANSWERED:
		return read_answered(parts, &frame->answered);
	case UB_WIRE_COMMITTED:
		frame->committed.body = parts->texts[0];
		frame->committed.patient = (parts->flags & COMMITTED_PATIENT) != 0;
		return UB_WIRE_OK;
	case UB_WIRE_BODIES:
		frame->bodies.wanted = (parts->flags & BODIES_WANTED) != 0;
		frame->bodies.lone_go_ahead = (parts->flags & BODIES_LONE_GO_AHEAD) != 0;
		return UB_WIRE_OK;
	case UB_WIRE_POLLS:
		frame->polls = parts->status;
		return UB_WIRE_OK;
	case UB_WIRE_ASK:
		return read_ask(parts, &frame->ask);
	case UB_WIRE_REPLY:
		return read_reply(parts, &frame->reply);
	case UB_WIRE_WAITING:
		return read_waiting(parts, &frame->waiting);
	case UB_WIRE_PRINCIPAL:
		frame->principal = (struct ub_wire_principal){ parts->texts[0], parts->texts[1],
			parts->texts[2], parts->texts[3] };
		return UB_WIRE_OK;
	case UB_WIRE_PLACE:
		frame->place.name = parts->texts[0];
		return UB_WIRE_OK;
	case UB_WIRE_TLS:
		frame->tls.problem = parts->texts[0];
		return UB_WIRE_OK;
	default:
		return UB_WIRE_OK;
	}
}

unsigned ub_wire_bucket(struct ub_text principal)
{
	return (unsigned)(ub_text_hash(principal) % (8 * UB_WIRE_WAITING_BYTES));
}

/* ---- parts as bytes ---- */

size_t ub_wire_encode(const struct ub_wire_frame *frame, unsigned char *out, size_t size)
{
	struct parts parts = parts_of(frame);
	size_t at = FRAME_HEADER + 4 * parts.n;
	if (size < at)
		return 0;
	memset(out, 0, FRAME_HEADER);
	out[0] = FRAME_VERSION;
	out[1] = (unsigned char)frame->kind;
	put16(out + 2, parts.flags);
	put32(out + 4, frame->id.slot);
	put32(out + 8, frame->id.generation);
	put16(out + 12, parts.status);
	out[14] = (unsigned char)parts.n;
	for (size_t i = 0; i < parts.n; i++) {
		struct ub_text text = parts.texts[i];
		if (text.len > size - at)
			return 0;
		put32(out + FRAME_HEADER + 4 * i, (uint32_t)text.len);
		if (text.len > 0)
			memcpy(out + at, text.ptr, text.len);
		at += text.len;
	}
	return at;
}

/* Sets *used to the end of the frame. */
static bool read_texts(const unsigned char *bytes, size_t n, size_t count, struct parts *parts, size_t *used)
{
	size_t at = FRAME_HEADER + 4 * count;
	if (n < at)
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t len = get32(bytes + FRAME_HEADER + 4 * i);
		if (len > n - at)
			return false;
		if (i < TEXTS_MAX)
			parts->texts[i] = ub_text_n((const char *)bytes + at, len);
		at += len;
	}
	*used = at;
	return true;
}

enum ub_wire_result ub_wire_decode_first(
    const unsigned char *bytes, size_t n, struct ub_wire_frame *frame, size_t *used)
{
	struct parts parts = { 0 };
	*used = n;
	if (n < FRAME_HEADER || bytes[0] != FRAME_VERSION || !read_texts(bytes, n, bytes[14], &parts, used))
		return UB_WIRE_INVALID;
	if (bytes[1] >= UB_COUNT(kinds) || !kinds[bytes[1]].known)
		return UB_WIRE_UNKNOWN;
	if (bytes[14] < kinds[bytes[1]].texts)
		return UB_WIRE_INVALID;
	parts.flags = get16(bytes + 2);
	parts.status = get16(bytes + 12);
	*frame = (struct ub_wire_frame){
		.kind = (enum ub_wire_kind)bytes[1],
		.id = { get32(bytes + 4), get32(bytes + 8) },
	};
	return read_parts(&parts, frame);
}

/* The lengths must add up to exactly the number of bytes there are. */
enum ub_wire_result ub_wire_decode(const unsigned char *bytes, size_t n, struct ub_wire_frame *frame)
{
	size_t used;
	enum ub_wire_result result = ub_wire_decode_first(bytes, n, frame, &used);
	return used == n ? result : UB_WIRE_INVALID;
}
