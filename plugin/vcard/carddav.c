/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vcard.h"

/* An address book on a CardDAV server (RFC 6352), or one file of cards at an address. */

#define ANSWER_MAX   (256u * 1024 * 1024)
#define PASSWORD_MAX 1000
#define RETRY_AFTER  60 /* seconds, where a server that is busy does not say */

#define XML "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"

static const char ask_collection[] =
    XML "<propfind xmlns=\"DAV:\" xmlns:S=\"http://calendarserver.org/ns/\"><prop>"
	"<resourcetype/><S:getctag/><sync-token/></prop></propfind>\n";

/* Servers that know how leave out the rest of the cards: photos, above all. */
static const char ask_cards[] =
    XML "<C:addressbook-query xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:carddav\"><prop>"
	"<C:address-data><C:prop name=\"VERSION\"/><C:prop name=\"KIND\"/>"
	"<C:prop name=\"X-ADDRESSBOOKSERVER-KIND\"/><C:prop name=\"FN\"/><C:prop name=\"N\"/>"
	"<C:prop name=\"EMAIL\"/><C:prop name=\"ORG\"/><C:prop name=\"TITLE\"/><C:prop name=\"ROLE\"/>"
	"<C:prop name=\"CATEGORIES\"/><C:prop name=\"NOTE\"/></C:address-data></prop>"
	"<C:filter/></C:addressbook-query>\n";

struct question {
	const char *method, *depth, *body; /* NULL: GET; none; none */
	const char *tag;                   /* for If-None-Match; NULL: none */
};

struct asking {
	struct vcard_reading *reading;
	char *url; /* where redirects have led */
	char password[PASSWORD_MAX];
	struct web_answer answer;
};

static bool fail(struct asking *asking, const char *help, const char *message)
{
	const struct vcard_source *source = asking->reading->source;
	web_fail(asking->reading->host, source->place, help, "%s: %s", source->url, message);
	return false;
}

/* ---- asking ---- */

static struct curl_slist *lines_of(const struct question *question)
{
	struct curl_slist *lines = web_add_line(NULL, "User-Agent", "upbeat");
	if (question->depth)
		lines = web_add_line(lines, "Depth", question->depth);
	if (question->body)
		lines = web_add_line(lines, "Content-Type", "application/xml; charset=utf-8");
	else
		lines = web_add_line(lines, "Accept", "text/vcard");
	if (question->tag)
		lines = web_add_line(lines, "If-None-Match", question->tag);
	return lines;
}

static bool ask_once(struct asking *asking, const struct question *question, long authentication)
{
	const struct vcard_source *source = asking->reading->source;
	struct web_request request = { .url = asking->url,
		.method = question->method,
		.body = question->body,
		.ca_file = source->ca_file,
		.user = source->user,
		.password = asking->password,
		.authentication = authentication,
		.lines = lines_of(question),
		.size_max = ANSWER_MAX };
	web_forget(&asking->answer);
	asking->answer.host = asking->reading->host;
	const CURLcode result = web_perform(source->curl, &request, &asking->answer);
	web_free_lines(request.lines);
	if (result != CURLE_OK && asking->reading->host->stopping(asking->reading->host))
		return false;
	return result == CURLE_OK ||
	       fail(asking, web_help(result, &asking->answer), web_error(result, &asking->answer));
}

/* Goes on at the place that the server names, if it is the same server. */
static bool follow(struct asking *asking)
{
	char *target = asking->answer.location ? web_resolve(asking->url, asking->answer.location) : NULL;
	char *message = NULL;
	if (target && web_same_origin(asking->url, target)) {
		free(asking->url);
		asking->url = target;
		return true;
	}
	if (asprintf(&message, "the server redirects to %s", target ? target : "nowhere") < 0)
		abort();
	fail(asking, "it is not followed, and nothing was sent there; if you trust it, give it as `url`",
	    message);
	free(message);
	free(target);
	return false;
}

/* Makes the request, after redirects, with the scheme of the password that the server knows. False: there is
 * no answer, which is reported. */
static bool ask(struct asking *asking, const struct question *question)
{
	long authentication = CURLAUTH_BASIC;
	for (unsigned redirects = 0;;) {
		if (!ask_once(asking, question, authentication))
			return false;
		if (asking->answer.status == 401 && asking->reading->source->user &&
		    authentication == CURLAUTH_BASIC)
			authentication = CURLAUTH_DIGEST;
		else if (!web_is_redirect(asking->answer.status) || redirects++ == WEB_REDIRECTS_MAX)
			return true;
		else if (!follow(asking))
			return false;
	}
}

/* What is told of an answer that is none. */
static enum ub_plugin_result refuse(struct asking *asking)
{
	char message[100];
	const struct web_answer *answer = &asking->answer;
	const char *help = web_help_kept;
	if (answer->status == 401 || answer->status == 403)
		help = asking->reading->source->user ? "`user` or the password is not accepted there"
						     : "say `user` and `password_file`";
	else if (answer->status == 404 || answer->status == 410)
		help = "correct `url`: it is the address book's own";
	if (answer->status == 429 || answer->status == 503)
		asking->reading->source->not_before =
		    web_seconds() + (answer->retry_after ? answer->retry_after : RETRY_AFTER);
	snprintf(message, sizeof(message), "the server answers with status %ld", answer->status);
	fail(asking, help, message);
	return UB_PLUGIN_FAILED;
}

/* ---- the address book ---- */

static void keep_tag(struct vcard_source *source, char *tag)
{
	free(source->tag);
	source->tag = tag;
}

static enum ub_plugin_result read_cards(struct asking *asking)
{
	static const struct question question = { "REPORT", "1", ask_cards, NULL };
	if (!ask(asking, &question))
		return UB_PLUGIN_FAILED;
	if (asking->answer.status != 207)
		return refuse(asking);
	const char *fault = vcard_give_answer(asking->reading, asking->answer.bytes, asking->answer.len);
	if (!fault)
		return UB_PLUGIN_DONE;
	fail(asking, web_help_kept, fault);
	return UB_PLUGIN_FAILED;
}

/* Reads the collection unless it is as it was. Takes the tag. */
static enum ub_plugin_result read_collection(struct asking *asking, char *tag)
{
	struct vcard_source *source = asking->reading->source;
	if (tag && source->tag && strcmp(tag, source->tag) == 0) {
		free(tag);
		return UB_PLUGIN_UNCHANGED;
	}
	const enum ub_plugin_result result = read_cards(asking);
	if (result != UB_PLUGIN_DONE || asking->reading->missing) {
		free(tag);
		tag = NULL;
	}
	keep_tag(source, tag);
	return result;
}

/* ---- one file of cards ---- */

static enum ub_plugin_result read_file(struct asking *asking)
{
	struct vcard_source *source = asking->reading->source;
	const struct question question = { .tag = source->tag };
	struct web_answer *answer = &asking->answer;
	if (!ask(asking, &question))
		return UB_PLUGIN_FAILED;
	if (answer->status == 304 && source->tag)
		return UB_PLUGIN_UNCHANGED;
	if (answer->status != 200)
		return refuse(asking);
	const char *type = answer->content_type ? answer->content_type : "";
	if (!answer->bytes || strcasestr(type, "html")) {
		fail(asking, "this is a page for people: `url` is an address book, or a file of cards",
		    "there are no cards at this address");
		return UB_PLUGIN_FAILED;
	}
	vcard_give_text(asking->reading, source->url, answer->bytes, answer->len);
	keep_tag(source, answer->etag);
	answer->etag = NULL;
	return UB_PLUGIN_DONE;
}

/* ---- reading ---- */

/* What the answer to the first question leads to. */
static enum ub_plugin_result go_on(struct asking *asking)
{
	const struct web_answer *answer = &asking->answer;
	if (answer->status == 405 || answer->status == 501) /* a server without WebDAV */
		return read_file(asking);
	if (answer->status != 207)
		return refuse(asking);
	struct vcard_collection collection = vcard_read_collection(answer->bytes, answer->len);
	if (collection.understood && collection.address_book)
		return read_collection(asking, collection.tag);
	free(collection.tag);
	if (collection.understood)
		fail(asking, "`url` is that of the address book itself", "this is no address book");
	else
		fail(asking, "ask for the address of an address book: this looks like a page for people",
		    "the answer is no WebDAV");
	return UB_PLUGIN_FAILED;
}

static bool read_password(struct asking *asking)
{
	const struct vcard_source *source = asking->reading->source;
	if (!source->password_file || web_read_secret(source->password_file, asking->password, PASSWORD_MAX))
		return true;
	web_fail(asking->reading->host, source->password_place,
	    "the file has the password alone, in one line", "there is no password in %s",
	    source->password_file);
	return false;
}

enum ub_plugin_result vcard_read_url(struct vcard_reading *reading)
{
	static const struct question question = { "PROPFIND", "0", ask_collection, NULL };
	struct asking asking = { .reading = reading, .url = strdup(reading->source->url) };
	enum ub_plugin_result result = UB_PLUGIN_FAILED;
	if (!asking.url)
		abort();
	if (read_password(&asking) && ask(&asking, &question))
		result = go_on(&asking);
	web_forget(&asking.answer);
	explicit_bzero(asking.password, sizeof(asking.password));
	free(asking.url);
	return result;
}
