/* Connects with TLS to a port without a server, and prints the error. */
#include <hob/tls.h>
#include <stdio.h>

static int connect_in_vain(void *arg)
{
    hob_error error;
    hob_conn *conn;
    const hob_connect_options options = {.tls = arg, .error = &error};
    int err = hob_connect("127.0.0.1:1", &options, &conn);
    printf("%s\n", error.text);
    hob_conn_close(conn);
    return err;
}

int main(void)
{
    hob_tls *tls;
    if (hob_tls_new(NULL, &tls) < 0)
        return 1;
    hob_block_on(connect_in_vain, tls);
    hob_tls_free(tls);
    return 0;
}
