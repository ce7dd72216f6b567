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

/// Says what the terminal was asked, so that its answers are not left to the shell.
///
/// - answers: device status reports that are to come.
/// - patience: milliseconds to wait for them, and for that to a last question, on the way out; 0 for
///   a terminal that does not answer, whose input is thrown away instead.
void terminal_modes_expect(int answers, int patience);

/// Lets the first SIGTERM, SIGHUP or SIGINT only wake the owner ('e'), who has two seconds.
void terminal_modes_defer_ending(void);
/// The signal that the owner was woken for; 0 for none.
int terminal_modes_ending_signal(void);

/// Writes all bytes, waiting where the terminal is slow; false when it is gone.
bool terminal_write(int output, const char *bytes, size_t length);
