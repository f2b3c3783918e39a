#include "reason.h"

#include <openssl/err.h>
#include <string.h>

const char *reason_text(unsigned long code)
{
    if (ERR_SYSTEM_ERROR(code))
        return strerrordesc_np(ERR_GET_REASON(code));
    const char *text = ERR_reason_error_string(code);
    return text ? text : "OpenSSL gives no reason";
}

char *reason_take(BIO *out)
{
    char *data;
    if (!out)
        return NULL;
    long length = BIO_get_mem_data(out, &data);
    char *text = strndup(data, (size_t)length);
    BIO_free(out);
    return text;
}
