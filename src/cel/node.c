/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

/* Nodes for the parser and the macros. */

struct node *cel_node(
    struct parser *parser, enum node_kind kind, size_t at, struct node *const *args, size_t n)
{
	struct node *node = UB_NEW(parser->arena, struct node);
	*node = (struct node){
		.kind = kind, .at = (uint32_t)at, .len = (uint32_t)(parser->end - at), .n_args = n
	};
	node->args = UB_NEW_ARRAY(parser->arena, struct node *, n);
	for (size_t i = 0; i < n; i++) {
		node->args[i] = args[i];
		if (args[i]->depth >= node->depth)
			node->depth = args[i]->depth + 1;
	}
	node->name_at = node->at;
	node->name_len = node->len;
	if (node->depth > UB_CEL_DEPTH_MAX)
		return cel_parse_fail_deep(parser, at, node->len);
	return node;
}
