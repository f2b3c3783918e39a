#include "net/address.h"

#include "tests/support/test.h"

TestSuite(address, .timeout = 20);

Test(address, is_read_and_written)
{
    static const char *const cases[][2] = {
        {"127.0.0.1:8080", "http://127.0.0.1:8080/"},
        {"0.0.0.0:0", "http://0.0.0.0:0/"},
        {"255.255.255.255:65535", "http://255.255.255.255:65535/"},
        {"127.0.0.1:00080", "http://127.0.0.1:80/"},
        {"[::1]:8080", "http://[::1]:8080/"},
        {"[::]:1", "http://[::]:1/"},
        {"[0:0:0:0:0:0:0:1]:80", "http://[::1]:80/"},
        {"[::ffff:1.2.3.4]:80", "http://[::ffff:1.2.3.4]:80/"},
        {"unix:/run/hob.sock", "unix:/run/hob.sock"},
        {"unix:/a:80", "unix:/a:80"},
        {"unix:/", "unix:/"},
    };
    hob_address address;
    char url[HOB_URL_SIZE];
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect_eq(hob_address_parse(cases[i][0], &address), 0, "%s", cases[i][0]);
        cr_expect_eq(address_url(&address, "http", url, sizeof(url)), 0, "%s", cases[i][0]);
        cr_expect_str_eq(url, cases[i][1]);
    }
}

static void expect_refused(const char *const *addresses, size_t count)
{
    hob_address address;
    for (size_t i = 0; i < count; i++)
        cr_expect_eq(hob_address_parse(addresses[i], &address), -EINVAL, "'%s'", addresses[i]);
}

Test(address, is_refused_if_it_is_none)
{
    static const char *const ports[] = {
        "",
        ":",
        "80",
        ":80",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:000080",
        "127.0.0.1:-1",
        "127.0.0.1:+1",
        "127.0.0.1: 1",
        "127.0.0.1:1 ",
        "127.0.0.1:0x50",
        "127.0.0.1:http",
        "127.0.0.1:99999999999999999999",
    };
    static const char *const hosts[] = {
        " 127.0.0.1:80",  "127.0.0.1 :80",       "127.0.0:80",   "127.0.0.256:80",
        "127.0.0.1.2:80", "127.0.0.1:80:80",     "localhost:80", "example.com:80",
        "*:80",           "http://127.0.0.1:80",
    };
    static const char *const ipv6_hosts[] = {
        "::1:80",         "::1",
        "[::1]",          "[::1]80",
        "[::1:80",        "::1]:80",
        "[]:80",          "[:80",
        "]:80",           "[[::1]]:80",
        "[::g]:80",       "[::1%lo]:80",
        "[127.0.0.1]:80", "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc]:80",
    };
    static const char *const paths[] = {
        "unix:",          "unix:hob.sock",  "unix:./hob.sock", "unix:@hob",
        "UNIX:/hob.sock", "unix /hob.sock", "/hob.sock",
    };
    expect_refused(ports, COUNT(ports));
    expect_refused(hosts, COUNT(hosts));
    expect_refused(ipv6_hosts, COUNT(ipv6_hosts));
    expect_refused(paths, COUNT(paths));
}

/* unix(7): sun_path has 108 bytes, and the last one is a NUL here. */
Test(address, has_a_path_of_107_bytes_at_most)
{
    hob_address address;
    char text[128] = "unix:/";
    char url[HOB_URL_SIZE];
    memset(text + strlen(text), 'x', 106);
    cr_expect_eq(hob_address_parse(text, &address), 0);
    cr_expect_eq(address_url(&address, "http", url, sizeof(url)), 0);
    cr_expect_str_eq(url, text);
    text[strlen(text)] = 'x';
    cr_expect_eq(hob_address_parse(text, &address), -ENAMETOOLONG);
}

Test(address, has_no_url_if_it_is_of_another_kind)
{
    hob_address address = {.any = {.sa_family = AF_UNSPEC}, .length = sizeof(address.any)};
    char url[HOB_URL_SIZE];
    cr_expect_eq(address_url(&address, "http", url, sizeof(url)), -EINVAL);
    address.any.sa_family = AF_UNIX; /* as a socket that is bound to nothing */
    address.length = sizeof(sa_family_t);
    cr_expect_eq(address_url(&address, "http", url, sizeof(url)), -EINVAL);
}
