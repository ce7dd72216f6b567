#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/// The part of ncurses that draws, as plain functions over one screen.
///
/// ncurses never touches the terminal: it writes into a memory file, and a frame is taken from there
/// as one piece. So every byte can be counted, a frame reaches the terminal in one write, and the
/// modes of the terminal have one owner (restoration.h).

enum terminal_attributes {
  TERMINAL_BOLD = 1,
  TERMINAL_DIM = 2,
  TERMINAL_REVERSE = 4,
  TERMINAL_UNDERLINE = 8,
};

/// Opens the screen for a terminal type; false when terminfo does not know it, or when it cannot
/// place its cursor.
bool terminal_screen_open(const char *type, int height, int width);
void terminal_screen_close(void);

/// Colours of the type; 0 for none.
int terminal_screen_colors(void);
/// Whether colours are given by value: terminfo's RGB.
bool terminal_screen_is_direct(void);
/// Lets colours be used, beside the terminal's own; without it not even a reset of them is sent.
void terminal_screen_use_colors(void);
/// How many pairs there are; the first, 0, is the terminal's own.
int terminal_screen_pairs(void);
/// Sets a pair; a colour is -1 for the terminal's own, an index, or 0xRRGGBB on direct terminals.
void terminal_screen_set_pair(int pair, int foreground, int background);
void terminal_screen_reset_pairs(void);

/// The columns that the C library, and so ncurses, gives a character; -1 when the locale lacks it.
int terminal_character_width(wchar_t character);
/// Puts text of one look at a place.
void terminal_screen_put(int y, int x, const wchar_t *text, int length,
                         unsigned attributes, int pair);
/// Shows the cursor at a place, or hides it when y is negative.
void terminal_screen_cursor(int y, int x);
void terminal_screen_resize(int height, int width);
/// Forgets what the terminal shows, so that the next frame draws everything.
void terminal_screen_invalidate(void);

/// Brings what was put to the terminal's frame and returns its bytes, which stay valid until the
/// next call.
const char *terminal_screen_frame(size_t *length);

/// A capability of the type, without padding, such as `smcup`; empty when it has none.
/// The bytes stay valid until the next call.
const char *terminal_screen_capability(const char *name);
/// The sequence that moves the cursor to a place.
const char *terminal_screen_move(int y, int x);
