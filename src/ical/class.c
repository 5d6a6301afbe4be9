/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/* Who may see an object (RFC 5545 3.8.1.3). */

/* What is not known is private. */
enum ub_class ub_ical_class(struct ub_text word)
{
	if (ub_text_eq_nocase(word, UB_TEXT("CONFIDENTIAL")))
		return UB_CLASS_CONFIDENTIAL;
	return word.len && !ub_text_eq_nocase(word, UB_TEXT("PUBLIC")) ? UB_CLASS_PRIVATE : UB_CLASS_PUBLIC;
}

const char *ub_ical_class_word(enum ub_class class)
{
	return class == UB_CLASS_PUBLIC ? NULL : class == UB_CLASS_PRIVATE ? "PRIVATE" : "CONFIDENTIAL";
}
