/*
 * Escapes text of clients, so that it cannot end the string or the line that it is a part of, or
 * control a terminal. The result has only visible characters of ASCII and spaces.
 */
#ifndef HOB_OBSERVE_ESCAPE_H
#define HOB_OBSERVE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the text needs no escapes. */
bool is_plain(const char *text);

/*
 * These write up to `limit` bytes (at least 3) to `at`, without a NUL, and return their end. Text
 * that does not fit is cut between two characters, and ends with "...".
 */

/*
 * For a JSON string (RFC 8259 section 7). Characters above ASCII become "\u00fc" and the like, and
 * each byte that is not UTF-8 (RFC 3629) becomes the replacement character, "\ufffd".
 */
char *escape_json(char *at, const char *text, size_t limit);

/*
 * As nginx does in its logs: quotes, backslashes and other bytes become "\x22". lnav, AWStats,
 * Webalizer and filters of fail2ban take Apache's "\"" for the end of the string.
 */
char *escape_nginx(char *at, const char *text, size_t limit);

#endif
