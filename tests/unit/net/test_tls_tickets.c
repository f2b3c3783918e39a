/* The keys of session tickets: their rotation, and processes that share them. */
#include <string.h>

#include "net/tls/tickets.h"
#include "tests/support/test.h"

static bool is_same(const struct ticket_key *a, const struct ticket_key *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

Test(tls_tickets, keys_change_with_each_period)
{
    struct tickets tickets;
    cr_assert(tickets_init(&tickets, 1000));
    struct ticket_key first = tickets.keys[0];
    tickets_rotate(&tickets, 1000 + TICKET_PERIOD - 1);
    cr_expect(is_same(&tickets.keys[0], &first));
    tickets_rotate(&tickets, 1000 + TICKET_PERIOD);
    cr_expect_not(is_same(&tickets.keys[0], &first));
    cr_expect(is_same(&tickets.keys[1], &first), "the one before is still accepted");
    tickets_rotate(&tickets, 1000 + 2 * TICKET_PERIOD);
    cr_expect_not(is_same(&tickets.keys[1], &first), "and then no more");
}

/* As workers, of which one was forked late, and one was idle. */
Test(tls_tickets, copies_have_the_same_keys_at_the_same_time)
{
    struct tickets busy;
    cr_assert(tickets_init(&busy, 0));
    struct tickets idle = busy;
    for (time_t now = 0; now <= 10 * TICKET_PERIOD; now += TICKET_PERIOD / 3)
        tickets_rotate(&busy, now);
    tickets_rotate(&idle, 10 * TICKET_PERIOD);
    cr_expect(is_same(&busy.keys[0], &idle.keys[0]));
    cr_expect(is_same(&busy.keys[1], &idle.keys[1]));
}

Test(tls_tickets, each_server_has_its_own)
{
    struct tickets one, other;
    cr_assert(tickets_init(&one, 0) && tickets_init(&other, 0));
    cr_expect_not(is_same(&one.keys[0], &other.keys[0]));
}

/* Returns as tickets_prepare() does. */
static int prepare(const struct tickets *tickets, unsigned char *name, bool encrypt)
{
    unsigned char iv[EVP_MAX_IV_LENGTH] = {0};
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *mac = EVP_MAC_CTX_new(hmac);
    int result = tickets_prepare(tickets, name, iv, cipher, mac, encrypt);
    EVP_MAC_CTX_free(mac);
    EVP_MAC_free(hmac);
    EVP_CIPHER_CTX_free(cipher);
    return result;
}

Test(tls_tickets, tickets_of_the_key_before_are_renewed)
{
    struct tickets tickets;
    unsigned char name[16];
    cr_assert(tickets_init(&tickets, 0));
    cr_expect_eq(prepare(&tickets, name, true), 1);
    cr_expect_eq(prepare(&tickets, name, false), 1);
    tickets_rotate(&tickets, TICKET_PERIOD);
    cr_expect_eq(prepare(&tickets, name, false), 2);
    tickets_rotate(&tickets, 2 * TICKET_PERIOD);
    cr_expect_eq(prepare(&tickets, name, false), 0);
}
