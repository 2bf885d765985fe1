/// Linux socket calls that Swift's `Glibc` module does not show: epoll, eventfd, accept4.
///
/// The functions are declared by glibc only under `_GNU_SOURCE`, and `Glibc` is built without it, so thin
/// inline functions with their own names carry them over. Nothing here decides anything.
#ifndef MULTIADS_LINUX_SOCKETS_H
#define MULTIADS_LINUX_SOCKETS_H

#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/// `accept4(2)` with `SOCK_NONBLOCK | SOCK_CLOEXEC`: no moment in which another thread can inherit the descriptor.
static inline int linux_accept_nonblocking(int listener, struct sockaddr *address, socklen_t *length) {
    return (int)syscall(SYS_accept4, listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/// `epoll_ctl(2)` with edge-triggered delivery chosen by `events`; `token` comes back in `linux_epoll_token`.
static inline int linux_epoll_set(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(epoll, operation, descriptor, &event);
}

/// The token given to `linux_epoll_set` for this event (the struct is packed, so Swift does not reach in itself).
static inline uint64_t linux_epoll_token(const struct epoll_event *event) { return event->data.u64; }

/// The event bits, as a plain integer.
static inline uint32_t linux_epoll_events(const struct epoll_event *event) { return event->events; }

/// Event bits as plain integers: Swift would otherwise see an enum type without set operations.
static const uint32_t linux_epoll_in = EPOLLIN;
static const uint32_t linux_epoll_out = EPOLLOUT;
static const uint32_t linux_epoll_peer_closed = EPOLLRDHUP;
static const uint32_t linux_epoll_hang_up = EPOLLHUP;
static const uint32_t linux_epoll_error = EPOLLERR;
static const uint32_t linux_epoll_edge = EPOLLET;

/// A non-blocking, close-on-exec event counter, used to wake a loop that sleeps in `epoll_wait`.
static inline int linux_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/// A close-on-exec epoll instance.
static inline int linux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

#endif
