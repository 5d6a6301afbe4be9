/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <sys/stat.h>

#include "upbeat/commands.h"
#include "upbeat/sys.h"

bool cli_login(struct ub_cli *cli, const char *user, const char *password_file, struct ub_login *login)
{
	struct ub_text text, line;
	struct stat status;
	if (!user || !*user || !password_file) {
		cli_complain(
		    "%s: on whose behalf? --user NAME and --password-file FILE tell", cli->command->name);
		return false;
	}
	enum ub_file_result result = ub_sys_read_file(cli->arena, password_file, UB_AUTHORIZATION_MAX, &text);
	if (result != UB_FILE_OK) {
		cli_complain("%s: %s", password_file, ub_file_result_text(result));
		return false;
	}
	if (stat(password_file, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 077))
		cli_complain("%s: others can read it; chmod 600 keeps it to you", password_file);
	(void)ub_text_split(&text, '\n', &line);
	*login = (struct ub_login){ ub_text(user), ub_text_trim(line) };
	if (login->password.len == 0)
		cli_complain("%s: its first line is to be the password", password_file);
	return login->password.len > 0;
}
