/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CLI_RELAY_OPTIONS_H
#define UPBEAT_CLI_RELAY_OPTIONS_H

#include "cli-private.h"

#include "upbeat/relay.h"

/* Sets the options of a relay that the settings have: where clients come to and requests go on to. All others
 * are unset. Texts are the settings', or in cli->arena. False: the sockets that systemd has passed are others
 * than those that the settings name, which has been reported. */
bool cli_relay_options(
    struct ub_cli *cli, const struct ub_settings *settings, struct ub_relay_options *options);

#endif
