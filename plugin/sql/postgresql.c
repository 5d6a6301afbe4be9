/* SPDX-License-Identifier: Apache-2.0 */
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql.h"

#define TICK_MS      100 /* between two looks whether anybody waits still */
#define PASSWORD_MAX 1000
#define SETUP_MAX    300

/* ---- the connection string ---- */

static const char *value_of(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword; options++)
		if (strcmp(options->keyword, keyword) == 0)
			return options->val && *options->val ? options->val : NULL;
	return NULL;
}

static void name_source(struct sql_source *source, const PQconninfoOption *options)
{
	const char *name = value_of(options, "dbname"), *service = value_of(options, "service");
	name = name ? name : service ? service : "postgresql";
	source->label = table_copy(name);
}

/* The settings are read by many, and messages show their lines: this message shows none. */
static bool refuse_password(const struct sql_source *source, struct ub_plugin_host *host)
{
	(void)source;
	const struct ub_plugin_place nowhere = { host->document(host, "connection", "", 0), 0, 0 };
	host->error(host, nowhere, "there is a password in the `connection` of a source `sql`",
	    "put it into a file of its own that `password_file` names, or into ~/.pgpass");
	return false;
}

bool sql_check_connection(struct sql_source *source, struct ub_plugin_host *host)
{
	char *message = NULL;
	bool good = true;
	PQconninfoOption *options = PQconninfoParse(source->connection, &message);
	if (!options) {
		/* The message has the string in it, which may have a password in it. */
		host->error(host, source->place, "this is no connection string",
		    "write it like `host=db.example dbname=crm user=upbeat` or "
		    "`postgresql://upbeat@db.example/crm`");
		good = false;
	} else if (value_of(options, "password") || value_of(options, "sslpassword")) {
		good = refuse_password(source, host);
	} else {
		name_source(source, options);
	}
	PQfreemem(message);
	PQconninfoFree(options);
	return good;
}

/* ---- waiting ---- */

static bool wait_for(struct sql_reading *reading, PGconn *connection, bool write)
{
	struct pollfd poller = { PQsocket(connection), write ? POLLOUT : POLLIN, 0 };
	while (!sql_is_over(reading))
		if (poll(&poller, 1, TICK_MS) > 0)
			return true;
	return false;
}

/* Nobody wants the answer any more: the server need not go on. */
static void cancel(PGconn *connection)
{
	char message[256];
	PGcancel *handle = PQgetCancel(connection);
	if (handle)
		PQcancel(handle, message, sizeof(message));
	PQfreeCancel(handle);
}

static void give_up(struct sql_reading *reading, PGconn *connection)
{
	cancel(connection);
	if (reading->host->stopping(reading->host))
		reading->failed = true;
	else
		sql_fail_late(reading);
}

/* ---- what goes wrong ---- */

/* libpq's messages have several lines and an end of line. */
static char *one_line(const char *message)
{
	char *line = table_copy(message);
	for (char *c = line; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	for (size_t len = strlen(line); len > 0 && line[len - 1] == ' '; len--)
		line[len - 1] = '\0';
	return line;
}

static void report_connection(struct sql_reading *reading, PGconn *connection)
{
	const char *help = sql_help_kept;
	char *message = one_line(PQerrorMessage(connection));
	if (PQconnectionNeedsPassword(connection))
		help = "put the password into a file that `password_file` names, or into ~/.pgpass";
	else if (PQconnectionUsedPassword(connection))
		help = "correct the password in `password_file` or ~/.pgpass, or the user in `connection`";
	sql_fail(reading, help, "%s", *message ? message : "the server has closed the connection");
	free(message);
}

/* The byte of the query at which character `position` (from 1) begins. */
static size_t byte_of(const char *query, const char *position)
{
	size_t at = 0;
	if (!position)
		return SIZE_MAX;
	for (long n = strtol(position, NULL, 10); n > 1 && query[at]; n--)
		for (at++; (query[at] & 0xC0) == 0x80; at++)
			continue;
	return at;
}

static void report_result(struct sql_reading *reading, PGconn *connection, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	if (!state || PQstatus(connection) == CONNECTION_BAD)
		report_connection(reading, connection);
	else if (strcmp(state, "57014") == 0) /* query_canceled: by statement_timeout */
		sql_fail_late(reading);
	else if (strcmp(state, "55P03") == 0) /* lock_not_available */
		sql_fail(reading, sql_help_kept, "a table is locked: %s", said);
	else if (strcmp(state, "25006") == 0) /* read_only_sql_transaction */
		sql_fail_query(reading, SIZE_MAX, "`query` is one SELECT; nothing is ever written", said);
	else
		sql_fail_query(reading,
		    byte_of(reading->source->query, PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION)),
		    hint ? hint : "correct `query`, or what the database allows the user", said);
}

/* ---- results ---- */

static void take_header(struct sql_reading *reading, const PGresult *result)
{
	if (reading->n_columns > 0)
		return;
	for (int i = 0; i < PQnfields(result); i++)
		sql_add_cell(reading, PQfname(result, i), strlen(PQfname(result, i)));
	sql_end_row(reading);
}

static void take_rows(struct sql_reading *reading, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result) && !reading->failed; row++) {
		for (int i = 0; i < PQnfields(result); i++)
			sql_add_cell(reading, PQgetisnull(result, row, i) ? NULL : PQgetvalue(result, row, i),
			    (size_t)PQgetlength(result, row, i));
		sql_end_row(reading);
	}
}

static void take_result(struct sql_reading *reading, PGconn *connection, const PGresult *result)
{
	const ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE && status != PGRES_COMMAND_OK) {
		report_result(reading, connection, result);
	} else if (PQnfields(result) > 0) {
		take_header(reading, result);
		take_rows(reading, result);
	}
}

/* The next result of the command that was sent. NULL: there is none any more, or it failed. */
static PGresult *next_result(struct sql_reading *reading, PGconn *connection)
{
	int unsent;
	while ((unsent = PQflush(connection)) > 0 || PQisBusy(connection)) {
		if (!wait_for(reading, connection, unsent > 0)) {
			give_up(reading, connection);
			return NULL;
		}
		if (!PQconsumeInput(connection)) {
			report_connection(reading, connection);
			return NULL;
		}
	}
	return PQgetResult(connection);
}

static void take_results(struct sql_reading *reading, PGconn *connection)
{
	PGresult *result;
	while (!reading->failed && (result = next_result(reading, connection)) != NULL) {
		take_result(reading, connection, result);
		PQclear(result);
	}
	if (reading->failed && PQstatus(connection) == CONNECTION_OK)
		cancel(connection);
}

/* ---- one connection for one reading ---- */

/* Nothing is written, no statement lasts longer than the source may take, and values come as they are read.
 */
static void set_up(struct sql_reading *reading, PGconn *connection)
{
	char setup[SETUP_MAX];
	const long long limit = reading->source->timeout;
	snprintf(setup, sizeof(setup),
	    "SET default_transaction_read_only = on; SET statement_timeout = %lld; SET lock_timeout = %lld; "
	    "SET datestyle = 'ISO'",
	    limit, limit / 2);
	if (PQsendQuery(connection, setup))
		take_results(reading, connection);
	else
		report_connection(reading, connection);
}

/* By this function of libpq a query of several statements is refused. */
static void query(struct sql_reading *reading, PGconn *connection)
{
	if (!PQsendQueryParams(connection, reading->source->query, 0, NULL, NULL, NULL, NULL, 0) ||
	    !PQsetSingleRowMode(connection)) {
		report_connection(reading, connection);
		return;
	}
	take_results(reading, connection);
	if (!reading->failed && reading->n_columns == 0)
		sql_fail_query(reading, SIZE_MAX, "`query` is one SELECT", "the query gives no rows");
}

static void ignore_notice(void *context, const char *message)
{
	(void)context, (void)message;
}

static bool wait_for_connection(struct sql_reading *reading, PGconn *connection)
{
	for (PostgresPollingStatusType status = PGRES_POLLING_WRITING; status != PGRES_POLLING_OK;
	     status = PQconnectPoll(connection)) {
		if (status == PGRES_POLLING_FAILED || PQstatus(connection) == CONNECTION_BAD) {
			report_connection(reading, connection);
			return false;
		}
		if (!wait_for(reading, connection, status == PGRES_POLLING_WRITING)) {
			reading->failed = true;
			if (!reading->host->stopping(reading->host))
				sql_fail(reading, sql_help_kept, "the server does not answer");
			return false;
		}
	}
	return true;
}

static void read_all(struct sql_reading *reading, const char *password)
{
	const char *const names[] = { "dbname", "client_encoding", "fallback_application_name", "password",
		NULL };
	const char *const values[] = { reading->source->connection, "UTF8", "upbeat", password, NULL };
	PGconn *connection = PQconnectStartParams(names, values, 1);
	if (!connection)
		abort();
	PQsetNoticeProcessor(connection, ignore_notice, NULL);
	if (wait_for_connection(reading, connection)) {
		PQsetnonblocking(connection, 1);
		set_up(reading, connection);
		if (!reading->failed)
			query(reading, connection);
	}
	PQfinish(connection);
}

/* ---- the password ---- */

/* Reads it anew each time, as passwords are replaced. */
static bool read_password(struct sql_reading *reading, char password[PASSWORD_MAX])
{
	FILE *file = fopen(reading->source->password_file, "re");
	size_t n = file ? fread(password, 1, PASSWORD_MAX - 1, file) : 0;
	if (file)
		fclose(file);
	while (n > 0 && (password[n - 1] == '\n' || password[n - 1] == '\r'))
		n--;
	password[n] = '\0';
	if (n > 0 && strlen(password) == n)
		return true;
	sql_fail(reading, "the file has the password alone, in one line", "there is no password in %s",
	    reading->source->password_file);
	return false;
}

void sql_read_postgresql(struct sql_reading *reading)
{
	char password[PASSWORD_MAX];
	if (!reading->source->password_file)
		read_all(reading, NULL);
	else if (read_password(reading, password))
		read_all(reading, password);
	explicit_bzero(password, sizeof(password));
}
