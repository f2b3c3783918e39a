/* Dates as HTTP writes them, in seconds only and always in GMT (RFC 9110 section 5.6.7). */
#ifndef HOB_HTTP_HTTP_DATE_H
#define HOB_HTTP_HTTP_DATE_H

#include <stdbool.h>
#include <time.h>

#define HTTP_DATE_SIZE sizeof("Sun, 06 Nov 1994 08:49:37 GMT")

/* Writes the date, whatever the program's locale is. It must lie in the years 1970 to 9999. */
void http_date_format(time_t date, char text[static HTTP_DATE_SIZE]);

/*
 * Reads a date in any of the three formats that are or were in use. `now` is for the oldest, whose
 * years have two digits. Returns false if the text is no date.
 */
bool http_date_parse(const char *text, time_t now, time_t *date);

#endif
