/*
 * Text that anybody may have sent, written so that it cannot end the string that it stands in, nor
 * the line, nor do anything to a terminal: only visible characters of ASCII and spaces come out.
 */
#ifndef HOB_OBSERVE_ESCAPE_H
#define HOB_OBSERVE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the text comes out as it is. */
bool is_plain(const char *text);

/*
 * These write at most `limit` bytes, at least 3, to `at` and return their end; no NUL is written.
 * What does not fit is left away, from a whole character on, and "..." stands in its place.
 */

/*
 * As part of a JSON string (RFC 8259 section 7). Characters above ASCII become "\u00fc" and the
 * like, and each byte that is no UTF-8 (RFC 3629) the replacement character, "\ufffd".
 */
char *escape_json(char *at, const char *text, size_t limit);

/*
 * As nginx does in its logs: quotes, backslashes and all other bytes as "\x22". Apache's "\"" is
 * taken for the end of the string by lnav, AWStats, Webalizer and filters of fail2ban.
 */
char *escape_nginx(char *at, const char *text, size_t limit);

#endif
