/* SPDX-License-Identifier: Apache-2.0 */
#include "ast-private.h"

/* Checks of calls: the possible overloads, the type of the result, and the label of the result. */

/* An operator as written: "+" for "_+_". */
static struct ub_text shown_name(struct ub_text name)
{
	if (ub_text_is(name, "@in"))
		return UB_TEXT("in");
	size_t from = name.ptr[0] == '_' ? 1 : 0,
	       to = name.ptr[name.len - 1] == '_' ? name.len - 1 : name.len;
	return name.len > 1 && to > from && (from || to < name.len) &&
		       !(name.ptr[from] >= 'a' && name.ptr[from] <= 'z')
		   ? ub_text_sub(name, from, to)
		   : name;
}

static const struct function *find_function(struct check *check, struct ub_text name, bool rooted)
{
	struct ub_text container = rooted ? UB_TEXT_NONE : check->env->config.container, candidate;
	for (bool last = false; cel_check_candidate(check, &container, &last, name, &candidate);) {
		const struct function *function = cel_env_function(check->env, candidate);
		if (function)
			return function;
	}
	return NULL;
}

/* The function of math.abs(x), in which the receiver is a part of the name. */
static const struct function *namespaced_function(struct check *check, struct node *node)
{
	struct ub_buf name = UB_BUF(check->arena);
	bool rooted;
	if (!node->receiver || node->args[0]->closed ||
	    !cel_check_dotted(check, node->args[0], &name, &rooted))
		return NULL;
	ub_buf_char(&name, '.');
	ub_buf_add(&name, node->name);
	const struct function *function = find_function(check, ub_buf_text(&name), rooted);
	if (!function)
		return NULL;
	node->name = function->name;
	node->receiver = false;
	node->name_at = node->at;
	node->name_len = (uint32_t)(node->args[0]->len + 1 + node->name_len);
	node->args++;
	node->n_args--;
	return function;
}

static void suggest_function(struct check *check, struct ub_cel_issue *issue, struct node *node)
{
	UB_VEC(struct ub_text) names = { 0 };
	for (const struct ub_cel_env *env = check->env; env; env = env->parent) {
		for (size_t i = 0; i < ub_map_size(env->functions); i++) {
			struct ub_text name;
			ub_map_at(env->functions, i, &name);
			*ub_push(check->arena, &names) = name;
		}
	}
	static const char *const macros[] = { "has", "all", "exists", "exists_one", "filter", "map" };
	for (size_t i = 0; i < UB_COUNT(macros); i++)
		*ub_push(check->arena, &names) = ub_text(macros[i]);
	struct ub_text meant = ub_text(cel_check_alias(node->name));
	if (!meant.len)
		meant = ub_suggest(node->name, names.items, names.n);
	if (ub_text_eq(meant, node->name))
		issue->help = UB_TEXT("it takes another number of arguments, the first one a plain name");
	else if (meant.len)
		issue->help = ub_textf(check->arena, "did you mean `%.*s`?", UB_ARGS(meant));
}

static void print_types(struct check *check, struct ub_buf *out, const struct node *node)
{
	ub_buf_char(out, '(');
	for (size_t i = 0; i < node->n_args; i++) {
		if (i)
			ub_buf_str(out, ", ");
		cel_type_show(out, cel_unify_final(check, node->args[i]->type));
	}
	ub_buf_char(out, ')');
}

/* How to write a time in the place of a number or a text. */
static const char *time_hint(struct check *check, const struct node *node)
{
	bool duration = false, timestamp = false, other = false;
	for (size_t i = 0; i < node->n_args; i++) {
		enum ub_cel_kind kind = cel_unify_resolve(check, node->args[i]->type)->kind;
		duration |= kind == UB_CEL_DURATION;
		timestamp |= kind == UB_CEL_TIMESTAMP;
		other |= kind == UB_CEL_INT || kind == UB_CEL_STRING;
	}
	if (node->n_args != 2 || !other || duration == timestamp)
		return NULL;
	return duration ? "a duration is written duration(\"20m\")"
			: "a time is written timestamp(\"2026-11-21T09:00:00Z\")";
}

/* For `meeting.organizer == "anna@ours.example"`. */
static struct ub_text same_type_hint(struct check *check, const struct node *node)
{
	for (size_t i = 0; i < node->n_args; i++) {
		const struct ub_cel_type *object = cel_unify_resolve(check, node->args[i]->type), *type;
		for (size_t f = 0; object->kind == UB_CEL_OBJECT && f < ub_cel_field_count(object); f++) {
			struct ub_text name = ub_cel_field(object, f, &type, NULL);
			if (cel_type_same(type, cel_unify_resolve(check, node->args[!i]->type)))
				return ub_textf(check->arena, "compare one of its fields, such as `.%.*s`",
				    UB_ARGS(name));
		}
	}
	return UB_TEXT("both sides must be of one type");
}

/* "it takes (int, int), (string, string)" */
static struct ub_text known_overloads(
    struct check *check, const struct function *function, const struct node *node)
{
	struct ub_buf out = UB_BUF(check->arena);
	size_t shown = 0;
	if (time_hint(check, node))
		return ub_text(time_hint(check, node));
	if (ub_text_is(node->name, "_==_") || ub_text_is(node->name, "_!=_"))
		return same_type_hint(check, node);
	for (size_t i = 0; i < function->overloads.n && shown < 5; i++) {
		const struct overload *overload = function->overloads.items[i];
		if (overload->receiver != node->receiver)
			continue;
		ub_buf_str(&out, shown++ ? ", " : "it takes ");
		if (overload->receiver)
			cel_type_show(&out, overload->params[0]);
		ub_buf_str(&out, overload->receiver ? ".(" : "(");
		for (size_t p = overload->receiver; p < overload->n_params; p++) {
			if (p > overload->receiver)
				ub_buf_str(&out, ", ");
			cel_type_show(&out, overload->params[p]);
		}
		ub_buf_char(&out, ')');
	}
	if (shown == 5)
		ub_buf_str(&out, " and others");
	return ub_buf_text(&out);
}

static void fail_overload(struct check *check, struct node *node, const struct function *function)
{
	for (size_t i = 0; i < node->n_args; i++) {
		if (node->args[i]->type->kind == UB_CEL_ERROR) {
			node->type = &cel_type_failed; /* already reported */
			return;
		}
	}
	struct ub_buf message = UB_BUF(check->arena);
	ub_buf_printf(&message, "`%.*s` cannot be applied to ", UB_ARGS(shown_name(node->name)));
	print_types(check, &message, node);
	struct ub_cel_issue *issue =
	    cel_check_fail(check, node, node->name_at, node->name_len, "no-overload", ub_buf_text(&message));
	issue->help = known_overloads(check, function, node);
}

/* Adds the overload to the possible ones of the call. The result is widened if they differ. */
static void accept_overload(
    struct check *check, struct node *node, const struct overload *overload, const struct ub_cel_type *result)
{
	node->overloads[node->n_overloads++] = overload;
	result = cel_unify_resolve(check, result);
	if (!node->type)
		node->type = result;
	else if (!cel_type_same(cel_unify_final(check, node->type), cel_unify_final(check, result)))
		node->type = &ub_cel_type_dyn;
}

/* Reports literals with which the function can only fail. */
static void check_literals(struct check *check, struct node *node)
{
	ub_cel_literal_fn *look = node->n_overloads == 1 ? node->overloads[0]->check : NULL;
	for (size_t i = 0; look && i < node->n_args; i++) {
		const struct node *arg = node->args[i];
		if (arg->kind != NODE_LITERAL || arg->value.kind != UB_CEL_STRING)
			continue;
		struct ub_cel_complaint complaint =
		    look(check->arena, check->env->config.zones, i, ub_cel_text(arg->value));
		if (complaint.code)
			cel_check_fail(check, node, arg->at, arg->len, complaint.code, complaint.message)
			    ->help = complaint.help;
	}
}

static void resolve(struct check *check, struct node *node, const struct function *function)
{
	node->overloads = UB_NEW_ARRAY(check->arena, const struct overload *, function->overloads.n);
	for (size_t i = 0; i < function->overloads.n; i++) {
		const struct overload *overload = function->overloads.items[i];
		if (overload->receiver != node->receiver || overload->n_params != node->n_args)
			continue;
		if (check->unchecked) {
			accept_overload(check, node, overload, &ub_cel_type_dyn);
			continue;
		}
		size_t first = check->n_bound;
		const struct ub_cel_type **params =
		    UB_NEW_ARRAY(check->arena, const struct ub_cel_type *, overload->n_params);
		for (size_t t = 0; t < overload->n_type_params; t++)
			cel_unify_fresh(check);
		for (size_t p = 0; p < overload->n_params; p++)
			params[p] = cel_unify_instance(check, overload->params[p], first);
		if (cel_unify_list(check, params, (const struct node *const *)node->args, node->n_args))
			accept_overload(
			    check, node, overload, cel_unify_instance(check, overload->result, first));
		else
			check->n_bound = first;
	}
	if (node->n_overloads == 0)
		fail_overload(check, node, function);
	else if (!check->unchecked)
		check_literals(check, node);
}

/* A deep function may learn everything that its arguments lead to. A shallow function passes that on in the
 * type of its result, unless the result is dyn. */
static void label_call(struct check *check, struct node *node)
{
	bool deep = cel_type_contains_dyn(cel_unify_final(check, node->type));
	for (size_t i = 0; i < node->n_overloads; i++) {
		cel_check_label(node, node->overloads[i]->audience);
		deep |= !node->overloads[i]->shallow;
	}
	for (size_t i = 0; i < node->n_args && deep; i++) {
		enum ub_cel_audience reach =
		    ub_cel_type_audience(cel_unify_final(check, node->args[i]->type));
		if (reach > node->audience) {
			node->audience = reach;
			node->blame = node;
		}
	}
}

/* ---- words ---- */

/* The field that the node reads, if all its possible values are known. */
static const struct field *worded_field(const struct node *node)
{
	size_t index;
	if (node->kind != NODE_SELECT || node->test || node->args[0]->type->kind != UB_CEL_OBJECT)
		return NULL;
	const struct field *field = cel_type_field(node->args[0]->type, node->name, &index);
	return field && field->words.len ? field : NULL;
}

static void check_word(
    struct check *check, struct node *node, const struct node *read, const struct node *literal)
{
	const struct field *field = worded_field(read);
	if (!field)
		return;
	struct ub_text rest = field->words, word;
	UB_VEC(struct ub_text) words = { 0 };
	struct ub_buf help = UB_BUF(check->arena);
	if (literal->kind != NODE_LITERAL || literal->value.kind != UB_CEL_STRING)
		return;
	struct ub_text given = ub_cel_text(literal->value);
	bool known = given.len == 0;
	while (ub_text_split(&rest, ' ', &word)) {
		*ub_push(check->arena, &words) = word;
		ub_buf_printf(&help, "%s`\"%.*s\"`", help.len ? ", " : "it can be ", UB_ARGS(word));
		known |= ub_text_eq(word, given);
	}
	if (known)
		return;
	struct ub_cel_issue *issue = cel_check_fail(check, node, literal->at, literal->len, "no-such-word",
	    ub_textf(check->arena, "`%.*s` is never \"%.*s\"",
		UB_ARGS(ub_text_sub(check->text, read->at, read->at + read->len)), UB_ARGS(given)));
	struct ub_text meant = ub_suggest(given, words.items, words.n);
	issue->help = meant.len ? ub_textf(check->arena, "did you mean `\"%.*s\"`?", UB_ARGS(meant))
				: ub_buf_text(&help);
}

/* For `account.health == "Red"`, `meeting.status in ["canceled"]`. */
static void check_words(struct check *check, struct node *node)
{
	bool equals = ub_text_is(node->name, "_==_") || ub_text_is(node->name, "_!=_");
	if (check->unchecked || node->n_args != 2)
		return;
	for (size_t i = 0; equals && i < 2; i++)
		check_word(check, node, node->args[i], node->args[1 - i]);
	const struct node *list = node->args[1];
	for (size_t i = 0; ub_text_is(node->name, "@in") && list->kind == NODE_LIST && i < list->n_args; i++)
		check_word(check, node, node->args[0], list->args[i]);
}

void cel_check_call(struct check *check, struct node *node)
{
	const struct function *function = namespaced_function(check, node);
	if (!function)
		function = find_function(check, node->name, node->rooted);
	/* The arguments of an unknown function are not checked: a name there may be meant for a variable of
	 * the function. */
	size_t n_args = function || check->unchecked ? node->n_args : node->receiver;
	for (size_t i = 0; i < n_args; i++) {
		cel_check_node(check, node->args[i]);
		cel_check_join(node, node->args[i]);
	}
	if (!function && n_args && node->args[0]->type->kind == UB_CEL_ERROR && !check->unchecked) {
		node->type = &cel_type_failed; /* already reported */
		return;
	}
	if (!function) {
		struct ub_cel_issue *issue =
		    cel_check_fail(check, node, node->name_at, node->name_len, "unknown-function",
			ub_textf(check->arena, "there is no function `%.*s`", UB_ARGS(node->name)));
		suggest_function(check, issue, node);
		return;
	}
	resolve(check, node, function);
	check_words(check, node);
	label_call(check, node);
}
