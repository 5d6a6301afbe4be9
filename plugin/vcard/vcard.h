/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_VCARD_SOURCE_H
#define UPBEAT_VCARD_SOURCE_H

/* What the files of this plugin share. */

#include <stdint.h>

#include "../web/web.h"

struct vcard_source {
	char *path; /* of a folder or of one file; NULL: there is a URL */
	char *url, *user, *password_file, *ca_file;
	struct ub_plugin_place place, password_place; /* place: of path or URL */
	uint64_t seen; /* a digest of the files' names, sizes and times at the last reading; 0: to be read */
	char *tag;     /* what the server said of the collection at the last reading; NULL: nothing */
	int64_t not_before; /* web_seconds(): the server wants no request until then */
	CURL *curl;
};

struct vcard_reading {
	struct vcard_source *source;
	struct ub_plugin_host *host;
	size_t mistakes; /* cards that are left out, of which the first ones are told */
	bool missing;    /* the server has failed to give one of them, and may give it the next time */
};

/* ---- mistakes.c ---- */

/* Reports a card that is left out. The message is that of printf. */
__attribute__((format(printf, 4, 5))) void vcard_leave_out(
    struct vcard_reading *reading, struct ub_plugin_place place, const char *help, const char *message, ...);
/* Tells how many more there were than have been reported. */
void vcard_report_rest(const struct vcard_reading *reading);

/* ---- cards.c: one text with any number of cards ---- */

/* Gives the people of all cards of the text, which is called `name` in messages, to the host. */
void vcard_give_text(struct vcard_reading *reading, const char *name, const char *bytes, size_t len);

/* ---- person.c: what a card says ---- */

/* Gives the person of one card to the host, if it is one with an address. The card stands at `at` of the
 * document. */
void vcard_give_card(struct vcard_reading *reading, size_t document, const char *card, size_t len, size_t at);

/* ---- folder.c ---- */

/* Reads the folder or file. False: it cannot be read, which is reported. */
bool vcard_read_path(struct vcard_reading *reading);
/* The digest of what the path has now. */
uint64_t vcard_look(const struct vcard_source *source);

/* ---- carddav.c ---- */

enum ub_plugin_result vcard_read_url(struct vcard_reading *reading);

/* ---- multistatus.c: what a server says in XML (RFC 4918) ---- */

/* Makes libxml2 ready, where the program has not; once for each source. */
void vcard_begin_xml(void);

struct vcard_collection {
	bool understood;   /* it is a multistatus */
	bool address_book; /* the collection is one */
	char *tag;         /* changes with the collection; NULL: not said. The caller frees it. */
};

struct vcard_collection vcard_read_collection(const char *bytes, size_t len);
/* Gives the people of all cards in the answer. Returns NULL, or what is wrong with it. */
const char *vcard_give_answer(struct vcard_reading *reading, const char *bytes, size_t len);

#endif
