/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

#include <string.h>

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static void put_capitalized(struct ub_buf *out, struct ub_text word)
{
	bool first = true;
	for (size_t i = 0; i < word.len; i++) {
		char c = word.ptr[i];
		ub_buf_char(out, first && is_lower(c) ? (char)(c - ('a' - 'A')) : c);
		first = c == '-';
	}
}

/* The part after a plus is a sorting aid of the mailbox (RFC 5233). */
struct ub_text facts_name_from_address(struct ub_text address, struct ub_arena *arena)
{
	struct ub_text local = facts_local_part(address);
	local = ub_text_sub(local, 0, ub_text_find(local, UB_TEXT("+"), 0));
	struct ub_buf out = UB_BUF(arena);
	size_t from = 0;
	for (size_t i = 0; i <= local.len; i++) {
		if (i < local.len && local.ptr[i] != '.' && local.ptr[i] != '_')
			continue;
		if (i > from && out.len)
			ub_buf_char(&out, ' ');
		put_capitalized(&out, ub_text_sub(local, from, i));
		from = i + 1;
	}
	return out.len ? ub_buf_text(&out) : address;
}

/* Whether a country sorts its names under the label: acme.co.uk. */
static bool is_second_level(struct ub_text label, struct ub_text top)
{
	static const char *const words[] = { "ac", "co", "com", "edu", "go", "gov", "gv", "ne", "net", "or",
		"org" };
	for (size_t i = 0; top.len == 2 && i < UB_COUNT(words); i++)
		if (ub_text_is(label, words[i]))
			return true;
	return false;
}

static struct ub_text cut_last_label(struct ub_text *domain)
{
	size_t at = domain->len;
	while (at > 0 && domain->ptr[at - 1] != '.')
		at--;
	struct ub_text label = ub_text_sub(*domain, at, domain->len);
	*domain = ub_text_sub(*domain, 0, at ? at - 1 : 0);
	return label;
}

struct ub_text facts_name_from_domain(struct ub_text domain, struct ub_arena *arena)
{
	/* Microsoft's customers have domains below this one. */
	struct ub_text const tenants = UB_TEXT(".onmicrosoft.com");
	if (ub_text_ends_nocase(domain, tenants))
		domain = ub_text_sub(domain, 0, domain.len - tenants.len);
	struct ub_text rest = domain, top = cut_last_label(&rest);
	struct ub_text label = rest.len ? cut_last_label(&rest) : top;
	if (rest.len && is_second_level(label, top))
		label = cut_last_label(&rest);
	struct ub_buf out = UB_BUF(arena);
	put_capitalized(&out, facts_readable_label(label, arena));
	return ub_buf_text(&out);
}
