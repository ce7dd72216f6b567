#define _GNU_SOURCE

#include "CProcesses.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

int process_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int process_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

const short process_new_session = POSIX_SPAWN_SETSID;

int process_allowed_processors(void) {
  // A set that is shorter than the kernel's is refused.
  for (int most = 1024; most <= 1 << 20; most *= 4) {
    cpu_set_t *set = CPU_ALLOC(most);
    if (!set) return 0;
    const size_t size = CPU_ALLOC_SIZE(most);
    const int failed = sched_getaffinity(0, size, set);
    const int refusal = errno;
    const int count = failed ? 0 : CPU_COUNT_S(size, set);
    CPU_FREE(set);
    if (!failed || refusal != EINVAL) return count;
  }
  return 0;
}
