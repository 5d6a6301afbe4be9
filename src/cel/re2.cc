/* SPDX-License-Identifier: Apache-2.0 */

/* The only C++ file: RE2, and conversions of doubles that do not depend on the locale. */

#include <charconv>
#include <new>
#include <system_error>

#include <re2/re2.h>

#include "door.h"

struct ub_cel_regex {
	RE2 re2;
	ub_cel_regex(const re2::StringPiece &pattern, const RE2::Options &options) : re2(pattern, options)
	{
	}
};

extern "C" {

struct ub_cel_regex *cel_door_regex_new(const char *pattern, size_t length, char *why, size_t size)
{
	RE2::Options options;
	options.set_log_errors(false);
	options.set_max_mem(4 << 20);
	auto *regex = new (std::nothrow) ub_cel_regex(re2::StringPiece(pattern, length), options);
	if (regex && regex->re2.ok())
		return regex;
	size_t n = 0;
	if (regex)
		n = regex->re2.error().copy(why, size - 1);
	why[n] = '\0';
	delete regex;
	return nullptr;
}

void cel_door_regex_free(void *regex)
{
	delete static_cast<struct ub_cel_regex *>(regex);
}

bool cel_door_regex_is(const struct ub_cel_regex *regex, const char *pattern, size_t length)
{
	return regex->re2.pattern() == re2::StringPiece(pattern, length);
}

bool cel_door_regex_search(const struct ub_cel_regex *regex, const char *text, size_t length)
{
	return regex->re2.Match(re2::StringPiece(text, length), 0, length, RE2::UNANCHORED, nullptr, 0);
}

size_t cel_door_regex_groups(const struct ub_cel_regex *regex)
{
	return static_cast<size_t>(regex->re2.NumberOfCapturingGroups());
}

bool cel_door_regex_find(const struct ub_cel_regex *regex, const char *text, size_t length, size_t from,
    struct cel_door_span *spans, size_t n)
{
	re2::StringPiece found[CEL_DOOR_SPANS];
	if (!regex->re2.Match(
		re2::StringPiece(text, length), from, length, RE2::UNANCHORED, found, static_cast<int>(n)))
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t at = found[i].data() ? static_cast<size_t>(found[i].data() - text) : 0;
		spans[i] = { at, at + found[i].size() };
	}
	return true;
}

size_t cel_door_print_double(double number, char format, int precision, char *out, size_t size)
{
	std::to_chars_result result;
	if (format == 'f')
		result = std::to_chars(out, out + size, number, std::chars_format::fixed, precision);
	else if (format == 'e')
		result = std::to_chars(out, out + size, number, std::chars_format::scientific, precision);
	else
		result = std::to_chars(out, out + size, number, std::chars_format::scientific);
	return result.ec == std::errc() ? static_cast<size_t>(result.ptr - out) : 0;
}

int cel_door_read_double(const char *text, size_t length, double *out)
{
	auto result = std::from_chars(text, text + length, *out);
	if (result.ptr != text + length)
		return -1;
	if (result.ec == std::errc::result_out_of_range)
		return 1;
	return result.ec == std::errc() ? 0 : -1;
}
}
