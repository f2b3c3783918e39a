#include "tickets.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>

/* Derives 32 bytes from the secret (HMAC, RFC 2104). */
static void derive(const struct tickets *self, const char *purpose, unsigned char result[32])
{
    const unsigned char *text = (const unsigned char *)purpose;
    HMAC(EVP_sha256(), self->secret, sizeof(self->secret), text, strlen(purpose), result, NULL);
}

static struct ticket_key derive_key(const struct tickets *self)
{
    struct ticket_key key;
    unsigned char name[32];
    derive(self, "name", name);
    memcpy(key.name, name, sizeof(key.name));
    derive(self, "cipher", key.cipher);
    derive(self, "mac", key.mac);
    return key;
}

bool tickets_init(struct tickets *self, time_t now)
{
    *self = (struct tickets){.begin = now};
    bool random = RAND_bytes(self->secret, sizeof(self->secret)) == 1;
    self->keys[0] = self->keys[1] = derive_key(self);
    return random;
}

void tickets_rotate(struct tickets *self, time_t now)
{
    while (now - self->begin >= TICKET_PERIOD) {
        derive(self, "next", self->secret);
        self->begin += TICKET_PERIOD;
        self->keys[1] = self->keys[0];
        self->keys[0] = derive_key(self);
    }
}

static const struct ticket_key *find(const struct tickets *self, const unsigned char *name)
{
    for (size_t i = 0; i < 2; i++) {
        if (memcmp(self->keys[i].name, name, sizeof(self->keys[i].name)) == 0)
            return &self->keys[i];
    }
    return NULL;
}

int tickets_prepare(
    const struct tickets *self, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
    EVP_MAC_CTX *mac, bool encrypt)
{
    const struct ticket_key *key = encrypt ? &self->keys[0] : find(self, name);
    if (!key)
        return TICKET_IS_UNKNOWN;
    if (encrypt) {
        memcpy(name, key->name, sizeof(key->name));
        if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1)
            return TICKET_HAS_FAILED;
    }
    char digest[] = "SHA256";
    struct ticket_key copy = *key; /* OSSL_PARAM takes no constants */
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, copy.mac, sizeof(copy.mac)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    bool ready = EVP_MAC_CTX_set_params(mac, params) == 1 &&
                 EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->cipher, iv, encrypt) == 1;
    OPENSSL_cleanse(&copy, sizeof(copy));
    if (!ready)
        return TICKET_HAS_FAILED;
    return key == &self->keys[0] ? TICKET_IS_CURRENT : TICKET_IS_TO_BE_RENEWED;
}
