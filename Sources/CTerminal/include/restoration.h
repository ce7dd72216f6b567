#pragma once

#include <stdbool.h>
#include <stddef.h>

/// The modes of the terminal and their restoration on every way out.
///
/// A terminal that is left raw, on its other screen or reporting the mouse is unusable, so whoever
/// ends the process gives it back first: exit, the signals that ask for the end, and those of a
/// crash. Handlers only use what POSIX allows in them: write, tcsetattr, sigaction, raise.

/// Puts the terminal into raw mode, writes `enter`, and prepares to undo both.
///
/// - wake: a descriptor that gets one byte after each change of size ('w') and after the process
///   was stopped and goes on ('c'). It must not block.
/// Returns false when `input` is not a terminal.
bool terminal_modes_enter(int input, int output, int wake, const char *enter, const char *leave);

/// Changes what is written on the way out.
void terminal_modes_set_leave(const char *leave);

/// Gives the terminal back, and the signals to their earlier handlers.
void terminal_modes_leave(void);

/// Gives the terminal back, stops the process, and takes the terminal again when it goes on.
void terminal_modes_suspend(void);

/// Writes all bytes, waiting where the terminal is slow; false when it is gone.
bool terminal_write(int output, const char *bytes, size_t length);
