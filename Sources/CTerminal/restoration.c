#define _GNU_SOURCE

#include "restoration.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { sequence_capacity = 512, stack_capacity = 64 * 1024, seconds_to_end = 2 };

static struct {
  int input, output, wake;
  struct termios cooked, raw;
  char enter[sequence_capacity], leave[sequence_capacity];
} modes;

/// Whether the terminal is ours at this moment.
static volatile sig_atomic_t entered;
/// What is to come from the terminal, and how long to wait for it on the way out.
static volatile sig_atomic_t answers_due, answer_patience;
/// Whether the end may wait for its owner, and the signal that asked for it.
static volatile sig_atomic_t defers_ending, ending_signal;

static const int ending[] = {SIGTERM, SIGHUP,  SIGINT,  SIGQUIT, SIGUSR1,
                             SIGUSR2, SIGALRM, SIGXCPU, SIGXFSZ, SIGSYS};
static const int crashing[] = {SIGSEGV, SIGABRT, SIGILL, SIGBUS, SIGFPE, SIGTRAP};
static struct sigaction earlier[NSIG];
static bool replaced[NSIG];

static void enter_terminal(void) {
  if (entered) return;
  tcsetattr(modes.input, TCSANOW, &modes.raw);
  terminal_write(modes.output, modes.enter, strlen(modes.enter));
  entered = 1;
}

static long milliseconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

/// Takes bytes until so many status reports have come, and none behind the last of them; false when
/// they do not come in time.
static bool take_answers(int count, int patience) {
  struct timespec start;
  clock_gettime(CLOCK_MONOTONIC, &start);
  enum { outside, escape, bracket, digits } place = outside;
  while (count > 0) {
    long left = patience - milliseconds_since(&start);
    if (left <= 0) return false;
    struct pollfd ready = {.fd = modes.input, .events = POLLIN};
    int found = poll(&ready, 1, (int)left);
    if (found < 0 && errno == EINTR) continue;
    char byte;
    if (found <= 0 || read(modes.input, &byte, 1) != 1) return false;
    if (place == digits && byte == 'n') count--;
    bool is_digit = byte >= '0' && byte <= '9';
    place = byte == 27                           ? escape
            : place == escape && byte == '['     ? bracket
            : place >= bracket && is_digit       ? digits
                                                 : outside;
  }
  return true;
}

static void leave_terminal(void) {
  if (!entered) return;
  entered = 0;
  bool is_there = terminal_write(modes.output, modes.leave, strlen(modes.leave));
  // Answers and reports of the mouse that are still under way must not end up in the shell. What
  // comes behind the answer to a last question is the shell's.
  bool is_clear = is_there && answer_patience > 0 && terminal_write(modes.output, "\033[5n", 4) &&
                  take_answers(answers_due + 1, answer_patience);
  if (!is_clear) tcflush(modes.input, TCIFLUSH);
  answers_due = 0;
  tcsetattr(modes.input, TCSANOW, &modes.cooked);
}

static void wake(char reason) {
  int saved = errno;
  ssize_t ignored = write(modes.wake, &reason, 1);
  (void)ignored;
  errno = saved;
}

/// Raises a signal again, within its own handler, under whatever handled it earlier.
static void raise_earlier(int signal) {
  sigaction(signal, &earlier[signal], NULL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  raise(signal);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void on_end(int signal) {
  int saved = errno;
  bool is_request = signal == SIGTERM || signal == SIGHUP || signal == SIGINT;
  if (defers_ending && is_request && ending_signal == 0) {
    ending_signal = signal;
    alarm(seconds_to_end);
    wake('e');
    errno = saved;
    return;
  }
  if (signal == SIGALRM && ending_signal != 0) signal = ending_signal;
  leave_terminal();
  raise_earlier(signal);
  errno = saved;
}

static void on_crash(int signal, siginfo_t *info, void *context) {
  (void)context;
  leave_terminal();
  // A fault of the processor comes again by itself, at the place that a backtrace should show; a
  // breakpoint does not, nor does what was sent by a call.
  if (info->si_code > 0 && signal != SIGTRAP) {
    sigaction(signal, &earlier[signal], NULL);
  } else {
    raise_earlier(signal);
  }
}

static void install(int signal, void (*handler)(int), int flags);

static void on_stop(int signal) {
  int saved = errno;
  leave_terminal();
  raise_earlier(signal);
  // Stopped above; going on here. An orphaned process is not stopped at all and gets no SIGCONT.
  install(signal, on_stop, SA_RESTART);
  enter_terminal();
  wake('c');
  errno = saved;
}

static void on_continue(int signal) {
  (void)signal;
  int saved = errno;
  // After SIGSTOP, which nobody can catch, others have used the terminal since.
  entered = 0;
  enter_terminal();
  wake('c');
  errno = saved;
}

static void on_resize(int signal) {
  (void)signal;
  wake('w');
}

static void replace(int signal, const struct sigaction *action) {
  struct sigaction old;
  if (sigaction(signal, action, &old) != 0) return;
  if (!replaced[signal]) {
    earlier[signal] = old;
    replaced[signal] = true;
  }
}

static void install(int signal, void (*handler)(int), int flags) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  sigemptyset(&action.sa_mask);
  replace(signal, &action);
}

// Whoever starts the program from a thread that blocks signals hands the blocking down.
static void unblock_handled(void) {
  sigset_t set;
  sigemptyset(&set);
  for (int signal = 1; signal < NSIG; signal++)
    if (replaced[signal]) sigaddset(&set, signal);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void install_handlers(void) {
  // A crash by an endless recursion leaves no room on the ordinary stack.
  static char stack[stack_capacity];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, NULL);
  for (size_t i = 0; i < sizeof crashing / sizeof *crashing; i++) {
    struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = SA_ONSTACK | SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    replace(crashing[i], &action);
  }
  for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
    struct sigaction current;
    sigaction(ending[i], NULL, &current);
    // nohup and its like ask for being ignored.
    if (current.sa_handler != SIG_IGN) install(ending[i], on_end, 0);
  }
  install(SIGTSTP, on_stop, SA_RESTART);
  install(SIGCONT, on_continue, SA_RESTART);
  install(SIGWINCH, on_resize, SA_RESTART);
  unblock_handled();
}

bool terminal_modes_enter(int input, int output, int wake, const char *enter, const char *leave) {
  static bool registered = false;
  if (tcgetattr(input, &modes.cooked) != 0) return false;
  modes.input = input;
  modes.output = output;
  modes.wake = wake;
  modes.raw = modes.cooked;
  modes.raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  modes.raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | ISTRIP | IXON | PARMRK);
  // As ncurses does: a line feed must not also return to the first column.
  modes.raw.c_oflag &= ~(tcflag_t)ONLCR;
  modes.raw.c_cc[VMIN] = 1;
  modes.raw.c_cc[VTIME] = 0;
  strncpy(modes.enter, enter, sizeof modes.enter - 1);
  terminal_modes_set_leave(leave);
  if (!registered) {
    atexit(leave_terminal);
    registered = true;
  }
  install_handlers();
  enter_terminal();
  return true;
}

void terminal_modes_set_leave(const char *leave) {
  // A handler may run in between: the last byte stays zero throughout.
  strncpy(modes.leave, leave, sizeof modes.leave - 1);
}

void terminal_modes_expect(int answers, int patience) {
  answers_due = answers;
  answer_patience = patience;
}

void terminal_modes_defer_ending(void) { defers_ending = 1; }

int terminal_modes_ending_signal(void) { return ending_signal; }

void terminal_modes_leave(void) {
  leave_terminal();
  if (ending_signal != 0) alarm(0);
  defers_ending = ending_signal = 0;
  for (int signal = 1; signal < NSIG; signal++) {
    if (replaced[signal]) sigaction(signal, &earlier[signal], NULL);
    replaced[signal] = false;
  }
}

void terminal_modes_suspend(void) { raise(SIGTSTP); }

bool terminal_write(int output, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(output, bytes, length);
    if (written >= 0) {
      bytes += written;
      length -= (size_t)written;
    } else if (errno == EAGAIN) {
      struct pollfd ready = {.fd = output, .events = POLLOUT};
      poll(&ready, 1, 1000);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}
