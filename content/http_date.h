/* Dates as HTTP writes them: see hob/http.h. */
#ifndef HOB_CONTENT_HTTP_DATE_H
#define HOB_CONTENT_HTTP_DATE_H

#include <stdbool.h>
#include <time.h>

/* The same as hob_http_date_parse() at the time of day `now`, for years of two digits. */
bool http_date_parse(const char *text, time_t now, time_t *date);

#endif
