#include "random_id.h"

#include <errno.h>
#include <sys/random.h>

/* Signals do not interrupt getrandom(2) for up to 256 bytes: it returns all of them or none. */
static int fetch_block(struct random_ids *self)
{
    if (getrandom(self->random, sizeof(self->random), 0) < 0)
        return -errno;
    self->left = sizeof(self->random);
    return 0;
}

int random_id_make(struct random_ids *self, char id[static RANDOM_ID_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    int err = self->left == 0 ? fetch_block(self) : 0;
    if (err < 0)
        return err;
    const unsigned char *bytes = self->random + sizeof(self->random) - self->left;
    self->left -= RANDOM_ID_BYTES;
    for (size_t i = 0; i < RANDOM_ID_BYTES; i++) {
        *id++ = digits[bytes[i] >> 4];
        *id++ = digits[bytes[i] & 15];
    }
    *id = '\0';
    return 0;
}
