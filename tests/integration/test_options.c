/*
 * The command line and the environment: what is refused, and what needs no server.
 */
#include <ctype.h>

#include "tests/support/refused.h"
#include "tests/support/server_process.h"
#include "tests/support/test.h"

TestSuite(options, .timeout = 60);

/* Options with a value, and values that they refuse. */
static const struct {
    const char *name, *bad[16];
} options[] = {
    {"--port",
     {"-1", "65536", "abc", "", "80x", " 80", "+80", "0x50", "8.5", "99999999999999999999"}},
    {"--host", {"localhost", "1.2.3", "", "[::1]", "127.0.0.256", "127.0.0.1:80"}},
    {"--listen",
     {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:http", "localhost:8080",
      "::1:8080", "[::1]", "unix:", "unix:hob.sock", "127.0.0.1:0,", ",127.0.0.1:0",
      "127.0.0.1:0,,127.0.0.2:0"}},
    {"--admin", {"", "9090", "localhost:9090", "127.0.0.1:65536", "unix:hob.sock"}},
    {"--connection-limit", {"", "0", "-1", "1e3", "1000000001", "99999999999999999999", " 1"}},
    {"--drain-delay", {"-1", "soon", "inf"}},
    {"--workers", {"0", "-1", "1025", "2.5", "Auto", "auto ", " 2", ""}},
    {"--idle-grace", {"-1", "nan", "", "1s"}},
    {"--time-scale", {"-1", "nan", "inf", "x", "", "1s", "1e99"}},
    {"--grace", {"-1", "nan", "inf", "", "1 s"}},
    {"--stall-limit", {"-1", "nan", "inf", "", "0.1s"}},
    {"--head-timeout", {"0"}},
    {"--body-timeout", {"-1"}},
    {"--handler-timeout", {"soon"}},
    {"--write-timeout", {"nan"}},
    {"--idle-timeout", {"inf"}},
    {"--linger-timeout", {""}},
    {"--target-limit", {"0"}},
    {"--head-limit", {"-1"}},
    {"--header-limit", {"1.5"}},
    {"--body-limit", {"1M"}},
    {"--pipeline-limit", {"9999999999"}},
    {"--log-level", {"loud", "", "INFO", "info "}},
    {"--access-log", {"", "JSON", "common", "json "}},
    {"--access-log-file", {""}},
    {"--allow-host", {"", "shop.example:80", "http://shop.example", "[::1", "::1"}},
    {"--trusted-proxies",
     {"", "proxy.example", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "10.0.0.0/", "10.0.0.0/+8",
      "[::1]", "::1/129", "unix:/run/proxy", "127.0.0.1:80"}},
    {"--upstream",
     {"", "b", "b=", "=http://a", "http://a", "b c=http://a",
      "a-name-that-has-more-than-32-bytes=http://a", "b=ftp://a", "b=http://", "b=http://a:0",
      "b=http://me@a", "b=http://a/#menu", "b=unix:hob.sock"}},
    {"--upstream-ca", {""}},
};

ProcessTest(options, a_bad_value_is_named_with_its_option)
{
    for (size_t i = 0; i < COUNT(options); i++) {
        for (const char *const *bad = options[i].bad; *bad; bad++) {
            const char *quoted = formatted("'%s'", strchr(*bad, ',') ? "" : *bad);
            expect_refused(program_start(options[i].name, *bad), options[i].name, quoted);
        }
    }
}

ProcessTest(options, a_path_that_is_too_long_is_said_to_be)
{
    char address[128] = "unix:/";
    memset(address + strlen(address), 'x', 107);
    expect_refused(program_start("--listen", address), address, "107 bytes");
}

ProcessTest(options, addresses_are_given_in_one_way)
{
    static const char *const others[][2] = {{"--port", "0"}, {"--host", "::1"}, {"--port", "8080"}};
    for (size_t i = 0; i < COUNT(others); i++) {
        expect_refused(
            program_start(others[i][0], others[i][1], "--listen", "127.0.0.1:0"), "--listen",
            others[i][0]);
    }
}

ProcessTest(options, there_are_not_more_addresses_than_anybody_needs)
{
    enum { MOST = 16 };
    const char *argv[2 * MOST + 4] = {HOB_BINARY};
    for (size_t i = 0; i < MOST; i++) {
        argv[2 * i + 1] = "--listen";
        argv[2 * i + 2] = "127.0.0.1:0";
    }
    argv[2 * MOST + 1] = "--listen";
    argv[2 * MOST + 2] = "127.0.0.2:0";
    expect_refused(process_start(argv), "'127.0.0.2:0'", "one too many");
}

ProcessTest(options, there_are_not_more_names_than_anybody_needs)
{
    const char *names = "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q";
    expect_refused(program_start("--allow-host", names), "'q'", "one too many");
}

ProcessTest(options, a_file_without_an_access_log_is_refused)
{
    expect_refused(
        program_start("--access-log-file", "/tmp/x"), "--access-log-file", "needs --access-log");
}

ProcessTest(options, a_header_of_proxies_needs_some_that_are_trusted)
{
    expect_refused(
        program_start("--proxy-protocol"), "--proxy-protocol", "needs --trusted-proxies");
}

ProcessTest(options, a_value_behind_an_equals_sign_is_the_same)
{
    expect_refused(program_start("--port=abc"), "--port", "'abc'");
}

ProcessTest(options, a_bad_port_in_the_environment_is_named_as_such)
{
    static const char *const cases[] = {"abc", "-1", "65536", "80x"};
    for (size_t i = 0; i < COUNT(cases); i++) {
        setenv("PORT", cases[i], 1);
        expect_refused(program_start(), "PORT in the environment", cases[i]);
    }
}

ProcessTest(options, an_option_without_its_value_is_named)
{
    for (size_t i = 0; i < COUNT(options); i++)
        expect_refused(program_start(options[i].name), options[i].name, "value");
}

ProcessTest(options, two_upstreams_have_different_names_and_urls)
{
    static const struct {
        const char *value, *words;
    } cases[] = {
        {"b=http://a,b=http://c", "'b=http://c': there is an upstream b before"},
        {"b=http://a,c=http://a", "'c=http://a': b has this URL, too"},
        {"b=unix:/a,c=unix:/a", "'c=unix:/a': b has this URL, too"},
        {"a=http://a,b=http://b,c=http://c,d=http://d,e=http://e,f=http://f,g=http://g,h=http://h,"
         "i=http://i,j=http://j,k=http://k,l=http://l,m=http://m,n=http://n,o=http://o,p=http://p,"
         "q=http://q",
         "'q=http://q' is one too many: there may be 16"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_refused(program_start("--upstream", cases[i].value), "--upstream", cases[i].words);
}

ProcessTest(options, an_argument_that_is_not_understood_is_named)
{
    static const char *const cases[][2] = {
        {"--spice", "'--spice'"},
        {"--spice=salt", "'--spice=salt'"},
        {"-p", "'-p'"},
        {"-port", "'-p'"},
        {"--", "'more'"},
        {"noodles", "'noodles'"},
        {"--help=now", "--help=now"},
        {"--demo=yes", "--demo=yes"},
        {"", "''"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        expect_refused(program_start(cases[i][0], "more"), cases[i][1], "");
    }
}

ProcessTest(options, help_names_every_option)
{
    static const char *const words[] = {
        "Usage: hob", "healthcheck", "$PORT",          "8080",           "127.0.0.1",
        "30",         "--help",      "--version",      "unix:/PATH",     "--demo",
        "16384",      "SIGUSR2",     "--print-config", "HOB_TIME_SCALE", "--proxy-protocol",
    };
    struct process *hob = program_start("--help");
    cr_expect_eq(process_result(hob), 0);
    for (size_t i = 0; i < COUNT(words); i++)
        cr_expect(strstr(process_output(hob), words[i]), "%s", words[i]);
    for (size_t i = 0; i < COUNT(options); i++)
        cr_expect(strstr(process_output(hob), options[i].name), "%s", options[i].name);
    cr_expect_str_empty(process_errors(hob));
}

ProcessTest(options, version_is_one_line)
{
    struct process *hob = program_start("--version");
    cr_expect_eq(process_result(hob), 0);
    const char *output = process_output(hob);
    cr_expect(strncmp(output, "hob ", 4) == 0 && isdigit((unsigned char)output[4]), "%s", output);
    cr_expect_eq(count_lines(output), 1);
    cr_expect_str_empty(process_errors(hob));
}
