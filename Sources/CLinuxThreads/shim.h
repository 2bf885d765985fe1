/// What Linux lets a thread say about itself, and Swift's `Glibc` module does not show.
///
/// Every function concerns the calling thread alone. Nothing here decides anything.
#ifndef MULTIADS_LINUX_THREADS_H
#define MULTIADS_LINUX_THREADS_H

#include <errno.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Names the calling thread for `ps`, `perf` and debuggers; at most 15 bytes are kept.
static inline void linux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// The calling thread's nice value, -20 to 19: Linux keeps one for each thread (`sched(7)`).
static inline int linux_niceness(void) { return getpriority(PRIO_PROCESS, 0); }

/// Changes the calling thread's nice value; returns 0, or -1 with `errno` where it may not.
static inline int linux_set_niceness(int value) { return setpriority(PRIO_PROCESS, 0, value); }

/// The first version of the kernel's `struct sched_attr`, which glibc names only from 2.41 on.
struct linux_scheduling {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t niceness;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
};

/// The length of the calling thread's time slice in nanoseconds; 0 where the kernel does not tell (before Linux 6.12).
static inline uint64_t linux_slice(void) {
    struct linux_scheduling scheduling = {.size = sizeof scheduling};
    return syscall(SYS_sched_getattr, 0, &scheduling, sizeof scheduling, 0) == 0 ? scheduling.runtime : 0;
}

/// Asks for time slices of that length. From Linux 6.12 on a thread that wakes takes the processor from one with longer slices; older
/// kernels ignore it. Threads under another policy than the usual one are left alone; those that the calling thread starts have the usual
/// slices again (`SCHED_FLAG_RESET_ON_FORK`).
static inline void linux_set_slice(uint64_t nanoseconds) {
    struct linux_scheduling scheduling = {.size = sizeof scheduling};
    if (syscall(SYS_sched_getattr, 0, &scheduling, sizeof scheduling, 0) != 0 || scheduling.policy != 0) return;
    scheduling.runtime = nanoseconds;
    scheduling.flags |= 1;
    syscall(SYS_sched_setattr, 0, &scheduling, 0);
}

/// Processors that the calling thread may run on: the system's, less what affinity and cpusets exclude; 0 where the kernel does not tell.
static inline int linux_usable_processors(void) {
    unsigned long masks[128]; // Room for 8192 processors, the most that Linux can be built for.
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof masks, masks);
    int count = 0;
    for (long i = 0; i < bytes / (long)sizeof *masks; i++) count += __builtin_popcountl(masks[i]);
    return count;
}

#endif
