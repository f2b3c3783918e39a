/* How long answers are kept, in virtual time that stands still while the name server is awaited. */

#include "hob/net.h"
#include "hob/testing.h"
#include "tests/support/coroutine.h"
#include "tests/support/name_server.h"
#include "tests/support/test.h"

static const struct record records[] = {
    {.name = "zero.test", .address = "192.0.2.1", .ttl = 0},
    {.name = "minute.test", .address = "192.0.2.2", .ttl = 60},
    {.name = "mixed.test", .address = "192.0.2.3", .ttl = 60},
    {.name = "mixed.test", .address = "192.0.2.4", .ttl = 30},
    {.name = "week.test", .address = "192.0.2.5", .ttl = 604800},
    {NULL},
};

static const struct {
    char name[20];
    int result;
    double seconds; /* that the answer is kept */
} cases[] = {
    {"zero.test", 1, 1},    {"minute.test", 1, 60},      {"mixed.test", 2, 30},
    {"week.test", 1, 3600}, {"unknown.test", -ENXIO, 5},
};

static struct name_server server;

static void start_server(void)
{
    name_server_start(&server, records);
    hob_virtual_peers(true);
}

static void stop_server(void)
{
    name_server_stop(&server);
}

TestSuite(names_expire, .init = start_server, .fini = stop_server, .timeout = 60);

CoroutineTest(names_expire, when_their_time_has_passed)
{
    const hob_resolver_options options = {.servers = server.address};
    hob_address addresses[HOB_LOOKUP_MAX];
    hob_resolver *resolver;
    cr_expect_eq(hob_resolver_new(&options, &resolver), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *name = cases[i].name;
        cr_expect_eq(hob_lookup(resolver, name, addresses, NULL), cases[i].result, "%s", name);
        size_t asked = name_server_count(&server, name);
        hob_sleep(cases[i].seconds * 0.9);
        cr_expect_eq(hob_lookup(resolver, name, addresses, NULL), cases[i].result, "%s", name);
        cr_expect_eq(name_server_count(&server, name), asked, "%s is kept", name);
        hob_sleep(cases[i].seconds * 0.2);
        cr_expect_eq(hob_lookup(resolver, name, addresses, NULL), cases[i].result, "%s", name);
        cr_expect_eq(name_server_count(&server, name), 2 * asked, "%s is asked again", name);
    }
    hob_resolver_free(resolver);
}
