/* How the cases are written. The compiler joins the strings, so each shows the bytes it sends. */
#ifndef HOB_TESTS_CONFORMANCE_BYTES_H
#define HOB_TESTS_CONFORMANCE_BYTES_H

#include "case.h"

#define SEND(text)  (text), sizeof(text) - 1
#define LINE(line)  SEND(line " HTTP/1.1\r\n" HOST END) /* a request with this line */
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* The usual outcomes of a case. */
#define SERVED  {200}, KEPT
#define REFUSED {400}, CLOSED

#define HOST     "Host: h\r\n"
#define GET      "GET / HTTP/1.1\r\n"
#define POST     "POST / HTTP/1.1\r\n"
#define CHUNKED  "Transfer-Encoding: chunked\r\n"
#define END      "\r\n"
#define SMUGGLED "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n" /* 35 bytes, 0x23 */

#endif
