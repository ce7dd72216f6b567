#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1

#include "screen.h"

#include <curses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <term.h>
#include <unistd.h>

static SCREEN *screen;
static FILE *memory;
static FILE *no_input;
static char *frame;
static size_t frame_capacity;
static bool uses_colors;

bool terminal_screen_open(const char *type, int height, int width) {
  // newterm ends the process on some failures; setupterm reports them.
  int status = 0;
  if (setupterm(type, STDOUT_FILENO, &status) != OK) return false;
  const char *cup = tigetstr("cup");
  bool can_move = cup != NULL && cup != (char *)-1;
  del_curterm(cur_term);
  if (!can_move) return false;

  memory = fdopen(memfd_create("frame", MFD_CLOEXEC), "w+");
  no_input = fopen("/dev/null", "re");
  if (memory == NULL || no_input == NULL) return false;
  // ncurses catches these signals if nobody else does; here that is the owner of the modes, later.
  static const int caught[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
  enum { caught_count = sizeof caught / sizeof *caught };
  struct sigaction earlier[caught_count];
  for (int i = 0; i < caught_count; i++) sigaction(caught[i], NULL, &earlier[i]);
  screen = newterm(type, memory, no_input);
  for (int i = 0; i < caught_count; i++) sigaction(caught[i], &earlier[i], NULL);
  if (screen == NULL) return false;
  // Waiting input would otherwise cut a frame short.
  typeahead(-1);
  resizeterm(height, width);
  leaveok(stdscr, FALSE);
  scrollok(stdscr, FALSE);
  curs_set(0);
  // What ncurses says at its start is said by the owner of the terminal's modes.
  size_t length;
  terminal_screen_frame(&length);
  clearok(curscr, TRUE);
  return true;
}

void terminal_screen_close(void) {
  if (screen != NULL) {
    endwin();
    delscreen(screen);
    screen = NULL;
  }
  uses_colors = false;
  if (memory != NULL) fclose(memory);
  if (no_input != NULL) fclose(no_input);
  memory = NULL;
  no_input = NULL;
}

int terminal_screen_colors(void) {
  int colors = tigetnum("colors");
  return colors > 0 ? colors : 0;
}

bool terminal_screen_is_direct(void) {
  return tigetflag("RGB") == 1 && terminal_screen_colors() >= 1 << 24;
}

void terminal_screen_use_colors(void) {
  start_color();
  use_default_colors();
  uses_colors = true;
}

int terminal_screen_pairs(void) { return uses_colors ? COLOR_PAIRS : 1; }

void terminal_screen_set_pair(int pair, int foreground, int background) {
  init_extended_pair(pair, foreground, background);
}

void terminal_screen_reset_pairs(void) {
  if (uses_colors) reset_color_pairs();
}

void terminal_screen_put(int y, int x, const wchar_t *text, int length,
                         unsigned attributes, int pair) {
  attr_t attrs = WA_NORMAL;
  if (attributes & TERMINAL_BOLD) attrs |= WA_BOLD;
  if (attributes & TERMINAL_DIM) attrs |= WA_DIM;
  if (attributes & TERMINAL_REVERSE) attrs |= WA_REVERSE;
  if (attributes & TERMINAL_UNDERLINE) attrs |= WA_UNDERLINE;
  attr_set(attrs, 0, &pair);
  mvaddnwstr(y, x, text, length);
}

int terminal_character_width(wchar_t character) { return wcwidth(character); }

void terminal_screen_cursor(int y, int x) {
  curs_set(y < 0 ? 0 : 1);
  if (y >= 0) move(y, x);
}

void terminal_screen_resize(int height, int width) {
  resizeterm(height, width);
  terminal_screen_invalidate();
}

void terminal_screen_invalidate(void) {
  attr_set(WA_NORMAL, 0, NULL);
  erase();
  clearok(curscr, TRUE);
}

const char *terminal_screen_frame(size_t *length) {
  refresh();
  fflush(memory);
  int file = fileno(memory);
  off_t end = lseek(file, 0, SEEK_END);
  *length = end > 0 ? (size_t)end : 0;
  if (*length > frame_capacity) {
    char *larger = realloc(frame, *length);
    if (larger == NULL) abort();
    frame = larger;
    frame_capacity = *length;
  }
  if (*length > 0) {
    ssize_t got = pread(file, frame, *length, 0);
    *length = got > 0 ? (size_t)got : 0;
    if (ftruncate(file, 0) != 0) abort();
    lseek(file, 0, SEEK_SET);
  }
  return frame;
}

/// Copies a capability without the delays that hardware of the past needed: `$<5>`.
static const char *without_padding(const char *text) {
  static char plain[256];
  size_t length = 0;
  while (*text != 0 && length + 1 < sizeof plain) {
    const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
    if (end != NULL) {
      text = end + 1;
    } else {
      plain[length++] = *text++;
    }
  }
  plain[length] = 0;
  return plain;
}

const char *terminal_screen_capability(const char *name) {
  const char *text = tigetstr(name);
  return text == NULL || text == (char *)-1 ? "" : without_padding(text);
}

const char *terminal_screen_move(int y, int x) {
  const char *cup = tigetstr("cup");
  return without_padding(tiparm(cup, y, x));
}
