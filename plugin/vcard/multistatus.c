/* SPDX-License-Identifier: Apache-2.0 */
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

#include "vcard.h"

#define DAV     "DAV:"
#define CARDDAV "urn:ietf:params:xml:ns:carddav"
#define CALSRV  "http://calendarserver.org/ns/"

void vcard_begin_xml(void)
{
	xmlInitParser();
}

/* ---- the tree ---- */

/* libxml2 writes its complaints to standard error unless it is given a function for them. */
static void say_nothing(void *context, const char *format, ...)
{
	(void)context, (void)format;
}

/* Network and entities are off. A document with a document type is refused: nothing in WebDAV has one. */
static xmlDoc *parse(const char *bytes, size_t len)
{
	xmlParserCtxt *parser = xmlNewParserCtxt();
	if (!parser)
		abort();
	parser->sax->warning = say_nothing;
	parser->sax->error = say_nothing;
	xmlDoc *doc = len > 0 && len < INT32_MAX
			  ? xmlCtxtReadMemory(parser, bytes, (int)len, NULL, NULL,
				XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)
			  : NULL;
	xmlFreeParserCtxt(parser);
	if (!doc || (!doc->intSubset && !doc->extSubset))
		return doc;
	xmlFreeDoc(doc);
	return NULL;
}

static bool is(const xmlNode *node, const char *space, const char *name)
{
	return node && node->type == XML_ELEMENT_NODE && node->ns &&
	       strcmp((const char *)node->ns->href, space) == 0 &&
	       strcmp((const char *)node->name, name) == 0;
}

/* The next child of that name after `after` (NULL: from the beginning); or NULL. */
static const xmlNode *next_child(
    const xmlNode *parent, const char *space, const char *name, const xmlNode *after)
{
	const xmlNode *node = after ? after->next : parent ? parent->children : NULL;
	while (node && !is(node, space, name))
		node = node->next;
	return node;
}

/* The text in the element, which the caller frees with xmlFree; NULL: there is no element. */
static char *text_in(const xmlNode *node)
{
	return node ? (char *)xmlNodeGetContent(node) : NULL;
}

/* ---- what it says ---- */

static bool is_multistatus(xmlDoc *doc)
{
	return doc && is(xmlDocGetRootElement(doc), DAV, "multistatus");
}

static bool says_status(const xmlNode *parent, const char *status)
{
	char *text = text_in(next_child(parent, DAV, "status", NULL));
	const bool found = text && strstr(text, status);
	xmlFree(text);
	return found;
}

/* The property of a response that was found; or NULL. */
static const xmlNode *property(const xmlNode *response, const char *space, const char *name)
{
	const xmlNode *found = NULL;
	for (const xmlNode *at = NULL; !found && (at = next_child(response, DAV, "propstat", at));)
		if (says_status(at, " 200"))
			found = next_child(next_child(at, DAV, "prop", NULL), space, name, NULL);
	return found;
}

struct vcard_collection vcard_read_collection(const char *bytes, size_t len)
{
	struct vcard_collection collection = { 0 };
	xmlDoc *doc = parse(bytes, len);
	if (is_multistatus(doc)) {
		const xmlNode *response = next_child(xmlDocGetRootElement(doc), DAV, "response", NULL);
		char *tag = text_in(property(response, CALSRV, "getctag"));
		tag = tag ? tag : text_in(property(response, DAV, "sync-token"));
		collection.understood = true;
		collection.address_book =
		    next_child(property(response, DAV, "resourcetype"), CARDDAV, "addressbook", NULL) != NULL;
		collection.tag = tag && *tag ? strdup(tag) : NULL;
		xmlFree(tag);
	}
	xmlFreeDoc(doc);
	return collection;
}

/* Tells of a card that the server does not give, unless it is not there any more. */
static void tell_of_missing(struct vcard_reading *reading, const xmlNode *response, const char *href)
{
	const xmlNode *propstat = next_child(response, DAV, "propstat", NULL);
	char *status = text_in(next_child(propstat ? propstat : response, DAV, "status", NULL));
	if (status && !strstr(status, " 2") && !strstr(status, " 404") && !strstr(status, " 410")) {
		vcard_leave_out(reading, reading->source->place, "look into the server's log for the reason",
		    "the server does not give %s: %s", href, status);
		reading->missing = true;
	}
	xmlFree(status);
}

static void give_response(struct vcard_reading *reading, const xmlNode *response)
{
	char *href = text_in(next_child(response, DAV, "href", NULL));
	char *card = text_in(property(response, CARDDAV, "address-data"));
	const char *name = href ? href : reading->source->url;
	if (card && *card)
		vcard_give_text(reading, name, card, strlen(card));
	else
		tell_of_missing(reading, response, name);
	xmlFree(card);
	xmlFree(href);
}

const char *vcard_give_answer(struct vcard_reading *reading, const char *bytes, size_t len)
{
	const char *fault = "the answer is no list of cards";
	xmlDoc *doc = parse(bytes, len);
	if (is_multistatus(doc)) {
		const xmlNode *root = xmlDocGetRootElement(doc), *at = NULL;
		fault = NULL;
		while ((at = next_child(root, DAV, "response", at)) && !fault) {
			/* RFC 6352 8.6.2 */
			if (says_status(at, " 507"))
				fault = "the server gives a part of the cards alone";
			else
				give_response(reading, at);
		}
	}
	xmlFreeDoc(doc);
	return fault;
}
