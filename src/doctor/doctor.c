/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor-private.h"

#include "upbeat/settings.h"

void ub_doctor(const struct ub_doctor_input *input, struct ub_doctor_lines *lines, struct ub_arena *arena)
{
	struct doctor doctor = {
		.input = input, .settings = input->snapshot->settings, .lines = lines, .arena = arena
	};
	doctor_machine(&doctor);
	doctor_mail(&doctor);
	doctor.client = ub_identity_client(&doctor.settings->upstream, arena);
	if (doctor_server(&doctor)) {
		if (input->authorization.len)
			doctor_user(&doctor);
		doctor_sign_in(&doctor);
		doctor_service(&doctor);
	}
	ub_client_free(&doctor.client);
}
