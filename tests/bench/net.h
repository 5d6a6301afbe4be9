/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_BENCH_NET_H
#define UPBEAT_BENCH_NET_H

/* Functions of the benches that use the loopback interface. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ends the bench if `so` is false. errno tells the reason. */
void require(bool so, const char *what);
int listen_somewhere(uint16_t *port);
uint16_t free_port(void);
void no_delay(int fd);
/* From now on each connection has a thread, which reads and writes blocking: until answer(fd) returns. */
void serve_each(int listener, void (*answer)(int fd));
/* -1: nobody listens there (yet). */
int connect_to(uint16_t port);
/* Errors are ignored: the reader misses the bytes. */
void write_all(int fd, const char *bytes, size_t n);

#endif
