#include "http_date.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "hob/http.h"

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char *const days[] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};

char *hob_http_date(time_t date, char *text)
{
    struct tm utc;
    gmtime_r(&date, &utc);
    snprintf(
        text, HOB_HTTP_DATE_SIZE, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT", days[utc.tm_wday],
        (unsigned)utc.tm_mday % 100, months + (size_t)3 * utc.tm_mon,
        (unsigned)(utc.tm_year + 1900) % 10000, (unsigned)utc.tm_hour % 100,
        (unsigned)utc.tm_min % 100, (unsigned)utc.tm_sec % 100);
    return text;
}

/*
 * The letters of a pattern:
 *
 *     a day's name in short    A in full    D its number    d with a space for the leading zero
 *     b month's name           Y year       y with 2 digits only
 *     H hour                   m minute     S second        others are literal
 */
static const char *const patterns[] = {
    "a, D b Y H:m:S GMT", /* IMF-fixdate */
    "A, D-b-y H:m:S GMT", /* RFC 850 */
    "a b d H:m:S Y",      /* asctime() */
};

/* Takes this many digits off the text. */
static bool take_number(const char **text, size_t digits, int *number)
{
    *number = 0;
    for (size_t i = 0; i < digits; i++, (*text)++) {
        if (!isdigit((unsigned char)**text))
            return false;
        *number = *number * 10 + (**text - '0');
    }
    return true;
}

/* Any day of the week is accepted, since the date determines it. */
static bool take_day_name(const char **text, bool in_full)
{
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        size_t length = in_full ? strlen(days[i]) : 3;
        if (strncmp(*text, days[i], length) == 0) {
            *text += length;
            return true;
        }
    }
    return false;
}

static bool take_month(const char **text, int *month)
{
    for (*month = 0; *month < 12; ++*month) {
        if (strncmp(*text, months + (size_t)3 * *month, 3) == 0) {
            *text += 3;
            return true;
        }
    }
    return false;
}

static bool take_year(const char **text, int *year)
{
    bool taken = take_number(text, 4, year);
    *year -= 1900;
    return taken;
}

static bool take_spaced_day(const char **text, int *day)
{
    if (**text != ' ')
        return take_number(text, 2, day);
    ++*text;
    return take_number(text, 1, day);
}

static bool take(const char **text, char wanted, struct tm *utc)
{
    switch (wanted) {
    case 'a':
    case 'A':
        return take_day_name(text, wanted == 'A');
    case 'b':
        return take_month(text, &utc->tm_mon);
    case 'd':
        return take_spaced_day(text, &utc->tm_mday);
    case 'D':
        return take_number(text, 2, &utc->tm_mday);
    case 'y':
        return take_number(text, 2, &utc->tm_year);
    case 'Y':
        return take_year(text, &utc->tm_year);
    case 'H':
        return take_number(text, 2, &utc->tm_hour);
    case 'm':
        return take_number(text, 2, &utc->tm_min);
    case 'S':
        return take_number(text, 2, &utc->tm_sec);
    default:
        return *(*text)++ == wanted;
    }
}

static bool matches(const char *text, const char *pattern, struct tm *utc)
{
    for (; *pattern; pattern++) {
        if (!take(&text, *pattern, utc))
            return false;
    }
    return *text == '\0';
}

/* Seconds may be 60: a leap second, which timegm() counts to the next minute. */
static bool is_valid(const struct tm *utc)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = utc->tm_year + 1900;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return utc->tm_mday >= 1 && utc->tm_mday <= lengths[utc->tm_mon] &&
           (utc->tm_mon != 1 || utc->tm_mday < 29 || leap) && utc->tm_hour < 24 &&
           utc->tm_min < 60 && utc->tm_sec <= 60;
}

/* A year of two digits that is more than 50 years from now is in the past. */
static int full_year(int year, time_t now)
{
    struct tm utc;
    gmtime_r(&now, &utc);
    int full = utc.tm_year - utc.tm_year % 100 + year;
    return full > utc.tm_year + 50 ? full - 100 : full;
}

bool http_date_parse(const char *text, time_t now, time_t *date)
{
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        struct tm utc = {0};
        if (!matches(text, patterns[i], &utc))
            continue;
        if (strchr(patterns[i], 'y'))
            utc.tm_year = full_year(utc.tm_year, now);
        if (!is_valid(&utc))
            return false;
        *date = timegm(&utc);
        return true;
    }
    return false;
}

bool hob_http_date_parse(const char *text, time_t *date)
{
    return http_date_parse(text, time(NULL), date);
}
