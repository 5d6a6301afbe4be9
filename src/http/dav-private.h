/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_HTTP_DAV_PRIVATE_H
#define UPBEAT_HTTP_DAV_PRIVATE_H

void dav_init_xml(void);
void dav_cleanup_xml(void);

#endif
