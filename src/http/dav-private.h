/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_HTTP_DAV_PRIVATE_H
#define UPBEAT_HTTP_DAV_PRIVATE_H

void ub_dav_init_xml(void);
void ub_dav_cleanup_xml(void);

#endif
