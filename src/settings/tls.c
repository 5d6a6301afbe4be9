/* SPDX-License-Identifier: Apache-2.0 */

/*
 * TLS on both sides: the certificates that clients see, and whom the upstream's certificate has to be of.
 */
#include "settings-private.h"

static const struct ub_yaml_field pair_fields[] = {
	{ "certificate", &settings_type_path, offsetof(struct ub_settings_tls, certificate), true,
	    "a PEM file with the certificate, and with those that vouch for it" },
	{ "key", &settings_type_path, offsetof(struct ub_settings_tls, key), true,
	    "a PEM file with its private key, without a passphrase" },
};
static const struct ub_yaml_type type_pair = FIELDS(pair_fields);
const struct ub_yaml_type settings_type_tls = {
	.shape = UB_YAML_ONE_OR_LIST_OF, .item = &type_pair, .item_size = sizeof(struct ub_settings_tls)
};

static bool check_name(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	return settings_is_host(*(const struct ub_text *)out) || ub_yaml_expected(reader, node, type->noun);
}

static const struct ub_yaml_type type_name = {
	.shape = UB_YAML_TEXT, .noun = "a host's name or address", .check = check_name
};
static const struct ub_yaml_field trust_fields[] = {
	{ "ca", &settings_type_path, offsetof(struct trust, ca), false,
	    "a PEM file with the authorities that may vouch for it; the system's if not said" },
	{ "name", &type_name, offsetof(struct trust, name), false,
	    "whom its certificate is of, if not of the host in `upstream`" },
};
const struct ub_yaml_type settings_type_trust = FIELDS(trust_fields);

/* ---- who clients are ---- */

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* A name that ends so can be no field that says something else. */
static bool check_field(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_text name = *(const struct ub_text *)out;
	bool good = name.len >= 4 && name.len <= UB_USER_FIELD_MAX &&
		    ub_text_eq_nocase(ub_text_sub(name, name.len - 4, name.len), UB_TEXT("User"));
	for (size_t i = 0; good && i < name.len; i++)
		good = is_letter_or_digit(name.ptr[i]) || name.ptr[i] == '-';
	return good || ub_yaml_expected(reader, node, type->noun);
}

static const struct ub_yaml_type type_field = { .shape = UB_YAML_TEXT,
	.noun = "the name of a field that names a user, like `X-Remote-User`",
	.check = check_field };
static const struct ub_yaml_field clients_fields[] = {
	{ "ca", &settings_type_path, offsetof(struct ub_settings_clients, ca), true,
	    "a PEM file with the authorities that may vouch for clients" },
	{ "crl", &settings_type_path, offsetof(struct ub_settings_clients, crl), false,
	    "a PEM file with the lists of what they have revoked" },
	{ "required", &ub_yaml_type_bool, offsetof(struct ub_settings_clients, required), false,
	    "whether clients without a certificate are refused; no if not said" },
	{ "user_header", &type_field, offsetof(struct ub_settings_clients, user_field), false,
	    "the field in which the server is told the common name, like `X-Remote-User`; none if not said" },
};
const struct ub_yaml_type settings_type_client_certificates = FIELDS(clients_fields);

void settings_check_clients(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *root, const struct ub_settings *settings)
{
	const struct ub_yaml_node *node = ub_yaml_get(root, "client_certificates");
	if (!node || settings->n_tls)
		return;
	struct ub_diag *diag =
	    ub_error(reader->diags, "client-certificates", node->place, "clients do not speak TLS");
	ub_diag_set_help(reader->diags, diag, "name a certificate for them under `tls`, or take this out");
}

/* ---- what would be read on the way ---- */

/* RFC 6761 6.3, RFC 1122 3.2.1.3, RFC 4291 2.5.3. */
bool settings_is_this_machine(struct ub_text host)
{
	return ub_text_eq_nocase(host, UB_TEXT("localhost")) || ub_text_starts(host, UB_TEXT("127.")) ||
	       ub_text_is(host, "::1");
}
