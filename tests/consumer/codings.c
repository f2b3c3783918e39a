/* Fetches with all content codings from a port without a server, and prints why that fails. */
#include <hob/codings.h>
#include <stdio.h>

static int fetch_in_vain(void *client)
{
    hob_bytes text;
    int err = hob_fetch_text(client, "http://127.0.0.1:1/", &text);
    printf("%s\n", hob_fetch_error(client));
    hob_bytes_free(&text);
    return err;
}

int main(void)
{
    hob_client *client;
    const hob_client_options options = {.codings = hob_codings_all()};
    if (hob_client_new(&options, &client) < 0)
        return 1;
    hob_block_on(fetch_in_vain, client);
    hob_client_free(client);
    return 0;
}
