/*
 * The program's access log: a line for each request, whatever the request and the sink are like.
 */
#include <fcntl.h>
#include <regex.h>
#include <sys/stat.h>

#include "tests/support/folder.h"
#include "tests/support/integration.h"
#include "tests/support/load.h"
#include "tests/support/refused.h"

TestSuite(access_log, .timeout = 60);

/* The log after the line with the address of the server. */
static const char *logged(const struct server *server)
{
    const char *output = process_output(server->process);
    cr_assert_eq(strncmp(output, "hob listens on ", 15), 0, "%s", output);
    return strchr(output, '\n') + 1;
}

static bool comes_to_log(const struct server *server, size_t lines)
{
    return eventually(count_lines(logged(server)) >= lines);
}

static void expect_match(const char *text, const char *pattern)
{
    regex_t regex;
    cr_assert_eq(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0, "%s", pattern);
    cr_expect_eq(regexec(&regex, text, 0, NULL, 0), 0, "%s\n%s", pattern, text);
    regfree(&regex);
}

#define AGENT "User-Agent: tester (\"\\\\\xc3\xbc\")\r\nReferer: http://h/?a=b\r\n"

static const struct {
    const char *format;
    const char *pattern; /* of what is logged of the requests below */
} formats[] = {
    {"combined",
     "^127\\.0\\.0\\.1 - - \\[[0-9]{2}/[A-Z][a-z]{2}/20[0-9]{2}(:[0-9]{2}){3} \\+0000\\] "
     "\"GET /ping\\?x HTTP/1\\.1\" 200 13 \"http://h/\\?a=b\" "
     "\"tester \\(\\\\x22\\\\x5C\\\\x5C\\\\xC3\\\\xBC\\\\x22\\)\"\n"
     "127\\.0\\.0\\.1 - - [^]]*\\] \"BREW\" 501 [0-9]+ \"-\" \"-\"\n$"},
    {"json", "^\\{\"time\":\"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}(:[0-9]{2}){2}\\.[0-9]{3}Z\","
             "\"client\":\"127\\.0\\.0\\.1:[0-9]+\",\"method\":\"GET\",\"target\":\"/ping\\?x\","
             "\"protocol\":\"HTTP/1\\.1\",\"status\":200,\"bytes\":13,\"seconds\":0\\.[0-9]{6},"
             "\"referer\":\"http://h/\\?a=b\","
             "\"user_agent\":\"tester \\(\\\\\"\\\\\\\\\\\\\\\\\\\\u00fc\\\\\"\\)\","
             "\"id\":\"one\",\"route\":\"GET /ping\"\\}\n"
             "\\{\"time\":\"[^\"]*\",\"client\":\"[^\"]*\",\"method\":\"BREW\",\"status\":501,"
             "\"bytes\":[0-9]+,\"seconds\":[0-9.]+,\"id\":\"[0-9a-f]{32}\"\\}\n$"},
    {"logfmt",
     "^time=20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}(:[0-9]{2}){2}\\.[0-9]{3}Z "
     "client=127\\.0\\.0\\.1:[0-9]+ method=GET target=/ping\\?x protocol=HTTP/1\\.1 status=200 "
     "bytes=13 seconds=0\\.[0-9]{6} referer=\"http://h/\\?a=b\" "
     "user_agent=\"tester \\(\\\\\"\\\\\\\\\\\\\\\\\\\\u00fc\\\\\"\\)\" "
     "id=one route=\"GET /ping\"\n"
     "time=[^ ]* client=[^ ]* method=BREW status=501 bytes=[0-9]+ seconds=[0-9.]+ "
     "id=[0-9a-f]{32}\n$"},
};

ProcessTest(access_log, has_a_line_for_each_request_in_each_format)
{
    for (size_t i = 0; i < COUNT(formats); i++) {
        struct server server = server_start("--access-log", formats[i].format);
        raw_ask(&server, REQUEST("GET /ping?x", AGENT "X-Request-Id: one\r\n"));
        raw_ask(&server, "BREW /tea HTTP/1.1\r\n\r\n");
        cr_expect_eq(server_stop(&server), 0);
        expect_match(logged(&server), formats[i].pattern);
    }
}

ProcessTest(access_log, is_off_unless_it_is_asked_for)
{
    struct server servers[] = {server_start(), server_start("--access-log", "off")};
    for (size_t i = 0; i < COUNT(servers); i++) {
        cr_expect_eq(get(&servers[i], "/ping")->status, 200);
        cr_expect_eq(process_threads(servers[i].process), 1);
        cr_expect_eq(server_stop(&servers[i]), 0);
        cr_expect_str_empty(logged(&servers[i]));
    }
}

ProcessTest(access_log, has_the_client_of_a_trusted_proxy)
{
    static const char *const cases[][2] = {
        {"127.0.0.1,::1", "^192\\.0\\.2\\.1 - - "},
        {"127.0.0.2", "^127\\.0\\.0\\.1 - - "},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct server server =
            server_start("--access-log", "combined", "--trusted-proxies", cases[i][0]);
        raw_ask(&server, REQUEST("GET /ping", "X-Forwarded-For: 1.1.1.1, 192.0.2.1\r\n"));
        cr_expect_eq(server_stop(&server), 0);
        expect_match(logged(&server), cases[i][1]);
    }
}

/* The client learns what its request is called there. */
ClientTest(access_log, has_the_id_that_the_response_tells, server_start("--access-log", "logfmt"))
{
    for (size_t i = 0; i < 50; i++) {
        struct response response = raw_exchange(client, GET("/ping"));
        const char *expected = formatted(" id=%s ", field(&response, "X-Request-Id"));
        cr_assert_eq(strlen(expected), 32 + strlen(" id= "), "%s", response.head);
        cr_expect(comes_to_log(&server, i + 1));
        cr_expect(strstr(logged(&server), expected), "%s", expected);
    }
}

ServerTest(
    access_log, tells_of_a_client_that_has_left,
    server_start("--access-log", "json", "--log-level", "debug"))
{
    struct raw_client client = raw_connect(&server);
    raw_send(&client, GET("/noodles"));
    cr_assert(server_logs(&server, "boil the egg"));
    raw_reset(&client);
    cr_expect(comes_to_log(&server, 1));
    cr_expect(
        strstr(logged(&server), "\"target\":\"/noodles\",\"protocol\":\"HTTP/1.1\",\"status\":0,"));
}

/* Lines in a file of the test's folder, each of which has to be whole; 0 if it is not there. */
static size_t lines_in(const char *name)
{
    char line[4097];
    size_t count = 0;
    FILE *file = fopen(folder_path(name), "r");
    if (!file)
        return 0;
    for (; fgets(line, sizeof(line), file); count++) {
        cr_assert_eq(strncmp(line, "{\"time\":\"20", 11), 0, "%s", line);
        cr_assert_eq(strcmp(line + strlen(line) - 2, "}\n"), 0, "%s", line);
    }
    fclose(file);
    return count;
}

static off_t size_of(const char *path)
{
    struct stat file;
    return stat(path, &file) == 0 ? file.st_size : 0;
}

static void rotate(const struct server *server, size_t i)
{
    const char *log = folder_path("log");
    cr_assert(eventually(size_of(log) > 0));
    cr_assert_eq(rename(log, folder_path(formatted("log.%zu", i))), 0, "%m");
    cr_assert_eq(kill(server->process->pid, SIGHUP), 0);
    cr_assert(eventually(access(log, F_OK) == 0));
}

ProcessTest(access_log, loses_no_line_when_its_file_is_rotated)
{
    enum { ROTATIONS = 20 };
    const char *path = folder_path("log");
    struct server server = server_start("--access-log", "json", "--access-log-file", path);
    struct load *load = load_start(server_address(&server), 8);
    for (size_t i = 0; i < ROTATIONS; i++) {
        size_t served = load_served(load);
        cr_assert(eventually(load_served(load) > served + 100));
        rotate(&server, i);
    }
    struct load_result result = load_end_without_loss(load);
    cr_expect_eq(server_stop(&server), 0);
    size_t lines = lines_in("log");
    for (size_t i = 0; i < ROTATIONS; i++) {
        size_t more = lines_in(formatted("log.%zu", i));
        cr_expect_gt(more, 0, "nothing in the file of rotation %zu", i);
        lines += more;
    }
    printf("%d rotations: %zu requests, %zu lines\n", ROTATIONS, result.served, lines);
    cr_expect_eq(lines, result.served);
    cr_expect_eq(server_log_count(&server, "access log: reopened"), ROTATIONS);
    cr_expect_eq(server_log_count(&server, "were lost"), 0);
    cr_expect_str_empty(logged(&server), "it was to go to the file");
}

ProcessTest(access_log, goes_on_when_another_process_takes_over)
{
    enum { UPGRADES = 5 };
    const char *path = folder_path("log");
    struct server server = server_wait(program_start(
        "--port", "0", "--idle-grace", "10", "--access-log", "json", "--access-log-file", path));
    struct load *load = load_start(server_address(&server), 8);
    for (size_t i = 0; i < UPGRADES; i++) {
        size_t served = load_served(load);
        server_restart(&server);
        cr_assert(eventually(load_served(load) > served + 100));
        rotate(&server, i); /* the new process obeys, too */
    }
    struct load_result result = load_end_without_loss(load);
    cr_expect_eq(server_stop(&server), 0);
    size_t lines = lines_in("log");
    for (size_t i = 0; i < UPGRADES; i++)
        lines += lines_in(formatted("log.%zu", i));
    cr_expect_eq(lines, result.served);
}

ProcessTest(access_log, cannot_be_opened_and_says_so)
{
    const char *path = folder_path("missing/log");
    struct process *hob =
        program_start("--port", "0", "--access-log", "json", "--access-log-file", path);
    cr_expect_eq(process_result(hob), 1);
    const char *errors = process_errors(hob);
    cr_expect(strstr(errors, "hob: cannot open the access log "), "%s", errors);
    cr_expect(strstr(errors, "/missing/log: No such file or directory\n"), "%s", errors);
    cr_expect_str_empty(process_output(hob));
}

/* A terminal that is closed ends the program, unless there is a file to open again. */
ProcessTest(access_log, leaves_the_signal_alone_that_it_does_not_need)
{
    struct server servers[] = {server_start(), server_start("--access-log", "json")};
    for (size_t i = 0; i < COUNT(servers); i++) {
        server_signal(&servers[i], SIGHUP);
        cr_expect_eq(process_result(servers[i].process), -SIGHUP);
    }
}

/* Sinks that do not take it. */

/* Sums up the numbers in the lines that report lost ones. */
static size_t told_as_lost(const struct server *server)
{
    static const char begin[] = "access log: ";
    size_t lost = 0;
    const char *at = process_errors(server->process);
    while ((at = strstr(at, begin))) {
        at += strlen(begin);
        char *end;
        size_t number = strtoul(at, &end, 10);
        if (strncmp(end, " lines were lost\n", 17) == 0)
            lost += number;
    }
    return lost;
}

/* A second of requests. Returns how many were served, each within a second. */
static size_t expect_service(const struct server *server)
{
    struct load *load = load_start(server_address(server), 8);
    double end = clock_seconds() + 1;
    while (clock_seconds() < end) {
        double begin = clock_seconds();
        cr_expect_eq(get(server, "/ping")->status, 200);
        cr_expect_lt(clock_seconds() - begin, 1);
    }
    return load_end_without_loss(load).served;
}

ProcessTest(access_log, does_not_block_the_server_if_its_pipe_is_not_read)
{
    const char *path = folder_path("pipe");
    cr_assert_eq(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    struct server server = server_start("--access-log", "json", "--access-log-file", path);
    size_t served = expect_service(&server);
    printf("log to a pipe that nobody reads: %zu requests in a second\n", served);
    cr_expect_lt(server_seconds_to_stop(&server), 10, "it waits for a reader for too long");
    cr_expect(server_logs(&server, "access log: the last lines were not written"));
    close(fd);
}

ServerTest(
    access_log, goes_without_a_device_that_is_full,
    server_start("--access-log", "json", "--access-log-file", "/dev/full"))
{
    size_t served = expect_service(&server);
    printf("log to a full device: %zu requests in a second\n", served);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_eq(server_log_count(&server, "access log: cannot write: No space left on device"), 1);
    cr_expect_geq(told_as_lost(&server), served);
}
