#include "syntax.h"

#include <ctype.h>
#include <string.h>

#include "base/span.h"
#include "base/text.h"
#include "hob/http.h"

/* Characters of a target only; also of a token; also of a name; of all three. */
#define T  CHAR_TARGET
#define K  (CHAR_TARGET | CHAR_TOKEN)
#define H  (CHAR_TARGET | CHAR_NAME)
#define KH (CHAR_TARGET | CHAR_TOKEN | CHAR_NAME)

/* From "!" on; all other characters have no class. */
/* clang-format off */
const unsigned char char_classes[256] = {
    ['!'] = KH,
    /* "     #              $   %              &   '   (  )  *   +   ,  -   .               / */
    T, K | CHAR_MARK, KH, K | CHAR_MARK, KH, KH, H, H, KH, KH, T, KH, K | CHAR_MARK, T,
    /* 0   1   2   3   4   5   6   7   8   9   :  ;  <  =  >  ?              @ */
    KH, KH, KH, KH, KH, KH, KH, KH, KH, KH, T, H, T, H, T, T | CHAR_MARK, T,
    /* A to Z */
    KH, KH, KH, KH, KH, KH, KH, KH, KH, KH, KH, KH, KH,
    KH, KH, KH, KH, KH, KH, KH, KH, KH, KH, KH, KH, KH,
    /* [  \  ]  ^  _   ` */
    T, T, T, K, KH, K,
    /* a to z */
    KH, KH, KH, KH, KH, KH, KH, KH, KH, KH, KH, KH, KH,
    KH, KH, KH, KH, KH, KH, KH, KH, KH, KH, KH, KH, KH,
    /* {  |  }  ~ */
    T, K, T, KH,
};
/* clang-format on */

#undef T
#undef K
#undef H
#undef KH

bool hob_is_field_value(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if ((*c < ' ' && *c != '\t') || *c == 0x7f)
            return false;
    }
    return true;
}

size_t span_token(const char *text, size_t size)
{
    size_t length = span_letters(text, size);
    while (length < size && is_token_char(text[length]))
        length++;
    return length;
}

bool is_token(const char *text, size_t length)
{
    return length > 0 && span_token(text, length) == length;
}

/* IP-literal (RFC 3986 section 3.2.2). Returns its length, 0 if it is none. */
static size_t span_ip_literal(const char *text, size_t length)
{
    size_t i = 1;
    while (i < length && (isxdigit((unsigned char)text[i]) || text[i] == ':' || text[i] == '.'))
        i++;
    return i > 1 && i < length && text[i] == ']' ? i + 1 : 0;
}

static bool is_percent_encoded(const char *text, size_t length)
{
    return length >= 3 && isxdigit((unsigned char)text[1]) && isxdigit((unsigned char)text[2]);
}

/*
 * reg-name, but without a comma, which would join two hosts, and without empty labels. Returns its
 * length, 0 if it is none.
 */
static size_t span_name(const char *text, size_t length)
{
    size_t i = 0;
    for (; i < length; i++) {
        if (classes_of(text[i]) & CHAR_NAME)
            continue;
        if (text[i] == '.' && (i == 0 || text[i - 1] == '.'))
            return 0;
        if (text[i] != '.' && !(text[i] == '%' && is_percent_encoded(text + i, length - i)))
            break;
    }
    return i;
}

static bool is_port(const char *text, size_t length)
{
    for (const char *end = text + length; text < end; text++) {
        if (*text < '0' || *text > '9')
            return false;
    }
    return true;
}

bool is_host(const char *text, size_t length)
{
    if (length == 0)
        return false;
    size_t i = *text == '[' ? span_ip_literal(text, length) : span_name(text, length);
    if (i == 0 || i == length)
        return i > 0;
    return text[i] == ':' && is_port(text + i + 1, length - i - 1);
}

bool list_next(const char **list, const char **element, size_t *length)
{
    if (!*list)
        return false;
    const char *begin = *list;
    *length = strcspn(begin, ",");
    *list = begin[*length] ? begin + *length + 1 : NULL;
    *element = trim(begin, length);
    return true;
}

bool letters_are(const char *letters, const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (ascii_lower(letters[i]) != word[i])
            return false;
    }
    return true;
}

void connection_options_add(struct connection_options *self, const char *list)
{
    const char *option;
    size_t length;
    while (list_next(&list, &option, &length)) {
        self->close = self->close || element_is(option, length, "close");
        self->keep_alive = self->keep_alive || element_is(option, length, "keep-alive");
    }
}

bool is_request_id(const char *id)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_.~+/=:";
    size_t length = strspn(id, allowed);
    return length > 0 && length <= REQUEST_ID_MAX && id[length] == '\0';
}
