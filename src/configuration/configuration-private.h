/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CONFIGURATION_PRIVATE_H
#define UPBEAT_CONFIGURATION_PRIVATE_H

/*
 * What the files of the configuration share.
 */

#include "upbeat/configuration.h"

/* Reads a rule directory with its templates/, holidays/ and tests/ into `arena`. Problems are reported at
 * `place`. False: one of its files cannot be read. */
bool snapshot_read_layer(struct ub_arena *arena, const char *directory, struct ub_place place,
    struct ub_rule_layer *layer, struct ub_diags *diags);

/* Reports what keeps the secrets of the service account and for the mail server from being used, and others
 * who may read them. */
void snapshot_check_secrets(const struct ub_settings *settings, struct ub_diags *diags);

/* Reports which files of certificates, keys and authorities cannot be used, in TLS's own words. What the
 * caller may not read is a warning: the daemon may run as another user. */
void snapshot_check_certificates(const struct ub_settings *settings, struct ub_diags *diags);

/* Has a new snapshot, which nobody else has yet, go on with what a daemon takes at its start alone: that of
 * the present one. Warns of what has changed. */
void snapshot_keep_started(
    struct ub_snapshot *snapshot, const struct ub_snapshot *present, struct ub_diags *diags);

/* Warns that the daemon goes on with what `key` of the settings said when it was started. */
void snapshot_needs_restart(struct ub_diags *diags, const char *key);

#endif
