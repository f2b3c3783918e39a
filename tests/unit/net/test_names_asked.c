/* Names that c-ares asks a name server of the test for. */
#include <arpa/inet.h>

#include "hob/net.h"
#include "tests/support/coroutine.h"
#include "tests/support/descriptors.h"
#include "tests/support/hosts_file.h"
#include "tests/support/kept_log.h"
#include "tests/support/listening.h"
#include "tests/support/name_server.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

static const struct record records[] = {
    {.name = "one.test", .address = "192.0.2.1", .ttl = 100},
    {.name = "both.test", .address = "192.0.2.2", .ttl = 100},
    {.name = "both.test", .address = "2001:db8::2", .ttl = 100},
    {.name = "only6.test", .address = "2001:db8::3", .ttl = 100},
    {.name = "none.test"},
    {.name = "brief.test", .address = "192.0.2.4", .ttl = 0},
    {.name = "failing.test", .treatment = FAILED},
    {.name = "silent.test", .treatment = UNANSWERED},
    {.name = "silent6.test", .address = "192.0.2.5", .ttl = 100},
    {.name = "silent6.test", .type = '6', .treatment = UNANSWERED},
    {.name = "long.test", .address = "192.0.2.6", .ttl = 100, .treatment = TRUNCATED},
    {.name = "failing6.test", .type = '6', .treatment = FAILED},
    {.name = "failing6.test", .type = 'A'},
    {.name = "here4.test", .address = "127.0.0.1", .ttl = 100},
    {.name = "here4.test", .type = '6', .treatment = FAILED},
    {.name = "here.test", .address = "127.0.0.1", .ttl = 100},
    {.name = "host.search.test", .address = "192.0.2.7", .ttl = 100},
    {NULL},
};

static struct name_server server;
static hob_resolver *resolver;

static void start_server(void)
{
    setenv("LOCALDOMAIN", "search.test", 1);
    name_server_start(&server, records);
}

static void stop_server(void)
{
    name_server_stop(&server);
}

TestSuite(names_asked, .init = start_server, .fini = stop_server, .timeout = 60);

/* The test's resolver, which asks the test's server: each question twice, with short time-outs. */
static void use_resolver(size_t names)
{
    const hob_resolver_options options = {
        .servers = server.address, .timeout = 0.1, .tries = 2, .names = names};
    cr_expect_eq(hob_resolver_new(&options, &resolver), 0);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Looks up a name. Returns its addresses in a fixed order, or the error; valid until the next. */
static const char *look_up(const char *name)
{
    static char text[HOB_LOOKUP_MAX * INET6_ADDRSTRLEN];
    char parts[HOB_LOOKUP_MAX][INET6_ADDRSTRLEN];
    hob_address addresses[HOB_LOOKUP_MAX];
    int count = hob_lookup(resolver, name, addresses, NULL);
    if (count < 0)
        return strerrorname_np(-count);
    for (int i = 0; i < count; i++) {
        bool ipv6 = addresses[i].any.sa_family == AF_INET6;
        const void *bytes = ipv6 ? (const void *)&addresses[i].ipv6.sin6_addr
                                 : (const void *)&addresses[i].ipv4.sin_addr;
        cr_expect_eq(ipv6 ? addresses[i].ipv6.sin6_port : addresses[i].ipv4.sin_port, 0);
        inet_ntop(addresses[i].any.sa_family, bytes, parts[i], sizeof(parts[i]));
    }
    qsort(parts, (size_t)count, sizeof(parts[0]), compare_texts);
    char *end = text;
    for (int i = 0; i < count; i++)
        end = stpcpy(stpcpy(end, i > 0 ? " " : ""), parts[i]);
    *end = '\0';
    return text;
}

CoroutineTest(names_asked, have_the_addresses_that_the_server_knows)
{
    static const struct {
        const char *name;
        const char *addresses;
    } cases[] = {
        {"one.test", "192.0.2.1"},         {"ONE.test", "192.0.2.1"},
        {"one.test.", "192.0.2.1"},        {"both.test", "192.0.2.2 2001:db8::2"},
        {"only6.test", "2001:db8::3"},     {"none.test", "ENXIO"},
        {"unknown.test", "ENXIO"},         {"failing.test", "EREMOTEIO"},
        {"silent.test", "EREMOTEIO"},      {"silent6.test", "192.0.2.5"},
        {"long.test", "192.0.2.6"},        {"host", "192.0.2.7"},
        {"host.search.test", "192.0.2.7"},
    };
    use_resolver(0);
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_str_eq(
            look_up(cases[i].name), cases[i].addresses, "%s: %s", cases[i].name,
            look_up(cases[i].name));
    hob_resolver_free(resolver);
}

CoroutineTest(names_asked, are_asked_once_as_long_as_the_answer_holds)
{
    use_resolver(0);
    for (int i = 0; i < 3; i++) {
        cr_expect_str_eq(look_up("one.test"), "192.0.2.1");
        cr_expect_str_eq(look_up("One.Test"), "192.0.2.1");
        cr_expect_str_eq(look_up("unknown.test"), "ENXIO");
    }
    cr_expect_eq(name_server_count(&server, "one.test"), 2, "A and AAAA");
    cr_expect_eq(name_server_count(&server, "One.Test"), 0);
    cr_expect_eq(name_server_count(&server, "unknown.test"), 2);
    hob_resolver_free(resolver);
}

CoroutineTest(names_asked, are_not_kept_when_the_server_fails)
{
    use_resolver(0);
    cr_expect_str_eq(look_up("failing.test"), "EREMOTEIO");
    size_t asked = name_server_count(&server, "failing.test");
    cr_expect_str_eq(look_up("failing.test"), "EREMOTEIO");
    cr_expect_gt(name_server_count(&server, "failing.test"), asked);
    hob_resolver_free(resolver);
}

CoroutineTest(names_asked, make_room_for_others_by_least_recent_use)
{
    use_resolver(2);
    look_up("one.test");
    look_up("both.test");
    look_up("one.test");
    look_up("only6.test");
    look_up("one.test");
    cr_expect_eq(name_server_count(&server, "one.test"), 2);
    look_up("both.test");
    cr_expect_eq(name_server_count(&server, "both.test"), 4);
    hob_resolver_free(resolver);
}

CoroutineTest(names_asked, are_connected_to)
{
    hob_error error;
    hob_conn *conn;
    char address[100];
    char peer[HOB_PEER_SIZE] = "";
    struct listening listening = listening_open();
    use_resolver(0);
    const hob_connect_options options = {.resolver = resolver, .error = &error};
    snprintf(address, sizeof(address), "here.test%s", strchr(listening.text, ':'));
    cr_expect_eq(hob_connect(address, &options, &conn), 0, "%s", error.text);
    cr_expect_eq(hob_conn_peer(conn, peer, sizeof(peer)), 0);
    cr_expect_str_eq(peer, listening.text);
    hob_conn_close(conn);
    cr_expect_eq(hob_connect("unknown.test:80", &options, &conn), -ENXIO);
    cr_expect_str_eq(error.text, "looking up unknown.test: the name has no address");
    cr_expect_eq(hob_connect("failing.test:80", &options, &conn), -EREMOTEIO);
    cr_expect_str_eq(error.text, "looking up failing.test: no name server has given an answer");
    hob_resolver_free(resolver);
    listening_close(&listening);
}

CoroutineTest(names_asked, have_the_failures_of_both_families_in_the_error)
{
    hob_error error;
    hob_conn *conn;
    char address[100];
    char expected[400];
    hob_address addresses[HOB_LOOKUP_MAX];
    static const char failed[] =
        "looking up failing6.test: IPv6: no name server has given an answer; IPv4: the name has no "
        "address";
    struct listening nobody = listening_refuse();
    use_resolver(0);
    const hob_connect_options options = {.resolver = resolver, .error = &error};
    cr_expect_eq(hob_connect("failing6.test:80", &options, &conn), -EREMOTEIO);
    cr_expect_str_eq(error.text, failed);
    cr_expect_eq(hob_lookup(resolver, "failing6.test", addresses, &error), -EREMOTEIO);
    cr_expect_str_eq(error.text, failed);
    snprintf(address, sizeof(address), "here4.test%s", strchr(nobody.text, ':'));
    snprintf(
        expected, sizeof(expected),
        "connecting to %s: %s: Connection refused; looking up IPv6: no name server has given an "
        "answer",
        address, nobody.text);
    cr_expect_eq(hob_connect(address, &options, &conn), -ECONNREFUSED);
    cr_expect_str_eq(error.text, expected);
    hob_resolver_free(resolver);
    listening_close(&nobody);
}

CoroutineTest(names_asked, are_not_those_of_the_hosts_file)
{
    char name[256];
    struct in_addr address;
    if (!find_in_hosts(name, &address))
        return;
    use_resolver(0);
    cr_expect(strstr(look_up(name), inet_ntoa(address)), "%s", look_up(name));
    cr_expect_eq(name_server_count(&server, name), 0, "not even about IPv6");
    hob_resolver_free(resolver);
}

static int look_up_one(void *name)
{
    hob_address addresses[HOB_LOOKUP_MAX];
    return hob_lookup(resolver, name, addresses, NULL);
}

CoroutineTest(names_asked, are_asked_once_for_many_coroutines)
{
    static char name[] = "both.test";
    hob_future *all[100];
    int results[100];
    use_resolver(0);
    for (size_t i = 0; i < COUNT(all); i++)
        all[i] = hob_async(look_up_one, name);
    cr_expect_eq(hob_settle_all(all, COUNT(all), results), 0);
    for (size_t i = 0; i < COUNT(all); i++)
        cr_expect_eq(results[i], 2);
    cr_expect_eq(name_server_count(&server, "both.test"), 2);
    hob_resolver_free(resolver);
}

CoroutineTest(names_asked, fail_once_for_many_coroutines)
{
    static char name[] = "silent.test";
    hob_future *all[20];
    int results[20];
    use_resolver(0);
    for (size_t i = 0; i < COUNT(all); i++)
        all[i] = hob_async(look_up_one, name);
    cr_expect_eq(hob_settle_all(all, COUNT(all), results), 0);
    for (size_t i = 0; i < COUNT(all); i++)
        cr_expect_eq(results[i], -EREMOTEIO);
    cr_expect_leq(name_server_count(&server, "silent.test"), 10);
    hob_resolver_free(resolver);
}

CoroutineTest(names_asked, are_asked_again_after_an_interruption)
{
    static char name[] = "silent6.test"; /* takes long enough */
    use_resolver(0);
    hob_future *first = hob_async(look_up_one, name);
    hob_future *second = hob_async(look_up_one, name);
    hob_future *third = hob_async(look_up_one, name);
    while (name_server_count(&server, name) == 0)
        hob_yield();
    hob_cancel(first);
    cr_expect_eq(hob_await(first), -ECANCELED);
    hob_cancel(third);
    cr_expect_eq(hob_await(third), -ECANCELED, "it only waited");
    cr_expect_eq(hob_await(second), 1);
    hob_resolver_free(resolver);
}

CoroutineTest(names_asked, obey_the_deadline)
{
    static char name[] = "silent.test";
    use_resolver(0);
    cr_expect_eq(hob_await_for(hob_async(look_up_one, name), 0.01), -ETIMEDOUT);
    hob_resolver_free(resolver);
}

CoroutineTest(names_asked, leave_nothing_behind_when_they_are_cancelled)
{
    static char all_names[][20] = {"one.test", "silent.test", "both.test", "long.test", "unknown"};
    enum { AT_ONCE = 20, ROUNDS = 50 };
    use_resolver(1);
    size_t before = count_descriptors();
    for (int round = 0; round < ROUNDS; round++) {
        hob_future *all[AT_ONCE];
        for (size_t i = 0; i < AT_ONCE; i++)
            all[i] = hob_async(look_up_one, all_names[random_below(COUNT(all_names))]);
        for (size_t i = 0; i < AT_ONCE; i++) {
            hob_sleep(random_below(3) == 0 ? 0.0001 : 0);
            hob_cancel(all[random_below(AT_ONCE)]);
        }
        for (size_t i = 0; i < AT_ONCE; i++) {
            hob_cancel(all[i]);
            hob_await(all[i]);
        }
    }
    cr_expect_eq(count_descriptors(), before);
    hob_resolver_free(resolver);
}

CoroutineTest(names_asked, are_no_numbers)
{
    const hob_resolver_options options = {.servers = "127.0.0.1:1", .timeout = 0.01, .tries = 1};
    cr_expect_eq(hob_resolver_new(&options, &resolver), 0);
    cr_expect_str_eq(look_up("192.0.2.7"), "192.0.2.7");
    cr_expect_str_eq(look_up("2001:db8::7"), "2001:db8::7");
    cr_expect_str_eq(look_up("127.0.0.1"), "127.0.0.1");
    cr_expect_str_eq(look_up("::1"), "::1");
    cr_expect_str_eq(look_up("nobody.is.there"), "EREMOTEIO");
    hob_resolver_free(resolver);
}

CoroutineTest(names_asked, are_not_awaited_for_times_that_are_none)
{
    static const double times[] = {-1, 3601, INFINITY, NAN};
    struct kept_log log;
    kept_log_begin(&log);
    for (size_t i = 0; i < COUNT(times); i++) {
        const hob_resolver_options options = {.timeout = times[i]};
        cr_expect_eq(hob_resolver_new(&options, &resolver), -EINVAL, "%g", times[i]);
        cr_expect_str_eq(log.last, "the time-out of name servers is no time of up to an hour");
    }
}

CoroutineTest(names_asked, are_not_asked_at_servers_that_are_no_addresses)
{
    static const char *const cases[] = {
        "ns.example.com", "192.0.2.256",         "192.0.2", "192.0.2.1:99999", "192.0.2.1,",
        "unix:/run/dns",  "192.0.2.1;192.0.2.2", ""};
    struct kept_log log;
    kept_log_begin(&log);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const hob_resolver_options options = {.servers = cases[i]};
        char expected[100];
        snprintf(
            expected, sizeof(expected), "the name servers \"%s\" are no list of addresses",
            cases[i]);
        cr_expect_eq(hob_resolver_new(&options, &resolver), -EINVAL, "%s", cases[i]);
        cr_expect_str_eq(log.last, expected);
        cr_expect_null(resolver);
    }
    hob_resolver_free(NULL);
}
