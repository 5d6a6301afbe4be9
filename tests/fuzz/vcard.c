/* SPDX-License-Identifier: Apache-2.0 */

/* Has the plugin `vcard` read a text of any bytes: as a file of cards, or as a server's answer in XML. */
#include "../../plugin/vcard/vcard.h"

#include <stdlib.h>

#include "fuzz.h"
#include "plugin.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct vcard_source source = { .url = (char *)(uintptr_t) "http://127.0.0.1/" };
	struct vcard_reading reading = { .source = &source, .host = fuzz_host() };
	const char *text = (const char *)bytes;
	if (size > 0 && bytes[0] == '<') {
		struct vcard_collection collection = vcard_read_collection(text, size);
		free(collection.tag);
		vcard_give_answer(&reading, text, size);
	} else {
		vcard_give_text(&reading, "cards", text, size);
	}
	fuzz_check(UB_PLUGIN_DONE);
	return 0;
}
