/* Retries with a budget, and a deadline for all of them. */
#include <hob/hob.h>
#include <stdio.h>
#include <stdlib.h>

static int insist(void *client)
{
    hob_bytes text;
    hob_deadline(5); /* for all tries and pauses */
    int err = hob_fetch_text(client, "http://127.0.0.1:8081/busy", &text);
    if (err < 0)
        fprintf(stderr, "%s\n", hob_fetch_error(client));
    else
        fputs(text.data, stdout);
    hob_bytes_free(&text);
    return err;
}

int main(void)
{
    hob_client *client;
    const hob_client_options options = {.retries = 3, .retry_delay = 0.1};
    if (hob_client_new(&options, &client) < 0)
        return EXIT_FAILURE;
    int err = hob_block_on(insist, client);
    hob_client_free(client);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
