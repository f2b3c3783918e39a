/* get URL: prints what is there. */
#include <hob/hob.h>
#include <stdio.h>
#include <stdlib.h>

static int get(void *url)
{
    hob_client *client;
    hob_bytes text;
    int err = hob_client_new(NULL, &client);
    if (err < 0)
        return err;
    err = hob_fetch_text(client, url, &text);
    if (err < 0)
        fprintf(stderr, "%s\n", hob_fetch_error(client));
    else
        fputs(text.data, stdout);
    hob_bytes_free(&text);
    hob_client_free(client);
    return err;
}

int main(int argc, char **argv)
{
    return argc == 2 && hob_block_on(get, argv[1]) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
