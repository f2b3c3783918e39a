#include "access_line.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"

/* Maximum bytes of a value, as it is written. */
enum {
    METHOD_MAX = 32 + 3,
    TEXT_MAX = 768, /* each of path, query, referer and user agent */
    ID_MAX = 128 + 3,
    ROUTE_MAX = 256,
    FIXED_MAX = 512, /* names of fields, numbers, the time, client and protocol */
};

_Static_assert(
    METHOD_MAX + 4 * TEXT_MAX + ID_MAX + ROUTE_MAX + FIXED_MAX <= ACCESS_LINE_SIZE,
    "every line has room");

void access_second(
    hob_access_log_format format, time_t second, char text[static ACCESS_SECOND_SIZE])
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm utc;
    gmtime_r(&second, &utc);
    if (format != HOB_ACCESS_LOG_COMBINED) {
        strftime(text, ACCESS_SECOND_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
        return;
    }
    snprintf(
        text, ACCESS_SECOND_SIZE, "%02u/%.3s/%04u:%02u:%02u:%02u +0000",
        (unsigned)utc.tm_mday % 100, months + (size_t)3 * utc.tm_mon,
        (unsigned)(utc.tm_year + 1900) % 10000, (unsigned)utc.tm_hour % 100,
        (unsigned)utc.tm_min % 100, (unsigned)utc.tm_sec % 100);
}

/*
 * These functions write to `at` and return the end of what they have written.
 */

static char *put(char *at, const char *text)
{
    return stpcpy(at, text);
}

/* In decimal, with leading zeros up to `digits`. */
static char *put_number(char *at, uint64_t number, unsigned digits)
{
    char *end = at + 1;
    for (uint64_t rest = number; rest >= 10; rest /= 10)
        end++;
    if (end < at + digits)
        end = at + digits;
    for (char *digit = end; digit > at; number /= 10)
        *--digit = (char)('0' + number % 10);
    return end;
}

#define SECONDS_MAX 1e9

/* With microseconds. */
static char *put_seconds(char *at, double seconds)
{
    double most = seconds > 0 ? seconds : 0;
    uint64_t microseconds = (uint64_t)((most < SECONDS_MAX ? most : SECONDS_MAX) * 1e6 + 0.5);
    at = put_number(at, microseconds / 1000000, 1);
    *at++ = '.';
    return put_number(at, microseconds % 1000000, 6);
}

static bool is_known(const char *value)
{
    return value && *value;
}

/*
 * Apache's combined format: client - - [time] "request" status bytes "referer" "user agent".
 */

/* The client's address without the port. */
static char *put_host(char *at, const char *client)
{
    bool brackets = *client == '[';
    size_t length = strcspn(client + brackets, brackets ? "]" : ":");
    if (strcmp(client, "unix:") == 0)
        length = strlen(client);
    return mempcpy(at, client + brackets, length);
}

static char *put_quoted(char *at, const char *value)
{
    *at++ = '"';
    at = is_known(value) ? escape_nginx(at, value, TEXT_MAX) : put(at, "-");
    *at++ = '"';
    return at;
}

/* The part of the request line that was received, or "-". */
static char *put_request_line(char *at, const struct access_record *record)
{
    if (!is_known(record->method))
        return put(at, "\"-\"");
    *at++ = '"';
    at = escape_nginx(at, record->method, METHOD_MAX);
    if (is_known(record->path)) {
        *at++ = ' ';
        at = escape_nginx(at, record->path, TEXT_MAX);
    }
    if (record->query) {
        *at++ = '?';
        at = escape_nginx(at, record->query, TEXT_MAX);
    }
    if (is_known(record->protocol))
        at = put(put(at, " "), record->protocol);
    *at++ = '"';
    return at;
}

static char *put_combined(char *at, const struct access_record *record)
{
    at = put_host(at, record->client);
    at = put(put(put(at, " - - ["), record->second), "] ");
    at = put_request_line(at, record);
    *at++ = ' ';
    at = put_number(at, (uint64_t)record->status, 3);
    *at++ = ' ';
    at = record->bytes > 0 ? put_number(at, record->bytes, 1) : put(at, "-");
    *at++ = ' ';
    at = put_quoted(at, record->referer);
    *at++ = ' ';
    return put_quoted(at, record->user_agent);
}

/*
 * JSON and logfmt, which have the same fields and the same escapes.
 */

struct style {
    const char *begin;
    const char *before_name;
    const char *behind_name;
    bool bare; /* strings without special characters have no quotes */
};

static const struct style json = {"{\"time\":", ",\"", "\":", false};
static const struct style logfmt = {"time=", " ", "=", true};

/* Spaces, "=" and characters that need an escape are special. */
static bool is_bare(const char *value)
{
    return !strpbrk(value, " =") && is_plain(value);
}

static char *put_name(char *at, const struct style *style, const char *name)
{
    return put(put(put(at, style->before_name), name), style->behind_name);
}

static char *put_quote(char *at, bool quoted)
{
    if (quoted)
        *at++ = '"';
    return at;
}

static char *
put_string(char *at, const struct style *style, const char *name, const char *value, size_t limit)
{
    if (!is_known(value))
        return at;
    bool quoted = !style->bare || !is_bare(value);
    at = put_quote(put_name(at, style, name), quoted);
    return put_quote(escape_json(at, value, limit), quoted);
}

static char *put_target(char *at, const struct style *style, const struct access_record *record)
{
    const char *query = record->query;
    if (!is_known(record->path))
        return at;
    bool quoted = !style->bare || !is_bare(record->path) || (query && !is_bare(query));
    at = put_quote(put_name(at, style, "target"), quoted);
    at = escape_json(at, record->path, TEXT_MAX);
    if (query) {
        *at++ = '?';
        at = escape_json(at, query, TEXT_MAX);
    }
    return put_quote(at, quoted);
}

static char *put_time(char *at, const struct style *style, const struct access_record *record)
{
    at = put_quote(put(at, style->begin), !style->bare);
    at = put(put(at, record->second), ".");
    at = put(put_number(at, record->millisecond, 3), "Z");
    return put_quote(at, !style->bare);
}

static char *put_fields(char *at, const struct style *style, const struct access_record *record)
{
    at = put_time(at, style, record);
    at = put_string(at, style, "client", record->client, HOB_PEER_SIZE + 3);
    at = put_string(at, style, "method", record->method, METHOD_MAX);
    at = put_target(at, style, record);
    at = put_string(at, style, "protocol", record->protocol, METHOD_MAX);
    at = put_number(put_name(at, style, "status"), (uint64_t)record->status, 1);
    at = put_number(put_name(at, style, "bytes"), record->bytes, 1);
    at = put_seconds(put_name(at, style, "seconds"), record->seconds);
    at = put_string(at, style, "referer", record->referer, TEXT_MAX);
    at = put_string(at, style, "user_agent", record->user_agent, TEXT_MAX);
    at = put_string(at, style, "id", record->id, ID_MAX);
    return put_string(at, style, "route", record->route, ROUTE_MAX);
}

size_t access_line(
    hob_access_log_format format, const struct access_record *record,
    char line[static ACCESS_LINE_SIZE])
{
    char *end = line;
    switch (format) {
    case HOB_ACCESS_LOG_COMBINED:
        end = put_combined(end, record);
        break;
    case HOB_ACCESS_LOG_JSON:
        end = put(put_fields(end, &json, record), "}");
        break;
    case HOB_ACCESS_LOG_LOGFMT:
        end = put_fields(end, &logfmt, record);
        break;
    }
    *end++ = '\n';
    return (size_t)(end - line);
}
