/*
 * The command line and the environment: what is refused, and what needs no server.
 */
#include <ctype.h>

#include "tests/support/refused.h"
#include "tests/support/server_process.h"
#include "tests/support/test.h"

TestSuite(options, .timeout = 60);

ProcessTest(options, a_bad_value_is_named_with_its_option)
{
    static const char *const cases[][2] = {
        {"--port", "-1"},
        {"--port", "65536"},
        {"--port", "abc"},
        {"--port", ""},
        {"--port", "80x"},
        {"--port", " 80"},
        {"--port", "+80"},
        {"--port", "0x50"},
        {"--port", "8.5"},
        {"--port", "99999999999999999999"},
        {"--host", "localhost"},
        {"--host", "1.2.3"},
        {"--host", ""},
        {"--host", "[::1]"},
        {"--host", "127.0.0.256"},
        {"--host", "127.0.0.1:80"},
        {"--listen", ""},
        {"--listen", "8080"},
        {"--listen", ":8080"},
        {"--listen", "127.0.0.1"},
        {"--listen", "127.0.0.1:65536"},
        {"--listen", "127.0.0.1:http"},
        {"--listen", "localhost:8080"},
        {"--listen", "::1:8080"},
        {"--listen", "[::1]"},
        {"--listen", "unix:"},
        {"--listen", "unix:hob.sock"},
        {"--listen", "127.0.0.1:0,"},
        {"--listen", ",127.0.0.1:0"},
        {"--listen", "127.0.0.1:0,,127.0.0.2:0"},
        {"--admin", ""},
        {"--admin", "9090"},
        {"--admin", "localhost:9090"},
        {"--admin", "127.0.0.1:65536"},
        {"--admin", "unix:hob.sock"},
        {"--connection-limit", ""},
        {"--connection-limit", "0"},
        {"--connection-limit", "-1"},
        {"--connection-limit", "1e3"},
        {"--connection-limit", "1000000001"},
        {"--connection-limit", "99999999999999999999"},
        {"--connection-limit", " 1"},
        {"--drain-delay", "-1"},
        {"--drain-delay", "soon"},
        {"--drain-delay", "inf"},
        {"--workers", "0"},
        {"--workers", "-1"},
        {"--workers", "1025"},
        {"--workers", "2.5"},
        {"--workers", "Auto"},
        {"--workers", "auto "},
        {"--workers", " 2"},
        {"--workers", ""},
        {"--idle-grace", "-1"},
        {"--idle-grace", "nan"},
        {"--idle-grace", ""},
        {"--idle-grace", "1s"},
        {"--time-scale", "-1"},
        {"--time-scale", "nan"},
        {"--time-scale", "inf"},
        {"--time-scale", "x"},
        {"--time-scale", ""},
        {"--time-scale", "1s"},
        {"--time-scale", "1e99"},
        {"--grace", "-1"},
        {"--grace", "nan"},
        {"--grace", "inf"},
        {"--grace", ""},
        {"--grace", "1 s"},
        {"--stall-limit", "-1"},
        {"--stall-limit", "nan"},
        {"--stall-limit", "inf"},
        {"--stall-limit", ""},
        {"--stall-limit", "0.1s"},
        {"--head-timeout", "0"},
        {"--body-timeout", "-1"},
        {"--handler-timeout", "soon"},
        {"--write-timeout", "nan"},
        {"--idle-timeout", "inf"},
        {"--linger-timeout", ""},
        {"--target-limit", "0"},
        {"--head-limit", "-1"},
        {"--header-limit", "1.5"},
        {"--body-limit", "1M"},
        {"--pipeline-limit", "9999999999"},
        {"--log-level", "loud"},
        {"--log-level", ""},
        {"--log-level", "INFO"},
        {"--log-level", "info "},
        {"--access-log", ""},
        {"--access-log", "JSON"},
        {"--access-log", "common"},
        {"--access-log", "json "},
        {"--access-log-file", ""},
        {"--allow-host", ""},
        {"--allow-host", "shop.example:80"},
        {"--allow-host", "http://shop.example"},
        {"--allow-host", "[::1"},
        {"--allow-host", "::1"},
        {"--trusted-proxies", ""},
        {"--trusted-proxies", "proxy.example"},
        {"--trusted-proxies", "10.0.0.0/33"},
        {"--trusted-proxies", "10.0.0.1/8"},
        {"--trusted-proxies", "10.0.0/8"},
        {"--trusted-proxies", "10.0.0.0/"},
        {"--trusted-proxies", "10.0.0.0/+8"},
        {"--trusted-proxies", "[::1]"},
        {"--trusted-proxies", "::1/129"},
        {"--trusted-proxies", "unix:/run/proxy"},
        {"--trusted-proxies", "127.0.0.1:80"},
        {"--upstream", ""},
        {"--upstream", "b"},
        {"--upstream", "b="},
        {"--upstream", "=http://a"},
        {"--upstream", "http://a"},
        {"--upstream", "b c=http://a"},
        {"--upstream", "a-name-that-has-more-than-32-bytes=http://a"},
        {"--upstream", "b=ftp://a"},
        {"--upstream", "b=http://"},
        {"--upstream", "b=http://a:0"},
        {"--upstream", "b=http://me@a"},
        {"--upstream", "b=http://a/#menu"},
        {"--upstream", "b=unix:hob.sock"},
        {"--upstream-ca", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *quoted = formatted("'%s'", strchr(cases[i][1], ',') ? "" : cases[i][1]);
        expect_refused(program_start(cases[i][0], cases[i][1]), cases[i][0], quoted);
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
        const char *const argv[] = {HOB_BINARY, others[i][0],  others[i][1],
                                    "--listen", "127.0.0.1:0", NULL};
        expect_refused(process_start(argv), "--listen", others[i][0]);
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

/* Those with a value. */
static const char *const options[] = {
    "--port",           "--host",
    "--listen",         "--connection-limit",
    "--time-scale",     "--grace",
    "--idle-grace",     "--stall-limit",
    "--log-level",      "--head-timeout",
    "--body-timeout",   "--handler-timeout",
    "--write-timeout",  "--idle-timeout",
    "--linger-timeout", "--target-limit",
    "--head-limit",     "--header-limit",
    "--body-limit",     "--pipeline-limit",
    "--access-log",     "--access-log-file",
    "--drain-delay",    "--admin",
    "--allow-host",     "--trusted-proxies",
    "--upstream",       "--upstream-ca",
};

ProcessTest(options, an_option_without_its_value_is_named)
{
    for (size_t i = 0; i < COUNT(options); i++)
        expect_refused(program_start(options[i]), options[i], "value");
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
        cr_expect(strstr(process_output(hob), options[i]), "%s", options[i]);
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
