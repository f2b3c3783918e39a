#include <arpa/inet.h>
#include <math.h>

#include "hob/testing.h"
#include "net/dial.h"
#include "tests/support/coroutine.h"
#include "tests/support/descriptors.h"
#include "tests/support/listening.h"
#include "tests/support/test.h"

TestSuite(dial, .timeout = 30);

/*
 * The order.
 */

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

/*
 * The race, in virtual time.
 */

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
        size_t index = 99;
        struct places places = places_open(cases[i].kinds);
        size_t descriptors = count_descriptors();
        double begin = hob_virtual_elapsed();
        int fd = dial(places.addresses, places.count, &index, &error);
        cr_expect_geq(fd, 0, "%s: %s", cases[i].kinds, error.text);
        cr_expect_eq(index, cases[i].winner, "%s: %zu", cases[i].kinds, index);
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
    size_t index;
    struct places places = places_open("rr");
    places.addresses[1] = (hob_address){.ipv4 = {.sin_family = AF_INET, .sin_port = htons(80)}};
    places.addresses[1].ipv4.sin_addr.s_addr = htonl(INADDR_BROADCAST);
    places.addresses[1].length = sizeof(places.addresses[1].ipv4);
    size_t descriptors = count_descriptors();
    cr_expect_eq(dial(places.addresses, 2, &index, &error), -ECONNREFUSED);
    snprintf(
        expected, sizeof(expected),
        "connecting to somewhere: %s: Connection refused; 255.255.255.255:80: Network is "
        "unreachable",
        places.all[0].text);
    cr_expect_str_eq(error.text, expected);
    cr_expect_eq(count_descriptors(), descriptors);
    places_close(&places);
}

static int dial_places(void *arg)
{
    struct places *places = arg;
    size_t index;
    return dial(places->addresses, places->count, &index, NULL);
}

CoroutineTest(dial, ends_all_attempts_when_it_is_cancelled)
{
    struct places places = places_open("sss");
    size_t descriptors = count_descriptors();
    for (int i = 0; i < 4; i++) {
        hob_future *dialled = hob_async(dial_places, &places);
        hob_sleep(0.2 * i);
        hob_cancel(dialled);
        cr_expect_eq(hob_await(dialled), -ECANCELED);
        cr_expect_eq(count_descriptors(), descriptors);
    }
    double begin = hob_virtual_elapsed();
    cr_expect_eq(hob_await_for(hob_async(dial_places, &places), 3), -ETIMEDOUT);
    expect_seconds(begin, 3);
    cr_expect_eq(count_descriptors(), descriptors);
    places_close(&places);
}
