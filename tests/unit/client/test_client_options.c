/* Options of a client that cannot be used: the log names them. */
#include <errno.h>
#include <math.h>

#include "hob/client.h"
#include "tests/support/kept_log.h"
#include "tests/support/test.h"

TestSuite(client_options, .timeout = 60);

Test(client_options, that_cannot_be_used_are_named)
{
    static const struct {
        hob_client_options options;
        int err;
        const char *message;
    } cases[] = {
        {{.connect_timeout = -1},
         -ERANGE,
         "hob_client_options.connect_timeout cannot be used: it is negative or not a number"},
        {{.head_timeout = NAN},
         -ERANGE,
         "hob_client_options.head_timeout cannot be used: it is negative or not a number"},
        {{.read_timeout = -INFINITY},
         -ERANGE,
         "hob_client_options.read_timeout cannot be used: it is negative or not a number"},
        {{.retry_delay = -0.1},
         -ERANGE,
         "hob_client_options.retry_delay cannot be used: it is negative or not a number"},
        {{.idle_timeout = NAN},
         -ERANGE,
         "hob_client_options.idle_timeout cannot be used: it is not a number"},
        {{.head_limit = 63},
         -ERANGE,
         "hob_client_options.head_limit cannot be used: it is less than 64"},
        {{.user_agent = "a\r\nb: c"},
         -EINVAL,
         "hob_client_options.user_agent cannot be used: it has a control character"},
        {{.http_proxy = "ftp://p"},
         -EINVAL,
         "http_proxy=ftp://p cannot be used: it does not begin with http:// or https://"},
        {{.http_proxy = "http://user:secret@p:0"},
         -EINVAL,
         "http_proxy=p:0 cannot be used: its port is not a number from 1 to 65535"},
        {{.https_proxy = "https://p"},
         -EINVAL,
         "https_proxy=https://p cannot be used: a proxy is reached by http://, without TLS"},
    };
    struct kept_log log;
    kept_log_begin(&log);
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_client *client = (hob_client *)&log;
        cr_expect_eq(hob_client_new(&cases[i].options, &client), cases[i].err, "%zu", i);
        cr_expect_null(client);
        cr_expect_str_eq(log.last, cases[i].message);
    }
}

Test(client_options, may_be_at_their_limits)
{
    static const hob_client_options cases[] = {
        {.connect_timeout = INFINITY, .head_timeout = 1e-9, .idle_timeout = -1},
        {.head_limit = 64, .redirects = -1, .retries = -1, .user_agent = ""},
        {.http_proxy = "", .https_proxy = "p:1", .no_proxy = true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_client *client;
        cr_expect_eq(hob_client_new(&cases[i], &client), 0, "%zu", i);
        hob_client_free(client);
    }
}
