/* Media types by the ends of file names (RFC 9110 section 8.3). */
#ifndef HOB_HTTP_CONTENT_TYPE_H
#define HOB_HTTP_CONTENT_TYPE_H

/*
 * The type of a file, judged by its name: what follows the last dot, in any case of letters.
 * "application/octet-stream" if that tells nothing. Text is taken to be UTF-8.
 */
const char *content_type_of(const char *path);

#endif
