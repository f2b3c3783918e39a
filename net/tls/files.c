#include "files.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <sys/stat.h>

#include "reason.h"

bool files_can_open(const char *path)
{
    struct stat file;
    return stat(path, &file) < 0 || S_ISREG(file.st_mode);
}

int files_refuse_because(hob_error *error, const char *what, const char *path, const char *reason)
{
    if (error)
        snprintf(error->text, sizeof(error->text), "%s %s: %s", what, path, reason);
    return -EINVAL;
}

int files_refuse(hob_error *error, const char *what, const char *path)
{
    if (!files_can_open(path))
        return files_refuse_because(error, what, path, "it is not a regular file");
    /* OpenSSL's oldest error is the cause of the others. */
    return files_refuse_because(error, what, path, reason_text(ERR_peek_error()));
}

BIO *files_open(const char *path)
{
    return files_can_open(path) ? BIO_new_file(path, "rb") : NULL;
}

/* OpenSSL would ask for the password of a key at the terminal. */
static int have_no_password(char *buffer, int size, int writing, void *asked)
{
    (void)buffer;
    (void)size;
    (void)writing;
    *(bool *)asked = true;
    return 0;
}

static EVP_PKEY *read_key(const char *path, bool *encrypted)
{
    BIO *file = files_open(path);
    EVP_PKEY *key = file ? PEM_read_bio_PrivateKey(file, NULL, have_no_password, encrypted) : NULL;
    BIO_free(file);
    return key;
}

/* OpenSSL itself accepts a key of another type than the certificate's. */
static int use_key(SSL_CTX *ctx, EVP_PKEY *key, bool encrypted, const char *path, hob_error *error)
{
    if (encrypted)
        return files_refuse_because(
            error, "using the key in", path, "it is encrypted, and hob asks for no password");
    if (!key)
        return files_refuse(error, "using the key in", path);
    if (X509_check_private_key(SSL_CTX_get0_certificate(ctx), key) == 1 &&
        SSL_CTX_use_PrivateKey(ctx, key) == 1)
        return 0;
    return files_refuse(error, "using the key in", path);
}

int files_use_certificate(SSL_CTX *ctx, const char *certificate, const char *key, hob_error *error)
{
    if (!files_can_open(certificate) || SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1)
        return files_refuse(error, "using the certificate in", certificate);
    bool encrypted = false;
    EVP_PKEY *read = read_key(key, &encrypted);
    int err = use_key(ctx, read, encrypted, key, error);
    EVP_PKEY_free(read);
    return err;
}
