#pragma once

#include <spawn.h>

/// What glibc declares for GNU sources only, and Swift therefore does not see.

/// Makes a pipe that no program inherits which another thread starts meanwhile: 0, or -1 and errno.
int process_pipe(int ends[2]);

/// Lets a program be started without this one's descriptors from `first` on: 0, or an errno.
int process_close_from(posix_spawn_file_actions_t *actions, int first);

/// `POSIX_SPAWN_SETSID`: the program is started in a session of its own.
extern const short process_new_session;

/// How many processors the calling thread may run on; 0 where the system does not tell.
int process_allowed_processors(void);
