/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <stdlib.h>
#include <unistd.h>

#include "upbeat/configuration.h"
#include "upbeat/settings.h"
#include "upbeat/sys.h"

struct ub_settings *cli_settings(
    struct ub_arena *arena, const char *path, const struct ub_zones *zones, struct ub_diags *diags)
{
	struct ub_source *source = UB_NEW(arena, struct ub_source);
	source->name = ub_text(path);
	enum ub_file_result result = ub_sys_read_file(arena, path, UB_SETTINGS_MAX, &source->text);
	if (result == UB_FILE_OK)
		return ub_settings_read(arena, source, zones, diags);
	cli_complain("%s: %s", path, ub_file_result_text(result));
	return NULL;
}

const char *cli_control(struct ub_cli *cli, const char *settings, const char *control)
{
	if (control)
		return control;
	struct ub_zones *zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	struct ub_diags diags = UB_DIAGS(cli->arena); /* not printed: the daemon runs with these settings */
	const struct ub_settings *read = cli_settings(cli->arena, settings, zones, &diags);
	control = read ? ub_text_cstr(cli->arena, read->control) : NULL;
	ub_cal_zones_free(&zones);
	return control;
}

/* Collects the answer, piece by piece. False: something went wrong, which has been reported. */
static bool hear(int fd, unsigned char *scratch, struct ub_buf *out, int *status)
{
	struct ub_wire_frame frame = { .kind = UB_WIRE_REPLY };
	do {
		int64_t deadline = ub_sys_monotonic_ms() + UB_CONTROL_PATIENCE_MS;
		enum ub_wire_result result = ub_wire_receive_until(fd, &frame, scratch, deadline);
		if (result != UB_WIRE_OK || frame.kind != UB_WIRE_REPLY) {
			cli_complain("the engine does not answer, its log tells why; calendar traffic "
				     "passes without it");
			return false;
		}
		ub_buf_add(out, frame.reply.text);
	} while (frame.reply.more);
	*status = frame.reply.status;
	return true;
}

static bool ask_daemon(
    struct ub_cli *cli, const char *control, const struct ub_wire_ask *ask, struct ub_buf *out, int *status)
{
	struct ub_text why;
	int fd = ub_wire_control_connect(control, cli->arena, &why);
	if (fd < 0) {
		cli_complain("%.*s", UB_ARGS(why));
		return false;
	}
	unsigned char *scratch = malloc(UB_WIRE_FRAME_MAX);
	const struct ub_wire_frame frame = { .kind = UB_WIRE_ASK, .ask = *ask };
	int64_t deadline = ub_sys_monotonic_ms() + UB_CONTROL_PATIENCE_MS;
	if (!scratch)
		abort();
	bool sent = ub_wire_send_until(fd, &frame, scratch, deadline) == UB_WIRE_OK;
	if (!sent)
		cli_complain("the question cannot be sent: it is too long, or the daemon has ended");
	bool good = sent && hear(fd, scratch, out, status);
	free(scratch);
	close(fd);
	return good;
}

int cli_ask(struct ub_cli *cli, const char *control, const struct ub_wire_ask *ask)
{
	struct ub_buf out = UB_BUF(cli->arena);
	int status = UB_EXIT_FINDINGS;
	bool good = ask_daemon(cli, control, ask, &out, &status);
	return cli_write(STDOUT_FILENO, &out) && good ? status : UB_EXIT_FINDINGS;
}

bool cli_tell(struct ub_cli *cli, const char *control, const struct ub_wire_ask *ask, struct ub_text *answer)
{
	struct ub_buf out = UB_BUF(cli->arena);
	int status = UB_EXIT_FINDINGS;
	bool good = ask_daemon(cli, control, ask, &out, &status);
	*answer = ub_buf_text(&out);
	if (good && status != UB_EXIT_OK)
		cli_complain("the daemon: %.*s", UB_ARGS(ub_text_trim(*answer)));
	return good && status == UB_EXIT_OK;
}

bool cli_together(struct ub_cli *cli, size_t option, const size_t *others, size_t n)
{
	const struct ub_cli_option *options = cli->command->options;
	for (size_t i = 0; i < n; i++) {
		if (!cli_value(cli, others[i]))
			continue;
		cli_complain("%s: --%s and --%s do not go together", cli->command->name, options[option].name,
		    options[others[i]].name);
		return true;
	}
	return false;
}

int cli_order(struct ub_cli *cli, const char *settings, const char *user, struct ub_text words)
{
	if (user)
		words = ub_textf(cli->arena, "%.*s" UB_ORDER_USER "%s", UB_ARGS(words), user);
	const char *control = cli_control(cli, settings, NULL);
	const struct ub_wire_ask ask = { .ask = UB_ASK_ORDER, .subject = words };
	return control ? cli_ask(cli, control, &ask) : UB_EXIT_FINDINGS;
}

struct ub_snapshot *cli_load(struct ub_cli *cli, const struct ub_snapshot_input *input)
{
	struct ub_diags diags = UB_DIAGS(cli->arena);
	struct ub_snapshot *snapshot = ub_snapshot_load(input, &diags);
	if (diags.errors && !(snapshot && snapshot->without_rules))
		cli_print_diags(&diags);
	return snapshot;
}

struct ub_snapshot *cli_snapshot(struct ub_cli *cli, const char *settings, bool asks_rules)
{
	const struct ub_snapshot_input input = { .settings_path = settings, .may_lack_rules = !asks_rules };
	return cli_load(cli, &input);
}
