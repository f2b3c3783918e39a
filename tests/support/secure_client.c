#include "tests/support/secure_client.h"

#include <string.h>

#include "tests/support/criterion.h"

struct secure_client secure_client_of(const struct server *server)
{
    struct secure_client self = {.raw = raw_connect(server)};
    self.ctx = SSL_CTX_new(TLS_client_method());
    self.ssl = SSL_new(self.ctx);
    cr_assert_not_null(self.ssl);
    SSL_set_fd(self.ssl, self.raw.fd);
    return self;
}

void secure_close(struct secure_client *self)
{
    SSL_free(self->ssl);
    SSL_CTX_free(self->ctx);
    raw_close(&self->raw);
}

bool secure_handshake(struct secure_client *self)
{
    return SSL_connect(self->ssl) == 1;
}

void secure_send(struct secure_client *self, const char *text)
{
    size_t written;
    cr_assert_eq(SSL_write_ex(self->ssl, text, strlen(text), &written), 1);
}

bool secure_receive(struct secure_client *self, const char *text)
{
    self->length = 0;
    self->input[0] = '\0';
    while (!strstr(self->input, text)) {
        size_t room = sizeof(self->input) - 1 - self->length;
        int more = SSL_read(self->ssl, self->input + self->length, (int)room);
        if (more <= 0)
            return false;
        self->length += (size_t)more;
        self->input[self->length] = '\0';
    }
    return true;
}

bool secure_ping(struct secure_client *self)
{
    size_t written;
    return SSL_write_ex(self->ssl, GET("/ping"), strlen(GET("/ping")), &written) == 1 &&
           secure_receive(self, "Hello, world!");
}

bool secure_ended(struct secure_client *self)
{
    char byte;
    int result = SSL_read(self->ssl, &byte, 1);
    return SSL_get_error(self->ssl, result) == SSL_ERROR_ZERO_RETURN;
}

struct secure_client secure_resume(struct secure_client *before, const struct server *server)
{
    struct secure_client self = secure_client_of(server);
    SSL_shutdown(before->ssl); /* else OpenSSL takes its session for a bad one */
    SSL_SESSION *session = SSL_get1_session(before->ssl);
    SSL_set_session(self.ssl, session);
    SSL_SESSION_free(session);
    secure_close(before);
    return self;
}

const char *secure_peer(const struct secure_client *self)
{
    static char name[64];
    X509 *certificate = SSL_get1_peer_certificate(self->ssl);
    cr_assert_not_null(certificate);
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_NAME_get_text_by_NID(subject, NID_commonName, name, sizeof(name));
    X509_free(certificate);
    return name;
}
