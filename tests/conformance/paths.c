/*
 * RFC 3986 sections 2.1 and 6.2.2: equivalent paths are one, so that no rule about a path is got
 * around by spelling it in another way. There is a route for /a/b.
 */
#include "bytes.h"

#define PATH(path) LINE("GET " path)

/* A case is one line, or its name stands above its bytes. */
/* clang-format off */
static const struct http_case paths[] = {
    {"path", "3986 3.3", PATH("/a/b"), SERVED},
    {"path in upper case", "3986 6.2.2.1", PATH("/A/B"), {404}, KEPT, .routing = true},
    {"path with a slash behind", "3986 6.2.3", PATH("/a/b/"), {404}, KEPT, .routing = true},
    {"query with dot segments", "3986 3.4", PATH("/a/b?/../..%2e"), SERVED},
    {"query with a bad encoding", "3986 2.1", PATH("/a/b?%zz"), SERVED,
     .note = "it is decoded when the handler asks for a value"},

    /* Percent-encoding. */
    {"encoded letter", "3986 6.2.2.2", PATH("/%61/%62"), SERVED},
    {"encoded hyphen in lower case", "3986 6.2.2.1", PATH("/%2d"), {404}, KEPT, .routing = true},
    {"encoded slash", "3986 2.2", PATH("/a%2Fb"), {404}, KEPT, .routing = true},
    {"encoded percent", "3986 2.4", PATH("/%2561/b"), {404}, KEPT, .routing = true},
    {"encoded line break", "3986 2.1", PATH("/a/b%0d%0a"), {404}, KEPT, .routing = true},
    {"encoded question mark", "3986 2.2", PATH("/a/b%3f"), {404}, KEPT, .routing = true},
    {"encoded UTF-8", "3986 2.5", PATH("/%C3%A9"), {404}, KEPT, .routing = true},
    {"overlong UTF-8 of dots", "3629 3", PATH("/a/%c0%ae%c0%ae/a/b"), {404}, KEPT, .routing = true},
    {"encoded NUL", "3986 7.3", PATH("/a/b%00"), REFUSED, .http2 = 400},
    {"percent without digits", "3986 2.1", PATH("/a/b%"), REFUSED, .http2 = 400},
    {"percent with one digit", "3986 2.1", PATH("/a/b%4"), REFUSED, .http2 = 400},
    {"percent with other letters", "3986 2.1", PATH("/a/b%zz"), REFUSED, .http2 = 400},
    {"percent with u", "3986 2.1", PATH("/%u0061/b"), REFUSED, .http2 = 400},

    /* Dot segments and double slashes. */
    {"dot segment", "3986 5.2.4", PATH("/a/./b"), SERVED},
    {"two dots", "3986 5.2.4", PATH("/a/x/../b"), SERVED},
    {"dot segment at the end", "3986 5.2.4", PATH("/a/b/."), {404}, KEPT, .routing = true},
    {"encoded dots", "3986 5.2.4", PATH("/a/x/%2e%2E/b"), SERVED},
    {"three dots", "3986 5.2.4", PATH("/a/.../b"), {404}, KEPT, .routing = true},
    {"dots that begin a name", "3986 5.2.4", PATH("/a/..b"), {404}, KEPT, .routing = true},
    {"two dots above the root", "3986 5.2.4", PATH("/../a/b"), REFUSED, .http2 = 400},
    {"encoded dots above the root", "3986 5.2.4", PATH("/%2e%2e/a/b"), REFUSED, .http2 = 400},
    {"two dots above the root, later", "3986 5.2.4", PATH("/a/../../a/b"), REFUSED, .http2 = 400},
    {"dots above the root of the absolute form", "3986 5.2.4", PATH("http://h/../a/b"), REFUSED},
    {"dots and encoded slashes", "3986 2.2",
     PATH("/a/..%2f..%2fa/b"), {404}, KEPT, .routing = true},
    {"two slashes at the beginning", "3986 3.3", PATH("//a/b"), {404}, KEPT, .routing = true},
    {"two slashes within", "3986 3.3", PATH("/a//b"), {404}, KEPT, .routing = true},
    {"dot segment of the absolute form", "3986 5.2.4", PATH("http://h/a/./b"), SERVED},
};
/* clang-format on */

const struct case_table path_cases = {"paths", paths, COUNT(paths)};
