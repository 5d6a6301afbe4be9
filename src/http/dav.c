/* SPDX-License-Identifier: Apache-2.0 */
#include "dav-private.h"
#include "upbeat/dav.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#define DAV      "DAV:"
#define CALDAV   "urn:ietf:params:xml:ns:caldav"
#define CS       "http://calendarserver.org/ns/"
#define GROUPDAV "http://groupdav.org/"

#define XML "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
#define PROPFIND(props)                                                                                      \
	UB_TEXT(XML "<propfind xmlns=\"" DAV "\" xmlns:C=\"" CALDAV "\">"                                    \
		    "<prop>" props "</prop></propfind>\n")

const struct ub_text ub_dav_collection_query =
    PROPFIND("<current-user-principal/><owner/><displayname/><resourcetype/>"
	     "<C:supported-calendar-component-set/>");
const struct ub_text ub_dav_principal_query =
    PROPFIND("<displayname/><C:calendar-user-address-set/><C:calendar-home-set/><C:schedule-inbox-URL/>"
	     "<C:schedule-outbox-URL/>");
const struct ub_text ub_dav_inbox_query = PROPFIND("<C:schedule-default-calendar-URL/>");
const struct ub_text ub_dav_state_query = PROPFIND("<sync-token/><getctag xmlns=\"" CS "\"/>");
const struct ub_text ub_dav_etags_query = PROPFIND("<resourcetype/><getetag/>");
const struct ub_text ub_dav_members_query =
    PROPFIND("<resourcetype/><getetag/><owner/><current-user-privilege-set/>"
	     "<C:supported-calendar-component-set/><C:schedule-calendar-transp/>");

/* libxml2 writes its complaints to standard error unless it is given a function for them. */
static void say_nothing(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

/* Adds a text as the content of an element. */
static void add_escaped(struct ub_buf *buf, struct ub_text text)
{
	xmlChar *escaped = xmlEncodeSpecialChars(NULL, (const xmlChar *)ub_text_cstr(buf->arena, text));
	if (escaped)
		ub_buf_str(buf, (const char *)escaped);
	xmlFree(escaped);
}

struct ub_text ub_dav_uid_query(struct ub_text uid, struct ub_arena *arena)
{
	struct ub_buf query = UB_BUF(arena);
	ub_buf_str(&query, XML "<C:calendar-query xmlns=\"" DAV "\" xmlns:C=\"" CALDAV
			       "\"><prop><getetag/></prop><C:filter><C:comp-filter name=\"VCALENDAR\">"
			       "<C:comp-filter name=\"VEVENT\"><C:prop-filter name=\"UID\">"
			       "<C:text-match collation=\"i;octet\">");
	add_escaped(&query, uid);
	ub_buf_str(&query, "</C:text-match></C:prop-filter></C:comp-filter></C:comp-filter></C:filter>"
			   "</C:calendar-query>\n");
	return ub_buf_text(&query);
}

struct ub_text ub_dav_sync_query(struct ub_text token, size_t most, struct ub_arena *arena)
{
	struct ub_buf query = UB_BUF(arena);
	ub_buf_str(&query, XML "<sync-collection xmlns=\"" DAV "\"><sync-token>");
	add_escaped(&query, token);
	ub_buf_printf(&query,
	    "</sync-token><sync-level>1</sync-level><limit><nresults>%zu</nresults></limit>"
	    "<prop><getetag/></prop></sync-collection>\n",
	    most);
	return ub_buf_text(&query);
}

struct ub_text ub_dav_multiget_query(
    const struct ub_text *hrefs, size_t n, bool texts, struct ub_arena *arena)
{
	struct ub_buf query = UB_BUF(arena);
	ub_buf_printf(&query,
	    XML "<C:calendar-multiget xmlns=\"" DAV "\" xmlns:C=\"" CALDAV "\"><prop><getetag/>%s</prop>",
	    texts ? "<C:calendar-data/>" : "");
	for (size_t i = 0; i < n; i++) {
		ub_buf_str(&query, "<href>");
		add_escaped(&query, hrefs[i]);
		ub_buf_str(&query, "</href>");
	}
	ub_buf_str(&query, "</C:calendar-multiget>\n");
	return ub_buf_text(&query);
}

void dav_init_xml(void)
{
	xmlInitParser();
}

void dav_cleanup_xml(void)
{
	xmlCleanupParser();
}

/* Network and entities are off. A document with a document type is refused: nothing in WebDAV has one. */
static xmlDoc *parse(struct ub_text body)
{
	if (body.len == 0 || body.len > UB_CLIENT_BODY_MAX)
		return NULL;
	xmlParserCtxt *parser = xmlNewParserCtxt();
	if (!parser)
		abort();
	parser->sax->warning = say_nothing;
	parser->sax->error = say_nothing;
	xmlDoc *doc = xmlCtxtReadMemory(parser, body.ptr, (int)body.len, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlFreeParserCtxt(parser);
	if (doc && (doc->intSubset || doc->extSubset)) {
		xmlFreeDoc(doc);
		return NULL;
	}
	return doc;
}

static bool is(const xmlNode *node, const char *ns, const char *name)
{
	return node->type == XML_ELEMENT_NODE && node->ns && strcmp((const char *)node->ns->href, ns) == 0 &&
	       strcmp((const char *)node->name, name) == 0;
}

static xmlNode *child(const xmlNode *parent, const char *ns, const char *name)
{
	if (!parent)
		return NULL;
	for (xmlNode *node = parent->children; node; node = node->next)
		if (is(node, ns, name))
			return node;
	return NULL;
}

static struct ub_text content(const xmlNode *node, struct ub_arena *arena)
{
	if (!node)
		return UB_TEXT_NONE;
	xmlChar *text = xmlNodeGetContent(node);
	struct ub_text copy = ub_text_copy(arena, ub_text_trim(ub_text((const char *)text)));
	xmlFree(text);
	return copy;
}

/* An href as an absolute path. Some servers write whole URIs (RFC 4918 8.3). */
static struct ub_text path_of(struct ub_text href)
{
	size_t scheme = ub_text_find(href, UB_TEXT("://"), 0);
	if (href.len && href.ptr[0] != '/' && scheme != SIZE_MAX) {
		size_t path = ub_text_find(href, UB_TEXT("/"), scheme + 3);
		return path == SIZE_MAX ? UB_TEXT("/") : ub_text_sub(href, path, href.len);
	}
	return href;
}

/* The path of the DAV:href in the element. */
static struct ub_text href_path(const xmlNode *parent, struct ub_arena *arena)
{
	return path_of(content(child(parent, DAV, "href"), arena));
}

/* The number in the status line ("HTTP/1.1 200 OK") of a propstat or a response, or 0. */
static int64_t status_of(const xmlNode *parent, struct ub_arena *arena)
{
	struct ub_text rest = content(child(parent, DAV, "status"), arena), word;
	int64_t status = 0;
	if (!ub_text_split(&rest, ' ', &word) || !ub_text_split(&rest, ' ', &word) ||
	    !ub_text_to_int(word, &status))
		return 0;
	return status;
}

static bool successful(const xmlNode *propstat, struct ub_arena *arena)
{
	return status_of(propstat, arena) / 100 == 2;
}

/* The next DAV:prop with a status of success, after `previous`, of a DAV:response. */
static xmlNode *next_prop_of(const xmlNode *response, xmlNode *previous, struct ub_arena *arena)
{
	xmlNode *at = previous ? previous->parent->next : response ? response->children : NULL;
	for (; at; at = at->next)
		if (is(at, DAV, "propstat") && successful(at, arena) && child(at, DAV, "prop"))
			return child(at, DAV, "prop");
	return NULL;
}

/* The first such DAV:prop of the first DAV:response. */
static xmlNode *next_prop(xmlDoc *doc, xmlNode *previous, struct ub_arena *arena)
{
	xmlNode *root = xmlDocGetRootElement(doc);
	if (!root || !is(root, DAV, "multistatus"))
		return NULL;
	return next_prop_of(child(root, DAV, "response"), previous, arena);
}

static bool is_multistatus(xmlDoc *doc)
{
	xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	return root && is(root, DAV, "multistatus") && child(root, DAV, "response");
}

static bool names(const xmlNode *set, const char *component)
{
	for (const xmlNode *node = set->children; node; node = node->next) {
		if (!is(node, CALDAV, "comp"))
			continue;
		xmlChar *name = xmlGetNoNsProp(node, (const xmlChar *)"name");
		bool same = name && strcmp((const char *)name, component) == 0;
		xmlFree(name);
		if (same)
			return true;
	}
	return false;
}

static void collect_collection(const xmlNode *prop, struct ub_dav_collection *out, struct ub_arena *arena)
{
	xmlNode *node;
	if ((node = child(prop, DAV, "current-user-principal")))
		out->principal = href_path(node, arena);
	if ((node = child(prop, DAV, "owner")))
		out->owner = href_path(node, arena);
	if ((node = child(prop, DAV, "displayname")))
		out->display_name = content(node, arena);
	if (child(child(prop, DAV, "resourcetype"), CALDAV, "calendar"))
		out->calendar = true;
	if (child(child(prop, DAV, "resourcetype"), GROUPDAV, "vevent-collection"))
		out->groupdav = true;
	if ((node = child(prop, CALDAV, "supported-calendar-component-set")))
		out->takes_tasks = names(node, "VTODO");
}

bool ub_dav_read_collection(struct ub_text body, struct ub_dav_collection *out, struct ub_arena *arena)
{
	*out = (struct ub_dav_collection){ UB_TEXT_NONE, UB_TEXT_NONE, UB_TEXT_NONE, .takes_tasks = true };
	xmlDoc *doc = parse(body);
	bool understood = is_multistatus(doc);
	for (xmlNode *prop = NULL; understood && (prop = next_prop(doc, prop, arena));)
		collect_collection(prop, out, arena);
	xmlFreeDoc(doc);
	return understood;
}

static const struct ub_text mailto = { "mailto:", 7 };

/* Whether the URI is a mailto: one. *address: in lower case, without the scheme. */
static bool is_address(struct ub_text uri, struct ub_text *address, struct ub_arena *arena)
{
	*address = ub_text_lower(arena, ub_text_sub(uri, mailto.len, uri.len));
	return ub_text_eq_nocase(ub_text_sub(uri, 0, mailto.len), mailto);
}

static bool preferred(const xmlNode *href)
{
	xmlChar *value = xmlGetNoNsProp(href, (const xmlChar *)"preferred");
	bool yes = value && strcmp((const char *)value, "1") == 0;
	xmlFree(value);
	return yes;
}

static void collect_addresses(const xmlNode *set, struct ub_dav_principal *out, struct ub_arena *arena)
{
	for (const xmlNode *node = set->children; node && out->n_addresses < UB_DAV_ADDRESSES_MAX;
	     node = node->next) {
		struct ub_text uri = is(node, DAV, "href") ? content(node, arena) : UB_TEXT_NONE, address;
		if (!is_address(uri, &address, arena))
			continue;
		out->addresses[out->n_addresses] = address;
		if (preferred(node)) {
			out->addresses[out->n_addresses] = out->addresses[0];
			out->addresses[0] = address;
		}
		out->n_addresses++;
	}
}

static void collect_homes(const xmlNode *set, struct ub_dav_principal *out, struct ub_arena *arena)
{
	for (const xmlNode *node = set->children; node && out->n_homes < UB_DAV_HOMES_MAX; node = node->next)
		if (is(node, DAV, "href"))
			out->homes[out->n_homes++] = path_of(content(node, arena));
}

bool ub_dav_read_principal(struct ub_text body, struct ub_dav_principal *out, struct ub_arena *arena)
{
	*out =
	    (struct ub_dav_principal){ .addresses = UB_NEW_ARRAY(arena, struct ub_text, UB_DAV_ADDRESSES_MAX),
		    .homes = UB_NEW_ARRAY(arena, struct ub_text, UB_DAV_HOMES_MAX),
		    .inbox = UB_TEXT_NONE,
		    .outbox = UB_TEXT_NONE,
		    .display_name = UB_TEXT_NONE };
	xmlDoc *doc = parse(body);
	bool understood = is_multistatus(doc);
	for (xmlNode *prop = NULL; understood && (prop = next_prop(doc, prop, arena));) {
		xmlNode *node;
		if ((node = child(prop, CALDAV, "schedule-inbox-URL")))
			out->inbox = href_path(node, arena);
		if ((node = child(prop, CALDAV, "schedule-outbox-URL")))
			out->outbox = href_path(node, arena);
		if ((node = child(prop, CALDAV, "calendar-user-address-set")))
			collect_addresses(node, out, arena);
		if ((node = child(prop, CALDAV, "calendar-home-set")))
			collect_homes(node, out, arena);
		if ((node = child(prop, DAV, "displayname")))
			out->display_name = content(node, arena);
	}
	xmlFreeDoc(doc);
	return understood;
}

bool ub_dav_read_inbox(struct ub_text body, struct ub_text *calendar, struct ub_arena *arena)
{
	*calendar = UB_TEXT_NONE;
	xmlDoc *doc = parse(body);
	bool understood = is_multistatus(doc);
	for (xmlNode *prop = NULL; understood && (prop = next_prop(doc, prop, arena));) {
		const xmlNode *node = child(prop, CALDAV, "schedule-default-calendar-URL");
		if (node)
			*calendar = href_path(node, arena);
	}
	xmlFreeDoc(doc);
	return understood;
}

bool ub_dav_read_state(struct ub_text body, struct ub_dav_state *out, struct ub_arena *arena)
{
	*out = (struct ub_dav_state){ UB_TEXT_NONE, UB_TEXT_NONE };
	xmlDoc *doc = parse(body);
	bool understood = is_multistatus(doc);
	for (xmlNode *prop = NULL; understood && (prop = next_prop(doc, prop, arena));) {
		const xmlNode *token = child(prop, DAV, "sync-token"), *tag = child(prop, CS, "getctag");
		if (token)
			out->token = content(token, arena);
		if (tag)
			out->tag = content(tag, arena);
	}
	xmlFreeDoc(doc);
	return understood;
}

/* The document's root element, if that has this name; else NULL. */
static const xmlNode *root_of(xmlDoc *doc, const char *space, const char *name)
{
	const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	return root && is(root, space, name) ? root : NULL;
}

/* The response after `last`, of the root's; NULL for the first one, and when there is none. */
static const xmlNode *next_response(const xmlNode *root, const xmlNode *last, const char *space)
{
	const xmlNode *node = last ? last->next : root ? root->children : NULL;
	while (node && !is(node, space, "response"))
		node = node->next;
	return node;
}

enum { GONE = 410, NOT_FOUND = 404, NO_ROOM = 507 };

/* Whether the response says by its status that its resource is not there. */
static bool is_gone(int64_t status)
{
	return status == NOT_FOUND || status == GONE;
}

static void collect_change(const xmlNode *response, struct ub_dav_changes *out, struct ub_arena *arena)
{
	int64_t status = status_of(response, arena);
	struct ub_dav_change change = { .href = href_path(response, arena), .gone = is_gone(status) };
	bool collection = false, said = change.gone;
	out->more |= status == NO_ROOM;
	for (xmlNode *prop = NULL; (prop = next_prop_of(response, prop, arena));) {
		const xmlNode *etag = child(prop, DAV, "getetag");
		collection |= child(child(prop, DAV, "resourcetype"), DAV, "collection") != NULL;
		said |= etag != NULL;
		if (etag)
			change.etag = content(etag, arena);
	}
	if (said && !collection && change.href.len)
		*ub_push(arena, out) = change;
}

bool ub_dav_read_changes(struct ub_text body, struct ub_dav_changes *out, struct ub_arena *arena)
{
	*out = (struct ub_dav_changes){ .token = UB_TEXT_NONE };
	xmlDoc *doc = parse(body);
	const xmlNode *root = root_of(doc, DAV, "multistatus");
	bool understood = root != NULL;
	for (const xmlNode *node = NULL; (node = next_response(root, node, DAV));)
		collect_change(node, out, arena);
	if (understood)
		out->token = content(child(root, DAV, "sync-token"), arena);
	xmlFreeDoc(doc);
	return understood;
}

/* Whether a member may be made (RFC 3744 3.9, 3.11), or nobody says. */
static bool may_add(const xmlNode *privileges)
{
	bool some = false;
	for (const xmlNode *node = privileges->children; node; node = node->next) {
		if (child(node, DAV, "all") || child(node, DAV, "write") || child(node, DAV, "bind"))
			return true;
		some |= is(node, DAV, "privilege");
	}
	return !some;
}

static void collect_member(const xmlNode *response, struct ub_dav_members *out, struct ub_arena *arena)
{
	struct ub_dav_member *member = ub_push(arena, out);
	*member = (struct ub_dav_member){ .href = href_path(response, arena), .holds_events = true };
	bool may_be_added = true;
	xmlNode *node;
	for (xmlNode *prop = NULL; (prop = next_prop_of(response, prop, arena));) {
		const xmlNode *type = child(prop, DAV, "resourcetype"), *etag = child(prop, DAV, "getetag");
		member->collection |= child(type, DAV, "collection") != NULL;
		member->calendar |= child(type, CALDAV, "calendar") != NULL;
		if (etag)
			member->etag = content(etag, arena);
		if ((node = child(prop, DAV, "owner")))
			member->owner = href_path(node, arena);
		if ((node = child(prop, CALDAV, "supported-calendar-component-set")))
			member->holds_events = names(node, "VEVENT");
		if ((node = child(prop, CALDAV, "schedule-calendar-transp")))
			member->transparent = child(node, CALDAV, "transparent") != NULL;
		if ((node = child(prop, DAV, "current-user-privilege-set")))
			may_be_added = may_add(node);
	}
	member->takes_events = member->holds_events && may_be_added;
}

bool ub_dav_read_members(struct ub_text body, struct ub_dav_members *out, struct ub_arena *arena)
{
	*out = (struct ub_dav_members){ 0 };
	xmlDoc *doc = parse(body);
	const xmlNode *root = root_of(doc, DAV, "multistatus");
	bool understood = root != NULL;
	for (const xmlNode *node = NULL; (node = next_response(root, node, DAV));)
		collect_member(node, out, arena);
	xmlFreeDoc(doc);
	return understood;
}

static void collect_object(const xmlNode *response, struct ub_dav_objects *out, struct ub_arena *arena)
{
	struct ub_dav_object *object = ub_push(arena, out);
	*object = (struct ub_dav_object){ .href = href_path(response, arena),
		.gone = is_gone(status_of(response, arena)) };
	for (xmlNode *prop = NULL; (prop = next_prop_of(response, prop, arena));) {
		if (child(prop, CALDAV, "calendar-data"))
			object->data = content(child(prop, CALDAV, "calendar-data"), arena);
		if (child(prop, DAV, "getetag"))
			object->etag = content(child(prop, DAV, "getetag"), arena);
	}
}

bool ub_dav_read_objects(struct ub_text body, struct ub_dav_objects *out, struct ub_arena *arena)
{
	*out = (struct ub_dav_objects){ 0 };
	xmlDoc *doc = parse(body);
	const xmlNode *root = root_of(doc, DAV, "multistatus");
	bool understood = root != NULL;
	for (const xmlNode *node = NULL; (node = next_response(root, node, DAV));)
		collect_object(node, out, arena);
	xmlFreeDoc(doc);
	return understood;
}

static void collect_recipient(const xmlNode *response, struct ub_dav_recipients *out, struct ub_arena *arena)
{
	/* SOGo leaves the DAV:href out. */
	struct ub_text uri = content(child(response, CALDAV, "recipient"), arena), address;
	if (is_address(uri, &address, arena))
		*ub_push(arena, out) = (struct ub_dav_recipient){ address,
			content(child(response, CALDAV, "request-status"), arena),
			content(child(response, CALDAV, "calendar-data"), arena) };
}

bool ub_dav_read_recipients(struct ub_text body, struct ub_dav_recipients *out, struct ub_arena *arena)
{
	*out = (struct ub_dav_recipients){ 0 };
	xmlDoc *doc = parse(body);
	const xmlNode *root = root_of(doc, CALDAV, "schedule-response");
	bool understood = root != NULL;
	for (const xmlNode *node = NULL; (node = next_response(root, node, CALDAV));)
		collect_recipient(node, out, arena);
	xmlFreeDoc(doc);
	return understood;
}
