/* Letters of ASCII, in any locale: see hob/text.h. */
#ifndef HOB_BASE_TEXT_H
#define HOB_BASE_TEXT_H

static inline char ascii_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static inline char ascii_upper(char c)
{
    return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

#endif
