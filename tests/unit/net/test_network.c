#include "hob/address.h"
#include "tests/support/test.h"

TestSuite(network, .timeout = 20);

Test(network, is_a_range_an_address_or_unix_sockets)
{
    static const struct {
        const char *text;
        int result;
    } cases[] = {
        {"0.0.0.0/0", 0},
        {"10.0.0.0/8", 0},
        {"192.0.2.1", 0},
        {"192.0.2.1/32", 0},
        {"::/0", 0},
        {"2001:db8::/32", 0},
        {"2001:db8:8000::/33", 0},
        {"::1", 0},
        {"unix:", 0},
        {"10.0.0.1/8", -ERANGE},
        {"2001:db8:8000::/32", -ERANGE},
        {"::1/0", -ERANGE},
        {"", -EINVAL},
        {"/8", -EINVAL},
        {"10.0.0.0/", -EINVAL},
        {"10.0.0.0/33", -EINVAL},
        {"10.0.0.0/ 8", -EINVAL},
        {"10.0.0.0/-1", -EINVAL},
        {"10.0.0.0/8/8", -EINVAL},
        {"10.0.0.0/0000", -EINVAL},
        {"10/8", -EINVAL},
        {"[::1]", -EINVAL},
        {"::/129", -EINVAL},
        {"::1%lo", -EINVAL},
        {"unix:/a", -EINVAL},
        {"localhost", -EINVAL},
        {"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", -EINVAL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_network network;
        int result = hob_network_parse(cases[i].text, &network);
        cr_expect_eq(result, cases[i].result, "%s: %d", cases[i].text, result);
    }
}

Test(network, has_addresses)
{
    static const struct {
        const char *network, *address;
        bool has;
    } cases[] = {
        {"10.0.0.0/8", "10.255.0.1:0", true},
        {"10.0.0.0/8", "11.0.0.0:0", false},
        {"10.0.0.0/9", "10.127.255.255:0", true},
        {"10.0.0.0/9", "10.128.0.0:0", false},
        {"192.0.2.1", "192.0.2.1:80", true},
        {"192.0.2.1", "192.0.2.0:80", false},
        {"0.0.0.0/0", "1.2.3.4:0", true},
        {"0.0.0.0/0", "[::ffff:1.2.3.4]:0", true},
        {"0.0.0.0/0", "[::1]:0", false},
        {"::/0", "[2001:db8::1]:0", true},
        {"::/0", "1.2.3.4:0", false},
        {"::/0", "[::ffff:1.2.3.4]:0", false},
        {"2001:db8::/33", "[2001:db8:7fff::1]:0", true},
        {"2001:db8::/33", "[2001:db8:8000::1]:0", false},
        {"unix:", "unix:/a", true},
        {"unix:", "127.0.0.1:0", false},
        {"0.0.0.0/0", "unix:/a", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_network network;
        hob_address address;
        cr_expect_eq(hob_network_parse(cases[i].network, &network), 0);
        cr_expect_eq(hob_address_parse(cases[i].address, &address), 0);
        cr_expect_eq(
            hob_network_has(&network, &address), cases[i].has, "%s %s", cases[i].network,
            cases[i].address);
    }
}
