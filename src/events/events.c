/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The thread that gives events of the store to sinks, and notes in the store what each sink is done with.
 */
#include "events-private.h"

#include <pthread.h>
#include <stdlib.h>

#include "upbeat/configuration.h"
#include "upbeat/sys.h"

/* A sink of the settings. */
struct slot {
	const struct ub_settings_sink *settings;
	struct sink *sink; /* NULL: it cannot be used */
	bool busy;         /* it has a batch */
	bool tried;        /* it was told to open */
	bool suspected;    /* an engine has ended while it was at work, maybe because of it */
	int64_t due;       /* when it may get the next one, by the monotonic clock */
	int64_t pause;     /* after the last failure, in milliseconds; 0: there was none since a delivery */
	uint64_t dropped;  /* of its events, when that was last told */
	bool counted;
	struct ub_log_pace refused, full;
	struct ub_sink_report report; /* without counts; texts are in `said` and in the settings */
	struct ub_arena *said;        /* of the report's problem; NULL: there is none */
};

struct ub_events {
	struct ub_events_input input;
	pthread_t thread;
	pthread_mutex_t mutex; /* over `stopping`, `told`, reports, and which slots there are */
	pthread_cond_t woken;
	bool stopping, told;
	bool minds_marks;
	/* The thread's own, but for what is said above: */
	struct ub_snapshot *snapshot; /* whose settings the slots have */
	struct slot *slots;
	size_t n_slots;
	bool unlisted;   /* the store has not taken which sinks there are */
	int64_t counted; /* when it was looked for dropped events last */
};

/* ---- what is said of a sink ---- */

static const struct ub_diag *first_error(const struct ub_diags *diags)
{
	for (size_t i = 0; i < diags->list.n; i++)
		if (diags->list.items[i].severity == UB_ERROR)
			return &diags->list.items[i];
	return NULL;
}

static void log_diags(struct ub_events *events, const struct slot *slot, const struct ub_diags *diags)
{
	for (size_t i = 0; i < diags->list.n; i++) {
		const struct ub_diag *diag = &diags->list.items[i];
		ub_log(events->input.log, diag->severity == UB_ERROR ? UB_LOG_ERROR : UB_LOG_WARNING,
		    "events: %.*s: %.*s", UB_ARGS(slot->settings->name),
		    UB_ARGS(ub_diag_line(diag, diags->arena)));
	}
}

static void note_problem(
    struct ub_events *events, struct slot *slot, const struct ub_diags *diags, bool failed)
{
	const struct ub_diag *error = first_error(diags);
	struct ub_arena *old = slot->said, *said = ub_arena_new();
	pthread_mutex_lock(&events->mutex);
	slot->said = said;
	if (error)
		slot->report.problem = ub_diag_line(error, said);
	else
		slot->report.problem = ub_text_copy(said, slot->report.problem);
	if (failed && !slot->report.failed)
		slot->report.failed_since = ub_sys_now();
	slot->report.failed = failed;
	pthread_mutex_unlock(&events->mutex);
	ub_arena_free(&old);
}

/* A failure that goes on is told once. */
static void note_failure(struct ub_events *events, struct slot *slot, const struct ub_diags *diags)
{
	if (!slot->report.failed)
		log_diags(events, slot, diags);
	note_problem(events, slot, diags, true);
}

static void note_success(struct ub_events *events, struct slot *slot)
{
	if (!slot->report.failed)
		return;
	pthread_mutex_lock(&events->mutex);
	slot->report.failed = false;
	pthread_mutex_unlock(&events->mutex);
	ub_log(events->input.log, UB_LOG_INFO, "events: %.*s: delivers again", UB_ARGS(slot->settings->name));
}

/* ---- one batch ---- */

static void rest(struct slot *slot, unsigned seconds)
{
	slot->pause = slot->pause ? slot->pause * 2 : UB_EVENTS_RETRY_MS;
	if (slot->pause > UB_EVENTS_RETRY_MAX_MS)
		slot->pause = UB_EVENTS_RETRY_MAX_MS;
	int64_t wait = seconds ? (int64_t)seconds * 1000 : slot->pause;
	slot->due = ub_sys_monotonic_ms() + (wait < UB_EVENTS_PAUSE_MAX_MS ? wait : UB_EVENTS_PAUSE_MAX_MS);
}

static void note_refusal(struct ub_events *events, struct slot *slot, const struct batch *batch)
{
	const struct ub_diag *error = first_error(&batch->diags);
	note_problem(events, slot, &batch->diags, slot->report.failed);
	ub_log_paced(events->input.log, &slot->refused, UB_LOG_ERROR,
	    "events: %.*s: an event is refused for good, and left out: %.*s", UB_ARGS(slot->settings->name),
	    UB_ARGS(error ? ub_diag_line(error, batch->diags.arena) : UB_TEXT_NONE));
}

/* A store that does not note it gives the same events once more. */
static void settle(struct ub_events *events, struct slot *slot, const struct batch *batch)
{
	size_t refused, done = batch_done(batch, &refused);
	if (done > 0 && ub_store_events_done(events->input.store, slot->settings->name, batch->after,
			    batch->after + done, refused) == UB_STORE_FAILED)
		rest(slot, 0);
	slot->suspected = false;
	if (done > 0)
		slot->pause = 0;
	if (refused) {
		note_refusal(events, slot, batch);
	} else if (batch->answer.result == UB_PLUGIN_LATER || done == 0) {
		note_failure(events, slot, &batch->diags);
		rest(slot, batch->answer.seconds);
	} else {
		note_success(events, slot);
	}
}

static void take_answer(struct ub_events *events, struct slot *slot, const struct batch *batch)
{
	slot->busy = false;
	if (!batch->opened) {
		note_failure(events, slot, &batch->diags);
		sink_close(&slot->sink);
	} else if (batch->n > 0) {
		settle(events, slot, batch);
	} else if (batch->diags.errors > 0) {
		note_failure(events, slot, &batch->diags);
	}
}

static void look_for_answer(struct ub_events *events, struct slot *slot)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	struct batch *batch = NULL;
	enum ub_plugin_call call = sink_take(slot->sink, 0, &batch, &diags);
	if (call == UB_PLUGIN_LATE) {
		slot->suspected = false; /* it hangs, and ends nothing */
		note_failure(events, slot, &diags);
	}
	if (call == UB_PLUGIN_ANSWERED) {
		take_answer(events, slot, batch);
		batch_free(batch);
	}
	ub_arena_free(&arena);
}

/* What is suspected of ending engines works alone: so another end shows which one it was. */
static bool may_begin(const struct ub_events *events, const struct slot *slot)
{
	for (size_t i = 0; i < events->n_slots; i++) {
		const struct slot *other = &events->slots[i];
		if (other != slot && other->busy && (slot->suspected || other->suspected))
			return false;
	}
	return slot->due <= ub_sys_monotonic_ms();
}

/* At first the sink is only opened, so that people learn at once what is wrong with it. */
static void begin(struct ub_events *events, struct slot *slot)
{
	struct batch *batch =
	    slot->tried ? batch_next(events->input.store, slot->settings->name) : batch_empty();
	if (!batch)
		return;
	slot->busy = slot->tried = true;
	sink_deliver(slot->sink, batch);
}

static void tend(struct ub_events *events, struct slot *slot)
{
	if (slot->sink && slot->busy)
		look_for_answer(events, slot);
	if (slot->sink && !slot->busy && may_begin(events, slot))
		begin(events, slot);
}

/* ---- events that are lost ---- */

static void tell_of_dropped(struct ub_events *events, const struct ub_store_sink *counts)
{
	for (size_t i = 0; i < events->n_slots; i++) {
		struct slot *slot = &events->slots[i];
		if (!ub_text_eq(slot->settings->name, counts->name))
			continue;
		if (slot->counted && counts->dropped > slot->dropped)
			ub_log_paced(events->input.log, &slot->full, UB_LOG_ERROR,
			    "events: %.*s: %llu events have waited too long, and are lost",
			    UB_ARGS(counts->name), (unsigned long long)counts->dropped);
		slot->dropped = counts->dropped;
		slot->counted = true;
	}
}

static void look_for_dropped(struct ub_events *events)
{
	int64_t now = ub_sys_monotonic_ms();
	if (events->n_slots == 0 || now - events->counted < UB_EVENTS_LOOK_MS)
		return;
	events->counted = now;
	struct ub_arena *arena = ub_arena_new();
	struct ub_store_sinks sinks;
	if (ub_store_sinks(events->input.store, arena, &sinks) == UB_STORE_OK)
		for (size_t i = 0; i < sinks.n; i++)
			tell_of_dropped(events, &sinks.items[i]);
	ub_arena_free(&arena);
}

/* ---- the sinks of a snapshot ---- */

static void wake(void *context)
{
	struct ub_events *events = context;
	pthread_mutex_lock(&events->mutex);
	events->told = true;
	pthread_cond_signal(&events->woken);
	pthread_mutex_unlock(&events->mutex);
}

static void close_slots(struct ub_events *events)
{
	struct slot *slots = events->slots;
	size_t n = events->n_slots;
	pthread_mutex_lock(&events->mutex);
	events->slots = NULL;
	events->n_slots = 0;
	pthread_mutex_unlock(&events->mutex);
	for (size_t i = 0; i < n; i++) {
		sink_close(&slots[i].sink);
		ub_arena_free(&slots[i].said);
	}
	free(slots);
}

static void open_slot(struct ub_events *events, struct slot *slot, const struct ub_settings *settings)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	const struct sink_start start = {
		.mark = ub_textf(
		    arena, "%.*s.sink-%.*s", UB_ARGS(settings->control), UB_ARGS(slot->settings->name))
			    .ptr,
		.minds_mark = events->minds_marks,
		.done = wake,
		.context = events,
	};
	slot->suspected = start.minds_mark && ub_plugins_ended(start.mark, false) > 0;
	slot->sink = sink_open(slot->settings, &start, &diags);
	if (!slot->sink)
		note_failure(events, slot, &diags);
	ub_arena_free(&arena);
}

/* Of a sink that the store does not know, no events wait: so it is told again until it takes it. */
static void tell_store(struct ub_events *events, const struct ub_settings *settings)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text *names = UB_NEW_ARRAY(arena, struct ub_text, settings->n_sinks + 1);
	for (size_t i = 0; i < settings->n_sinks; i++)
		names[i] = settings->sinks[i].name;
	bool before = events->unlisted;
	events->unlisted =
	    ub_store_set_sinks(events->input.store, names, settings->n_sinks, arena) != UB_STORE_OK;
	if (events->unlisted && !before)
		ub_log(events->input.log, UB_LOG_ERROR, "events: the store: %s",
		    ub_store_problem(events->input.store));
	ub_arena_free(&arena);
}

/* Takes over one hold of the snapshot. */
static void use(struct ub_events *events, struct ub_snapshot *snapshot)
{
	const struct ub_settings *settings = snapshot->settings;
	struct slot *slots = calloc(settings->n_sinks + 1, sizeof(*slots));
	if (!slots)
		abort();
	close_slots(events);
	if (events->snapshot)
		ub_snapshot_release(&events->snapshot);
	events->snapshot = snapshot;
	tell_store(events, settings);
	for (size_t i = 0; i < settings->n_sinks; i++) {
		slots[i].settings = &settings->sinks[i];
		slots[i].report.name = settings->sinks[i].name;
		slots[i].report.sink = settings->sinks[i].sink;
		open_slot(events, &slots[i], settings);
	}
	pthread_mutex_lock(&events->mutex);
	events->slots = slots;
	events->n_slots = settings->n_sinks;
	pthread_mutex_unlock(&events->mutex);
	wake(events);                /* the sinks are opened at once */
	events->minds_marks = false; /* somebody may have mended the plugin when settings are read again */
}

/* ---- the thread ---- */

/* False: it is time to stop. */
static bool wait_for_turn(struct ub_events *events)
{
	struct timespec until = ub_sys_deadline(UB_EVENTS_LOOK_MS);
	pthread_mutex_lock(&events->mutex);
	while (!events->stopping && !events->told &&
	       pthread_cond_timedwait(&events->woken, &events->mutex, &until) == 0)
		;
	bool goes_on = !events->stopping;
	events->told = false;
	pthread_mutex_unlock(&events->mutex);
	return goes_on;
}

static void *run(void *context)
{
	struct ub_events *events = context;
	while (wait_for_turn(events)) {
		struct ub_snapshot *present = ub_configuration_snapshot(events->input.configuration);
		if (present != events->snapshot)
			use(events, present);
		else
			ub_snapshot_release(&present);
		if (events->unlisted)
			tell_store(events, events->snapshot->settings);
		for (size_t i = 0; i < events->n_slots; i++)
			tend(events, &events->slots[i]);
		look_for_dropped(events);
	}
	return NULL;
}

struct ub_events *ub_events_start(const struct ub_events_input *input)
{
	struct ub_events *events = calloc(1, sizeof(*events));
	pthread_condattr_t monotonic;
	if (!events || pthread_condattr_init(&monotonic) != 0 ||
	    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(&events->woken, &monotonic) != 0 ||
	    pthread_mutex_init(&events->mutex, NULL) != 0)
		abort();
	pthread_condattr_destroy(&monotonic);
	events->input = *input;
	events->minds_marks = input->minds_marks;
	use(events, ub_configuration_snapshot(input->configuration));
	if (pthread_create(&events->thread, NULL, run, events) != 0)
		abort();
	return events;
}

void ub_events_stop(struct ub_events **events)
{
	struct ub_events *mine = *events;
	*events = NULL;
	if (!mine)
		return;
	pthread_mutex_lock(&mine->mutex);
	mine->stopping = true;
	pthread_cond_signal(&mine->woken);
	pthread_mutex_unlock(&mine->mutex);
	pthread_join(mine->thread, NULL);
	close_slots(mine);
	ub_snapshot_release(&mine->snapshot);
	pthread_cond_destroy(&mine->woken);
	pthread_mutex_destroy(&mine->mutex);
	free(mine);
}

/* ---- for those who ask ---- */

size_t ub_events_reports(struct ub_events *events, struct ub_arena *arena, struct ub_sink_report **reports)
{
	struct ub_store_sinks sinks = { 0 };
	if (ub_store_sinks(events->input.store, arena, &sinks) != UB_STORE_OK)
		sinks = (struct ub_store_sinks){ 0 };
	pthread_mutex_lock(&events->mutex);
	size_t n = events->n_slots;
	*reports = UB_NEW_ARRAY(arena, struct ub_sink_report, n);
	for (size_t i = 0; i < n; i++) {
		struct ub_sink_report *report = &(*reports)[i];
		*report = events->slots[i].report;
		report->name = ub_text_copy(arena, report->name);
		report->sink = ub_text_copy(arena, report->sink);
		report->problem = ub_text_copy(arena, report->problem);
		for (size_t s = 0; s < sinks.n; s++)
			if (ub_text_eq(sinks.items[s].name, report->name))
				report->counts = sinks.items[s];
	}
	pthread_mutex_unlock(&events->mutex);
	return n;
}

static void check_sink(const struct ub_settings_sink *settings, struct ub_diags *diags)
{
	const struct sink_start start = { 0 };
	struct batch *batch = NULL;
	struct sink *sink = sink_open(settings, &start, diags);
	if (!sink)
		return;
	sink_deliver(sink, batch_empty());
	enum ub_plugin_call call = sink_take(sink, ub_sys_monotonic_ms() + UB_SINK_OPEN_MS, &batch, diags);
	if (call == UB_PLUGIN_ANSWERED) {
		ub_diags_add_all(diags, &batch->diags);
		batch_free(batch);
	}
	sink_close(&sink);
}

void ub_events_check(const struct ub_snapshot *snapshot, struct ub_diags *diags)
{
	for (size_t i = 0; i < snapshot->settings->n_sinks; i++)
		check_sink(&snapshot->settings->sinks[i], diags);
}
