#include <arpa/inet.h>
#include <math.h>

#include "hob/testing.h"
#include "net/dial.h"
#include "tests/support/coroutine.h"
#include "tests/support/descriptors.h"
#include "tests/support/listening.h"
#include "tests/support/test.h"

TestSuite(dial, .timeout = 30);

/* An address of a family, '4' or '6', with a number to know it by. */
static hob_address numbered(char family, size_t number)
{
    hob_address address = {.any.sa_family = family == '6' ? AF_INET6 : AF_INET};
    if (family == '6')
        address.ipv6.sin6_port = (in_port_t)number;
    else
        address.ipv4.sin_port = (in_port_t)number;
    return address;
}

static size_t number_of_address(const hob_address *address)
{
    return address->any.sa_family == AF_INET6 ? address->ipv6.sin6_port : address->ipv4.sin_port;
}

Test(dial, takes_the_families_in_turn)
{
    static const struct {
        const char *families;
        const char *order; /* the numbers of the addresses, as digits */
    } cases[] = {
        {"", ""},         {"4", "0"},         {"66", "01"},         {"46", "01"},
        {"664", "021"},   {"6644", "0213"},   {"4466", "0213"},     {"66644", "03142"},
        {"4666", "0123"}, {"66664", "04123"}, {"444666", "031425"}, {"464646", "012345"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_address addresses[8];
        char order[9] = "";
        size_t count = strlen(cases[i].families);
        for (size_t j = 0; j < count; j++)
            addresses[j] = numbered(cases[i].families[j], j);
        dial_interleave(addresses, count);
        for (size_t j = 0; j < count; j++)
            order[j] = (char)('0' + number_of_address(&addresses[j]));
        cr_expect_str_eq(order, cases[i].order, "%s: %s", cases[i].families, order);
    }
}

/* The behaviour of each address: r refuses, s is silent, o is open. */
struct places {
    struct listening all[8];
    hob_address addresses[8];
    size_t count;
};

static struct places places_open(const char *kinds)
{
    struct places self = {.count = strlen(kinds)};
    for (size_t i = 0; i < self.count; i++) {
        self.all[i] = kinds[i] == 'r'   ? listening_refuse()
                      : kinds[i] == 's' ? listening_stay_silent()
                                        : listening_open();
        self.addresses[i] = self.all[i].address;
    }
    return self;
}

static void places_close(struct places *self)
{
    for (size_t i = 0; i < self->count; i++)
        listening_close(&self->all[i]);
}

static void expect_seconds(double begin, double seconds)
{
    cr_expect(
        fabs(hob_virtual_elapsed() - begin - seconds) < 0.01, "%g s",
        hob_virtual_elapsed() - begin);
}

/* The source of one query, which has all addresses at once. */
static int find_places(const void *arg, size_t query, hob_address *addresses)
{
    const struct places *self = arg;
    cr_expect_eq(query, 0);
    memcpy(addresses, self->addresses, sizeof(self->addresses));
    return (int)self->count;
}

static int dial_places(const struct places *places, hob_address *connected, hob_error *error)
{
    int results[2];
    const struct dial_source source = {.queries = 1, .arg = places, .look_up = find_places};
    return dial(&source, results, connected, error);
}

static bool are_same(const hob_address *a, const hob_address *b)
{
    return a->length == b->length && memcmp(&a->any, &b->any, a->length) == 0;
}

CoroutineTest(dial, tries_the_next_address_after_a_while_or_a_failure)
{
    static const struct {
        const char *kinds;
        size_t winner;
        double seconds;
    } cases[] = {
        {"o", 0, 0},     {"oo", 0, 0},     {"ro", 1, 0},     {"so", 1, 0.25}, {"rro", 2, 0},
        {"sso", 2, 0.5}, {"rso", 2, 0.25}, {"sro", 2, 0.25}, {"soo", 1, .25}, {"sssro", 4, .75},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_error error = {.text = ""};
        hob_address connected;
        struct places places = places_open(cases[i].kinds);
        size_t descriptors = count_descriptors();
        double begin = hob_virtual_elapsed();
        int fd = dial_places(&places, &connected, &error);
        cr_expect_geq(fd, 0, "%s: %s", cases[i].kinds, error.text);
        cr_expect(are_same(&connected, &places.addresses[cases[i].winner]), "%s", cases[i].kinds);
        expect_seconds(begin, cases[i].seconds);
        cr_expect_eq(count_descriptors(), descriptors + 1, "the others are closed");
        close(fd);
        places_close(&places);
    }
}

CoroutineTest(dial, says_what_each_address_has_failed_with)
{
    hob_error error = {.text = "connecting to somewhere: "};
    char expected[300];
    hob_address connected;
    struct places places = places_open("rr");
    places.addresses[1] = (hob_address){.ipv4 = {.sin_family = AF_INET, .sin_port = htons(80)}};
    places.addresses[1].ipv4.sin_addr.s_addr = htonl(INADDR_BROADCAST);
    places.addresses[1].length = sizeof(places.addresses[1].ipv4);
    size_t descriptors = count_descriptors();
    cr_expect_eq(dial_places(&places, &connected, &error), -ECONNREFUSED);
    snprintf(
        expected, sizeof(expected),
        "connecting to somewhere: %s: Connection refused; 255.255.255.255:80: Network is "
        "unreachable",
        places.all[0].text);
    cr_expect_str_eq(error.text, expected);
    cr_expect_eq(count_descriptors(), descriptors);
    places_close(&places);
}

static int dial_in_vain(void *arg)
{
    hob_address connected;
    return dial_places(arg, &connected, NULL);
}

CoroutineTest(dial, ends_all_attempts_when_it_is_cancelled)
{
    struct places places = places_open("sss");
    size_t descriptors = count_descriptors();
    for (int i = 0; i < 4; i++) {
        hob_future *dialled = hob_async(dial_in_vain, &places);
        hob_sleep(0.2 * i);
        hob_cancel(dialled);
        cr_expect_eq(hob_await(dialled), -ECANCELED);
        cr_expect_eq(count_descriptors(), descriptors);
    }
    double begin = hob_virtual_elapsed();
    cr_expect_eq(hob_await_for(hob_async(dial_in_vain, &places), 3), -ETIMEDOUT);
    expect_seconds(begin, 3);
    cr_expect_eq(count_descriptors(), descriptors);
    places_close(&places);
}

/*
 * Two queries. The places of both have IPv4 addresses, since not every machine has IPv6: which
 * query has found an address decides when it is tried.
 */

#define NEVER 1e6

struct found {
    double delay;      /* seconds until the query has its answer */
    const char *kinds; /* no address: -ENXIO */
    struct places places;
};

struct host {
    struct found found[2]; /* of the queries for IPv6 and IPv4 */
    int running;           /* queries */
};

static int find_later(const void *arg, size_t query, hob_address *addresses)
{
    struct host *self = *(struct host *const *)arg;
    const struct found *found = &self->found[query];
    self->running++;
    int err = hob_sleep(found->delay);
    self->running--;
    if (err < 0)
        return err;
    memcpy(addresses, found->places.addresses, sizeof(found->places.addresses));
    return found->places.count > 0 ? (int)found->places.count : -ENXIO;
}

static void host_open(struct host *self)
{
    for (size_t i = 0; i < 2; i++)
        self->found[i].places = places_open(self->found[i].kinds);
}

static void host_close(struct host *self)
{
    cr_expect_eq(self->running, 0);
    for (size_t i = 0; i < 2; i++)
        places_close(&self->found[i].places);
}

static int dial_host(struct host *self, int *results, hob_address *connected, hob_error *error)
{
    const struct dial_source source = {.queries = 2, .arg = &self, .look_up = find_later};
    return dial(&source, results, connected, error);
}

CoroutineTest(dial, begins_before_both_queries_have_ended)
{
    static const struct {
        const char *name;
        struct found ipv6, ipv4;
        int family;
        size_t winner;
        double seconds;
    } cases[] = {
        {"IPv6 at once, IPv4 never", {0, "o"}, {NEVER, "o"}, 6, 0, 0},
        {"IPv6 refuses, IPv4 is later", {0, "r"}, {0.1, "o"}, 4, 0, 0.1},
        {"IPv6 is silent, IPv4 joins when due", {0, "s"}, {0.1, "o"}, 4, 0, 0.25},
        {"IPv6 is silent, IPv4 joins late", {0, "s"}, {0.4, "o"}, 4, 0, 0.4},
        {"IPv4 waits, IPv6 never comes", {NEVER, "o"}, {0, "o"}, 4, 0, 0.05},
        {"IPv4 waits, IPv6 comes", {0.03, "o"}, {0, "o"}, 6, 0, 0.03},
        {"IPv4 waits, IPv6 comes and is silent", {0.03, "s"}, {0, "o"}, 4, 0, 0.28},
        {"IPv4 waits, IPv6 has no address", {0.02, ""}, {0, "o"}, 4, 0, 0.02},
        {"IPv6 has no address, then IPv4", {0, ""}, {0.1, "o"}, 4, 0, 0.1},
        {"IPv4 has no address, then IPv6", {0.2, "o"}, {0, ""}, 6, 0, 0.2},
        {"IPv6 joins as the second", {0.1, "o"}, {0, "so"}, 6, 0, 0.3},
        {"IPv6 joins after failures", {0.1, "o"}, {0, "rr"}, 6, 0, 0.1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_error error = {.text = ""};
        hob_address connected = {.length = 0};
        int results[2];
        struct host host = {.found = {cases[i].ipv6, cases[i].ipv4}};
        host_open(&host);
        double begin = hob_virtual_elapsed();
        int fd = dial_host(&host, results, &connected, &error);
        const struct places *winners = &host.found[cases[i].family == 6 ? 0 : 1].places;
        cr_expect_geq(fd, 0, "%s: %s", cases[i].name, error.text);
        cr_expect(are_same(&connected, &winners->addresses[cases[i].winner]), "%s", cases[i].name);
        expect_seconds(begin, cases[i].seconds);
        close(fd);
        host_close(&host);
    }
}

CoroutineTest(dial, fails_when_queries_and_attempts_have_all_failed)
{
    static const struct {
        struct found ipv6, ipv4;
        int result;
        int results[2];
        double seconds;
    } cases[] = {
        {{0.1, ""}, {0.4, ""}, -ENXIO, {-ENXIO, -ENXIO}, 0.4},
        {{0, "r"}, {0.4, ""}, -ECONNREFUSED, {1, -ENXIO}, 0.4},
        {{0.4, ""}, {0, "rr"}, -ECONNREFUSED, {-ENXIO, 2}, 0.4},
        {{0.2, "r"}, {0.4, "r"}, -ECONNREFUSED, {1, 1}, 0.4},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_address connected;
        int results[2];
        char name[40];
        snprintf(name, sizeof(name), "IPv6 %s, IPv4 %s", cases[i].ipv6.kinds, cases[i].ipv4.kinds);
        struct host host = {.found = {cases[i].ipv6, cases[i].ipv4}};
        host_open(&host);
        double begin = hob_virtual_elapsed();
        cr_expect_eq(dial_host(&host, results, &connected, NULL), cases[i].result, "%s", name);
        cr_expect_arr_eq(results, cases[i].results, sizeof(results), "%s", name);
        expect_seconds(begin, cases[i].seconds);
        host_close(&host);
    }
}

static int dial_host_in_vain(void *arg)
{
    hob_address connected;
    int results[2];
    int result = dial_host(arg, results, &connected, NULL);
    cr_expect(result == -ECANCELED || result == -ETIMEDOUT);
    cr_expect(results[0] < 0);
    return result;
}

CoroutineTest(dial, ends_both_queries_when_it_is_cancelled)
{
    static const struct {
        double seconds; /* until it is cancelled */
        int running;    /* queries at that time */
        size_t attempts;
    } cases[] = {{0, 0, 0}, {0.005, 2, 0}, {0.03, 1, 0}, {0.1, 1, 1}, {0.4, 1, 2}};
    struct host host = {.found = {{NEVER, "o"}, {0.01, "sss"}}};
    host_open(&host);
    size_t descriptors = count_descriptors();
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_future *dialled = hob_async(dial_host_in_vain, &host);
        if (cases[i].seconds > 0)
            hob_sleep(cases[i].seconds);
        cr_expect_eq(host.running, cases[i].running, "after %g s", cases[i].seconds);
        cr_expect_eq(
            count_descriptors(), descriptors + cases[i].attempts, "after %g s", cases[i].seconds);
        hob_cancel(dialled);
        cr_expect_eq(hob_await(dialled), -ECANCELED);
        cr_expect_eq(host.running, 0);
        cr_expect_eq(count_descriptors(), descriptors);
    }
    double begin = hob_virtual_elapsed();
    cr_expect_eq(hob_await_for(hob_async(dial_host_in_vain, &host), 3), -ETIMEDOUT);
    expect_seconds(begin, 3);
    cr_expect_eq(count_descriptors(), descriptors);
    host_close(&host);
}
