#include "hob/log.h"

#include <fcntl.h>
#include <regex.h>
#include <time.h>

#include "tests/support/child.h"
#include "tests/support/log_line.h"
#include "tests/support/test.h"

TestSuite(log, .timeout = 20);

/* Logs in a child process and returns what came out. */
static struct child_end logged(void (*fn)(void *arg), void *arg)
{
    struct child_end end = run_in_child(fn, arg);
    cr_assert(child_returned(&end), "status %#x", end.status);
    return end;
}

static const char *message_in(const struct child_end *end)
{
    return log_message(end->output);
}

static void log_at_all_levels(void *arg)
{
    if (arg)
        hob_log_set_level(*(const hob_log_level *)arg);
    hob_log(HOB_LOG_DEBUG, "D");
    hob_log(HOB_LOG_INFO, "I");
    hob_log(HOB_LOG_WARN, "W");
    hob_log(HOB_LOG_ERROR, "E");
}

Test(log, a_level_drops_what_is_more_talkative)
{
    static struct {
        hob_log_level level;
        const char *messages;
    } cases[] = {
        {HOB_LOG_ERROR, "E"},
        {HOB_LOG_WARN, "WE"},
        {HOB_LOG_INFO, "IWE"},
        {HOB_LOG_DEBUG, "DIWE"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct child_end end = logged(log_at_all_levels, &cases[i].level);
        char messages[5] = "";
        for (const char *p = end.output; (p = strchr(p, '\n')); p++)
            strncat(messages, p - 1, 1); /* each message is one character */
        cr_expect_str_eq(messages, cases[i].messages);
    }
}

Test(log, the_level_is_info_by_default)
{
    struct child_end end = logged(log_at_all_levels, NULL);
    cr_expect_not_null(strstr(end.output, " info  I\n"));
    cr_expect_null(strstr(end.output, " debug D\n"));
}

Test(log, levels_are_found_by_their_names)
{
    static const struct {
        const char *name;
        bool found;
        hob_log_level level;
    } cases[] = {
        {"error", true, HOB_LOG_ERROR},
        {"warn", true, HOB_LOG_WARN},
        {"info", true, HOB_LOG_INFO},
        {"debug", true, HOB_LOG_DEBUG},
        {"", false, 0},
        {"ERROR", false, 0},
        {"warning", false, 0},
        {"inf", false, 0},
        {" debug", false, 0},
        {"debug ", false, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_log_level unchanged = (hob_log_level)42;
        hob_log_level level = unchanged;
        bool found = hob_log_level_from_name(cases[i].name, &level);
        cr_expect_eq(found, cases[i].found, "\"%s\"", cases[i].name);
        cr_expect_eq(level, found ? cases[i].level : unchanged, "\"%s\"", cases[i].name);
    }
}

Test(log, a_line_is_the_time_the_level_and_the_message)
{
    struct child_end end = logged(log_at_all_levels, &(hob_log_level){HOB_LOG_DEBUG});
    static const char time[] = "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9](:[0-5][0-9]){2}"
                               "[.][0-9]{3}Z";
    char pattern[512];
    snprintf(
        pattern, sizeof(pattern), "^%s debug D\n%s info  I\n%s warn  W\n%s error E\n$", time, time,
        time, time);
    regex_t regex;
    cr_assert_eq(regcomp(&regex, pattern, REG_EXTENDED), 0);
    cr_expect_eq(regexec(&regex, end.output, 0, NULL, 0), 0, "%s", end.output);
    regfree(&regex);
}

static void log_in_another_time_zone(void *arg)
{
    setenv("TZ", "HOB-7:30", 1);
    tzset();
    log_at_all_levels(arg);
}

static void utc_minute(char *text, size_t size)
{
    time_t now = time(NULL);
    struct tm utc;
    strftime(text, size, "%Y-%m-%dT%H:%M:", gmtime_r(&now, &utc));
}

Test(log, the_time_is_utc_in_every_time_zone)
{
    char before[32], after[32]; /* a minute may end meanwhile */
    utc_minute(before, sizeof(before));
    struct child_end end = logged(log_in_another_time_zone, NULL);
    utc_minute(after, sizeof(after));
    bool right = strncmp(end.output, before, strlen(before)) == 0 ||
                 strncmp(end.output, after, strlen(after)) == 0;
    cr_expect(right, "%s", end.output);
}

static void log_formatted(void *arg)
{
    hob_log(HOB_LOG_INFO, "%s took %d ms, %.1f%%", "fries", 42, 99.5);
}

static void log_text(void *arg)
{
    hob_log(HOB_LOG_INFO, "%s", (const char *)arg);
}

static void log_what_has_no_encoding(void *arg)
{
    hob_log(HOB_LOG_INFO, "%ls", L"\xd800");
}

/* Without control characters: a client could write lines of its own into the log, or colours. */
Test(log, a_message_is_formatted_to_one_line)
{
    static struct {
        void (*log)(void *arg);
        char text[40];
        const char *expected;
    } cases[] = {
        {log_formatted, "formatted", "fries took 42 ms, 99.5%\n"},
        {log_what_has_no_encoding, "refused by printf", "\n"},
        {log_text, "one\ntwo", "one?two\n"},
        {log_text, "one\r\ntwo\n", "one??two?\n"},
        {log_text, "\x1b[31mred\x1b[0m", "?[31mred?[0m\n"},
        {log_text, "tab\there", "tab?here\n"},
        {log_text, "\x01\x1f \x7e\x7f", "?? ~?\n"},
        {log_text,
         "Br\xc3\xb8"
         "d \xf0\x9f\x8d\x9f",
         "Br\xc3\xb8"
         "d \xf0\x9f\x8d\x9f\n"},
        {log_text, "", "\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct child_end end = logged(cases[i].log, cases[i].text);
        cr_expect_str_eq(message_in(&end), cases[i].expected, "%s", cases[i].text);
    }
}

static void log_length(void *arg)
{
    hob_log(HOB_LOG_INFO, "%0*d", *(const int *)arg, 7);
}

Test(log, a_message_is_cut_at_1000_bytes)
{
    static struct {
        int length;
        size_t expected;
    } cases[] = {{1, 1}, {999, 999}, {1000, 1000}, {1001, 1000}, {5000, 1000}, {100000, 1000}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct child_end end = logged(log_length, &cases[i].length);
        const char *message = message_in(&end);
        cr_expect_eq(strspn(message, "07"), cases[i].expected, "%d bytes", cases[i].length);
        cr_expect_str_eq(message + cases[i].expected, "\n", "%d bytes", cases[i].length);
    }
}

static void log_a_short_one_after_a_long_one(void *arg)
{
    hob_log(HOB_LOG_INFO, "%01000d", 0);
    hob_log(HOB_LOG_INFO, "%s", (const char *)arg);
}

Test(log, a_short_line_has_nothing_of_a_longer_one_before_it)
{
    char text[] = "short";
    struct child_end end = logged(log_a_short_one_after_a_long_one, text);
    cr_expect_not_null(strstr(end.output, "info  short\n"));
    cr_expect_str_eq(end.output + strlen(end.output) - 6, "short\n");
}

/* Sums up the numbers in front of a text. */
static size_t sum_before(const char *text, const char *what)
{
    size_t sum = 0;
    for (const char *at = text; (at = strstr(at, what)); at++) {
        const char *number = at;
        while (number[-1] != ' ')
            number--;
        sum += strtoul(number, NULL, 10);
    }
    return sum;
}

/* Takes what is there, and puts it behind what was taken before. */
static void read_more(int fd, char *text, size_t size)
{
    size_t length = strlen(text);
    ssize_t more = read(fd, text + length, size - length - 1);
    text[length + (more > 0 ? (size_t)more : 0)] = '\0';
}

static void log_to_one_who_reads_late(void *arg)
{
    static char text[100000];
    int ends[2];
    int out = dup(STDERR_FILENO);
    if (pipe(ends) < 0 || fcntl(ends[1], F_SETPIPE_SZ, 16384) < 0)
        _exit(1);
    dup2(ends[1], STDERR_FILENO);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 500; j++)
            hob_log(HOB_LOG_INFO, "line");
        read_more(ends[0], text, sizeof(text));
    }
    hob_log(HOB_LOG_INFO, "the end");
    read_more(ends[0], text, sizeof(text));
    dprintf(
        out, "%zu notes; %zu lines; the end: %zu", count_text(text, "lost here"),
        count_text(text, " line\n") + sum_before(text, " lines of the log were lost here\n"),
        count_text(text, "the end\n"));
}

Test(log, unread_lines_are_lost_and_counted)
{
    struct child_end end = logged(log_to_one_who_reads_late, NULL);
    cr_expect_str_eq(end.output, "3 notes; 1500 lines; the end: 1");
}

static void log_to_a_full_device(void *arg)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    int err = dup(STDERR_FILENO);
    dup2(full, STDERR_FILENO);
    hob_log(HOB_LOG_INFO, "one");
    hob_log(HOB_LOG_INFO, "two");
    dup2(err, STDERR_FILENO);
    hob_log(HOB_LOG_INFO, "three");
}

Test(log, what_cannot_be_written_is_counted)
{
    struct child_end end = logged(log_to_a_full_device, NULL);
    cr_expect_not_null(strstr(end.output, " warn  2 lines of the log were lost here\n"));
    cr_expect_not_null(strstr(end.output, " info  three\n"));
}

struct sunk {
    size_t count;
    hob_log_level level;
    char message[2000];
};

static void keep_message(void *context, hob_log_level level, const char *message)
{
    struct sunk *sunk = context;
    sunk->count++;
    sunk->level = level;
    snprintf(sunk->message, sizeof(sunk->message), "%s", message);
    if (sunk->count == 1)
        hob_log(HOB_LOG_ERROR, "of the sink itself");
}

static void log_to_a_sink(void *arg)
{
    struct sunk sunk = {0};
    hob_log_to(keep_message, &sunk);
    hob_log(HOB_LOG_DEBUG, "dropped");
    hob_log(HOB_LOG_WARN, "%d\npots", 3);
    if (sunk.count != 1 || sunk.level != HOB_LOG_WARN || strcmp(sunk.message, "3?pots") != 0)
        abort();
    hob_log(HOB_LOG_INFO, "%1500d", 1);
    if (sunk.count != 3 || sunk.level != HOB_LOG_INFO || strlen(sunk.message) != 1000)
        abort(); /* one of them was about the lost line */
    hob_log_to(NULL, NULL);
    hob_log(HOB_LOG_INFO, "again");
}

Test(log, a_sink_gets_messages_in_place_of_standard_error)
{
    struct child_end end = logged(log_to_a_sink, NULL);
    cr_expect_str_eq(message_in(&end), "again\n", "%s", end.output);
    cr_expect_eq(strchr(end.output, '\n'), end.output + strlen(end.output) - 1, "%s", end.output);
}
