/*
 * The environment: what each option can also be set by, and --print-config, which shows what came
 * of it all.
 */

#include "tests/support/folder.h"
#include "tests/support/integration.h"
#include "tests/support/refused.h"

TestSuite(environment, .timeout = 60);

#define config_of(...) config_by(program_start("--print-config", ##__VA_ARGS__))

static const char *config_by(struct process *hob)
{
    cr_assert_eq(process_result(hob), 0, "%s", process_errors(hob));
    cr_expect_str_empty(process_errors(hob));
    return process_output(hob);
}

/* Expects a setting and the line above, which names its source. */
static void expect_setting(const char *config, const char *source, const char *setting)
{
    const char *lines = formatted("# %s\n%s\n", source, setting);
    cr_expect(strstr(config, lines), "'%s' is not in:\n%s", lines, config);
}

/* No setting here is the default of its option. */
static const char *const settings[][2] = {
    {"HOB_HOST", "127.0.0.2"},
    {"HOB_PORT", "0"},
    {"HOB_ADMIN", "127.0.0.2:81"},
    {"HOB_WORKERS", "2"},
    {"HOB_TIME_SCALE", "0.5"},
    {"HOB_GRACE", "31"},
    {"HOB_DRAIN_DELAY", "5"},
    {"HOB_IDLE_GRACE", "2"},
    {"HOB_CONNECTION_LIMIT", "17"},
    {"HOB_HEAD_TIMEOUT", "11"},
    {"HOB_BODY_TIMEOUT", "16"},
    {"HOB_HANDLER_TIMEOUT", "32"},
    {"HOB_WRITE_TIMEOUT", "21"},
    {"HOB_IDLE_TIMEOUT", "61"},
    {"HOB_LINGER_TIMEOUT", "3"},
    {"HOB_TARGET_LIMIT", "8193"},
    {"HOB_HEAD_LIMIT", "16385"},
    {"HOB_HEADER_LIMIT", "101"},
    {"HOB_BODY_LIMIT", "1048577"},
    {"HOB_PIPELINE_LIMIT", "65537"},
    {"HOB_STALL_LIMIT", "0.2"},
    {"HOB_LOG_LEVEL", "debug"},
    {"HOB_DEMO", "true"},
    {"HOB_ACCESS_LOG", "json"},
    {"HOB_ACCESS_LOG_FILE", "/no/such/log"},
};

/* "time-scale" of the help to "HOB_time_scale=", for those who do not mind the case. */
static void name_variable(char *name, size_t size, const char *option)
{
    snprintf(name, size, "HOB_%.*s=", (int)strcspn(option, " "), option);
    for (char *dash = name; (dash = strchr(dash, '-'));)
        *dash = '_';
}

ProcessTest(environment, each_setting_counts)
{
    for (size_t i = 0; i < COUNT(settings); i++)
        setenv(settings[i][0], settings[i][1], 1);
    const char *config = config_of();
    for (size_t i = 0; i < COUNT(settings); i++)
        expect_setting(config, "environment", formatted("%s=%s", settings[i][0], settings[i][1]));
}

/* None is forgotten: all that the help knows, but for what asks to print something. */
ProcessTest(environment, each_option_has_a_variable)
{
    char name[64];
    size_t count = 0;
    struct process *help = program_start("--help");
    cr_assert_eq(process_result(help), 0);
    const char *config = config_of();
    const char *line = process_output(help);
    while ((line = strstr(line, "\n  --"))) {
        line += strlen("\n  --");
        name_variable(name, sizeof(name), line);
        bool asks = strstr("HOB_help= HOB_version= HOB_print_config=", name);
        cr_expect_eq(strcasestr(config, name) == NULL, asks, "%s", name);
        count++;
    }
    cr_expect_gt(count, COUNT(settings));
}

ProcessTest(environment, a_flag_wins_and_a_default_is_last)
{
    setenv("HOB_GRACE", "31", 1);
    setenv("HOB_IDLE_GRACE", "2", 1);
    const char *config = config_of("--grace", "29");
    expect_setting(config, "flag", "HOB_GRACE=29");
    expect_setting(config, "environment", "HOB_IDLE_GRACE=2");
    expect_setting(config, "default", "HOB_STALL_LIMIT=0.1");
    expect_setting(config, "default", "HOB_DEMO=false");
    expect_setting(config_of("--demo"), "flag", "HOB_DEMO=true");
}

ProcessTest(environment, a_bad_value_is_named_with_its_variable)
{
    static const char *const cases[][2] = {
        {"HOB_PORT", "65536"},
        {"HOB_PORT", "http"},
        {"HOB_HOST", "localhost"},
        {"HOB_LISTEN", "8080"},
        {"HOB_LISTEN", "127.0.0.1:0 127.0.0.2:0"},
        {"HOB_CONNECTION_LIMIT", "0"},
        {"HOB_TIME_SCALE", "x"},
        {"HOB_TIME_SCALE", " "},
        {"HOB_GRACE", "-1"},
        {"HOB_GRACE", "tcp://10.0.0.1:80"},
        {"HOB_IDLE_GRACE", "1s"},
        {"HOB_HEAD_TIMEOUT", "0"},
        {"HOB_BODY_LIMIT", "1M"},
        {"HOB_STALL_LIMIT", "nan"},
        {"HOB_LOG_LEVEL", "loud"},
        {"HOB_DEMO", "yes"},
        {"HOB_DEMO", "TRUE"},
        {"HOB_DEMO", "2"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        setenv(cases[i][0], cases[i][1], 1);
        const char *source = formatted("hob: %s in the environment: ", cases[i][0]);
        const char *value = formatted("'%s'", cases[i][1]);
        expect_refused(program_start(), source, value);
        expect_refused(program_start("healthcheck"), source, value);
        unsetenv(cases[i][0]);
    }
}

ProcessTest(environment, a_bad_value_that_a_flag_replaces_is_harmless)
{
    setenv("HOB_GRACE", "for ever", 1);
    expect_setting(config_of("--grace", "1"), "flag", "HOB_GRACE=1");
}

ProcessTest(environment, help_comes_before_what_is_wrong)
{
    setenv("HOB_GRACE", "for ever", 1);
    cr_expect_eq(process_result(program_start("--help")), 0);
}

ProcessTest(environment, an_empty_variable_is_none)
{
    for (size_t i = 0; i < COUNT(settings); i++)
        setenv(settings[i][0], "", 1);
    setenv("HOB_LISTEN", "", 1);
    setenv("PORT", "", 1);
    const char *config = config_of();
    expect_setting(config, "default", "HOB_PORT=8080");
    cr_expect_null(strstr(config, "# environment"), "%s", config);
}

ProcessTest(environment, a_switch_is_on_or_off)
{
    static const char *const cases[][2] = {
        {"true", "HOB_DEMO=true"},
        {"1", "HOB_DEMO=1"},
        {"false", "HOB_DEMO=false"},
        {"0", "HOB_DEMO=0"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        setenv("HOB_DEMO", cases[i][0], 1);
        expect_setting(config_of(), "environment", cases[i][1]);
    }
}

/* A typo must not go unnoticed, and must not stop a server that was well before. */
ProcessTest(environment, a_variable_that_is_no_option_is_warned_of)
{
    static const char *const names[] = {
        "HOB_GARCE", "HOB_", "HOB_HELP", "HOB_VERSION", "HOB_GRACE_"};
    for (size_t i = 0; i < COUNT(names); i++) {
        setenv(names[i], "5", 1);
        struct process *hob = program_start("--print-config");
        cr_expect_eq(process_result(hob), 0);
        const char *errors = process_errors(hob);
        cr_expect_eq(count_lines(errors), 1, "%s", errors);
        cr_expect(strstr(errors, names[i]), "%s", errors);
        cr_expect(strstr(errors, "is not an option"), "%s", errors);
        cr_expect(strstr(process_output(hob), "HOB_GRACE=30\n"));
        unsetenv(names[i]);
    }
}

/* Kubernetes sets these in each container, if there is a service called "hob", or "hob-admin". */
ProcessTest(environment, variables_about_services_are_not_for_the_program)
{
    setenv("HOB_SERVICE_HOST", "10.0.0.1", 1);
    setenv("HOB_SERVICE_PORT", "80", 1);
    setenv("HOB_SERVICE_PORT_HTTP", "80", 1);
    setenv("HOB_PORT", "tcp://10.0.0.1:80", 1);
    setenv("HOB_PORT_80_TCP", "tcp://10.0.0.1:80", 1);
    setenv("HOB_PORT_80_TCP_ADDR", "10.0.0.1", 1);
    setenv("HOB_ADMIN_SERVICE_HOST", "10.0.0.2", 1);
    setenv("HOB_ADMIN_PORT", "tcp://10.0.0.2:81", 1);
    expect_setting(config_of(), "default", "HOB_PORT=8080");
}

/* Where to listen: --listen on the one hand, --host and --port on the other. */

ProcessTest(environment, several_addresses_are_separated_by_commas)
{
    setenv("HOB_LISTEN", "127.0.0.1:80,unix:/run/hob.sock,[::1]:80", 1);
    const char *config = config_of();
    expect_setting(config, "environment", "HOB_LISTEN=127.0.0.1:80,unix:/run/hob.sock,[::1]:80");
    expect_setting(config, "not used", "HOB_HOST=");
    expect_setting(config, "not used", "HOB_PORT=");
}

ProcessTest(environment, flags_for_listeners_replace_all_their_variables)
{
    setenv("HOB_LISTEN", "127.0.0.1:80", 1);
    const char *config = config_of("--port", "81");
    expect_setting(config, "not used", "HOB_LISTEN=");
    expect_setting(config, "flag", "HOB_PORT=81");
    expect_setting(config, "default", "HOB_HOST=127.0.0.1");
    unsetenv("HOB_LISTEN");
    setenv("HOB_PORT", "80", 1);
    config = config_of("--listen", "127.0.0.1:81", "--listen", "127.0.0.1:82");
    expect_setting(config, "flag", "HOB_LISTEN=127.0.0.1:81,127.0.0.1:82");
    expect_setting(config, "not used", "HOB_PORT=");
    config = config_of("--host", "::1");
    expect_setting(config, "flag", "HOB_HOST=::1");
    expect_setting(config, "environment", "HOB_PORT=80");
}

ProcessTest(environment, variables_for_listeners_must_not_contradict)
{
    static const char *const others[][2] = {{"HOB_PORT", "0"}, {"HOB_HOST", "::1"}};
    setenv("HOB_LISTEN", "127.0.0.1:0", 1);
    for (size_t i = 0; i < COUNT(others); i++) {
        setenv(others[i][0], others[i][1], 1);
        expect_refused(program_start(), "HOB_LISTEN", others[i][0]);
        unsetenv(others[i][0]);
    }
}

ProcessTest(environment, the_variable_port_is_the_last_resort)
{
    setenv("PORT", "81", 1);
    expect_setting(config_of(), "environment", "HOB_PORT=81");
    expect_setting(config_of("--host", "::1"), "environment", "HOB_PORT=81");
    setenv("HOB_PORT", "82", 1);
    expect_setting(config_of(), "environment", "HOB_PORT=82");
    expect_setting(config_of("--port", "83"), "flag", "HOB_PORT=83");
    unsetenv("HOB_PORT");
    setenv("HOB_LISTEN", "127.0.0.1:84", 1);
    expect_setting(config_of(), "environment", "HOB_LISTEN=127.0.0.1:84");
}

ProcessTest(environment, the_server_and_its_health_check_read_the_same)
{
    setenv("HOB_LISTEN", "127.0.0.2:0", 1);
    setenv("HOB_TIME_SCALE", "0", 1);
    setenv("HOB_IDLE_GRACE", "0", 1);
    struct server server = server_wait(program_start());
    cr_expect(strncmp(server.url, "http://127.0.0.2:", 17) == 0, "%s", server.url);
    cr_expect_eq(get(&server, "/noodles")->status, 200);
    const char *address = formatted("127.0.0.2:%u", server.port);
    setenv("HOB_LISTEN", address, 1);
    setenv("HOB_TYPO", "1", 1);
    struct process *check = program_start("healthcheck");
    cr_expect_eq(process_result(check), 0);
    cr_expect_str_empty(process_errors(check), "it is run too often to warn each time");
}

/* The lines that are settings, without the comments. */
static const char *settings_in(const char *config)
{
    char *text = calloc(1, strlen(config) + 1);
    cr_assert_not_null(text);
    for (const char *line = config; *line; line += strcspn(line, "\n") + 1) {
        if (*line != '#')
            strncat(text, line, strcspn(line, "\n") + 1);
    }
    return text;
}

/* Has a shell set the variables as its output says, and expects the same from there. */
static void expect_to_be_read_back(const char *const *argv)
{
    const char *before = settings_in(config_by(process_start(argv)));
    folder_add_text("config", before);
    const char *command =
        formatted("set -a; . %s; exec '%s' --print-config", folder_path("config"), HOB_BINARY);
    cr_expect_str_eq(settings_in(config_by(start_command("/bin/sh", "-c", command))), before);
}

ProcessTest(environment, what_is_printed_can_be_read_back)
{
    static const char *const cases[][8] = {
        {NULL},
        {"--listen", "127.0.0.1:80", "--listen", "unix:/run/hob.sock"},
        {"--listen", "unix:/run/a \"$b\" `c` \\ ' # d"},
        {"--allow-host", "a.example,b.example", "--allow-host", "[2001:db8::1]"},
        {"--trusted-proxies", "10.0.0.0/8,unix:", "--trusted-proxies", "::1"},
        {"--upstream", "b=http://b:8080,c=http://c/x?y=1", "--upstream", "d=unix:/run/d"},
        {"--upstream", "b=https://b", "--upstream-ca", "/etc/b.pem"},
        {"--port", "0080", "--host", "::1", "--demo"},
        {"--admin", "unix:/run/hob/admin", "--access-log", "json", "--access-log-file", "/a log"},
        {"--time-scale", "1000"},
        {"--time-scale", "1000000"},
        {"--time-scale", "1.23456789", "--log-level", "debug", "--grace", "1e2"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *argv[COUNT(cases[0]) + 3] = {HOB_BINARY, "--print-config"};
        for (size_t j = 0; j < COUNT(cases[i]); j++)
            argv[2 + j] = cases[i][j];
        expect_to_be_read_back(argv);
    }
}

ProcessTest(environment, orders_that_take_longer_may_be_waited_for_longer)
{
    expect_setting(config_of("--time-scale", "10"), "default", "HOB_HANDLER_TIMEOUT=300");
    expect_setting(config_of("--time-scale", "0.1"), "default", "HOB_HANDLER_TIMEOUT=30");
    const char *config = config_of("--time-scale", "10", "--handler-timeout", "20");
    expect_setting(config, "flag", "HOB_HANDLER_TIMEOUT=20");
}

ProcessTest(environment, what_is_wrong_is_not_printed)
{
    expect_refused(program_start("--print-config", "--grace", "x"), "--grace", "'x'");
}
