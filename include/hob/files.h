/*
 * hob/files.h: files as responses. Call all functions in the coroutine of the request.
 */
#ifndef HOB_FILES_H
#define HOB_FILES_H

#include <stdint.h>

#include "hob/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Replies to GET and HEAD with a file below the folder `root`, or with parts of it if the request
 * has a Range, or with status 304 if the client has it already. Headers that were added before are
 * sent too. For a folder the reply is its file index.html; if the request's path does not end with
 * a slash, it is a redirect to the path with one. Other methods get status 405, files without
 * permission to read 403. The server's handler_timeout ends when the content begins.
 *
 *     static int serve_picture(hob_request *req, hob_response *res)
 *     {
 *         return hob_files(req, res, "/srv/pictures", hob_path_value(req, "path"));
 *     }
 *
 * `path` is decoded and may come from the client unchecked: hob_files() serves no file outside of
 * root, no name that begins with a dot, no target of a symbolic link below root, and no devices.
 * root must not come from a client; it may be a link. The threads of hob_file_pool() make the calls
 * that may block. At most 32 KiB of the content are in memory, and the output of hob_send().
 *
 * Returns 0, or without a reply: -ENOENT if there is no such file; -EIO if root cannot be opened,
 * which is logged; -EMFILE without a descriptor; -ENOMEM, also if no thread can be started, which
 * is logged; -EALREADY, -ECANCELED, -ETIMEDOUT or another negative errno. After an error in the
 * middle of the content the server closes the connection; if the file cannot be read to its end,
 * for example because it got shorter, that is logged.
 */
int hob_files(hob_request *req, hob_response *res, const char *root, const char *path);

/* Headers that hob_files_as() sends with a file. */
typedef struct {
    const char *content_type;  /* NULL is hob_content_type() of the file's name */
    const char *cache_control; /* for status 200, 206 and 304, not for errors; NULL sends none */
} hob_file_options;

/*
 * The same as hob_files(), with another Content-Type, or with Cache-Control (RFC 9111 section 5.2),
 * such as one that keeps files for a year whose name changes with their content:
 *
 *     const hob_file_options options = {.cache_control = "max-age=31536000, immutable"};
 *     return hob_files_as(req, res, "/srv/assets", hob_path_value(req, "path"), &options);
 *
 * Also returns -EINVAL if hob_is_field_value() is false for one of the values.
 */
int hob_files_as(
    hob_request *req, hob_response *res, const char *root, const char *path,
    const hob_file_options *options);

/*
 * Sends `length` bytes of an open file, from the byte `offset` on, in a stream that hob_stream() or
 * hob_stream_sized() has begun. The threads of hob_file_pool() read it, 32 KiB at a time. The
 * descriptor still belongs to the caller; its file position is not used.
 *
 *     int err = hob_stream_sized(res, 200, "application/pdf", size);
 *     return err < 0 ? err : hob_send_file(res, report->fd, 0, size);
 *
 * Returns 0, -ENODATA if the file ends before, another negative errno of pread(2), or an
 * error of hob_send().
 */
int hob_send_file(hob_response *res, int fd, uint64_t offset, uint64_t length);

#ifdef __cplusplus
}
#endif

#endif
