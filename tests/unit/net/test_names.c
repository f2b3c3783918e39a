/* Names that need no name server. */
#include <arpa/inet.h>

#include "hob/net.h"
#include "tests/support/coroutine.h"
#include "tests/support/hosts_file.h"
#include "tests/support/test.h"

TestSuite(names, .timeout = 60);

static int look_up(const char *name, hob_address *addresses)
{
    hob_error error;
    int count = hob_lookup(NULL, name, addresses, &error);
    cr_expect_gt(count, 0, "%s", error.text);
    return count;
}

CoroutineTest(names, that_are_numbers_are_their_own_answer)
{
    static const char *const cases[] = {"192.0.2.7", "127.0.0.1", "2001:db8::7", "::1"};
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_address addresses[HOB_LOOKUP_MAX];
        char text[INET6_ADDRSTRLEN] = "";
        cr_expect_eq(look_up(cases[i], addresses), 1);
        bool ipv6 = addresses[0].any.sa_family == AF_INET6;
        const void *bytes = ipv6 ? (const void *)&addresses[0].ipv6.sin6_addr
                                 : (const void *)&addresses[0].ipv4.sin_addr;
        inet_ntop(addresses[0].any.sa_family, bytes, text, sizeof(text));
        cr_expect_str_eq(text, cases[i]);
    }
}

CoroutineTest(names, what_is_no_name_is_not_asked)
{
    static const char *const cases[] = {"",      ".",          "127.1",        "0x7f.1",
                                        "1",     "a..b",       "a b",          "a/b",
                                        "[::1]", "fe80::1%lo", "\xc3\xa4.test"};
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_error error;
        hob_address addresses[HOB_LOOKUP_MAX];
        char expected[100];
        snprintf(expected, sizeof(expected), "looking up %s: this is no name of a host", cases[i]);
        cr_expect_eq(hob_lookup(NULL, cases[i], addresses, &error), -EINVAL, "%s", cases[i]);
        cr_expect_str_eq(error.text, expected);
    }
}

CoroutineTest(names, are_found_in_the_hosts_file)
{
    char name[256];
    struct in_addr address;
    hob_address addresses[HOB_LOOKUP_MAX];
    if (!find_in_hosts(name, &address))
        return;
    int count = look_up(name, addresses);
    int same = 0;
    for (int i = 0; i < count; i++)
        same += addresses[i].any.sa_family == AF_INET &&
                addresses[i].ipv4.sin_addr.s_addr == address.s_addr;
    cr_expect_eq(same, 1, "%s", name);
}

CoroutineTest(names, of_this_machine_are_known)
{
    hob_address addresses[HOB_LOOKUP_MAX]; /* ::1 is not on every machine */
    int count = look_up("localhost", addresses);
    int same = 0;
    for (int i = 0; i < count; i++)
        same += addresses[i].any.sa_family == AF_INET &&
                addresses[i].ipv4.sin_addr.s_addr == htonl(INADDR_LOOPBACK);
    cr_expect_eq(same, 1);
}
