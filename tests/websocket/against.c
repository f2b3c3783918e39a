/*
 * websocket_against PORT: runs the cases against a server of others at this port, which has to send
 * each message back, and prints those that it answers in another way than RFC 6455 asks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "exchange.h"

int main(int argc, char **argv)
{
    size_t different = 0;
    static char seen[4096];
    if (argc != 2) {
        fputs("usage: websocket_against PORT\n", stderr);
        return 2;
    }
    for (size_t i = 0; i < websocket_case_count; i++) {
        const struct websocket_case *row = &websocket_cases[i];
        websocket_exchange((int)strtol(argv[1], NULL, 10), row->sent, seen, sizeof(seen));
        if (strcmp(seen, row->expected) == 0)
            continue;
        different++;
        printf(
            "%s (section %s): %s\n    expected %s\n", row->name, row->section, seen, row->expected);
    }
    printf("%zu of %zu cases differ\n", different, websocket_case_count);
    return 0;
}
