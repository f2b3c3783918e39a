/* Files as responses. What may be opened says open_beneath.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "byteranges.h"
#include "hob/log.h"
#include "hob/runtime.h"
#include "http/content_type.h"
#include "http/range.h"
#include "http/syntax.h"
#include "http/validators.h"
#include "open_beneath.h"
#include "response.h"
#include "server.h"

/*
 * Read at once. While a piece is read, the connection sends the one before: half of what a stream
 * may keep, so that this need not wait for a client that keeps pace.
 */
#define PIECE_SIZE (32 * 1024)

/* The file that stands for its folder. */
static const char index_name[] = "index.html";

/* A file on its way. Threads of the pool work on it while the coroutine waits. */
struct file {
    const char *root;
    const char *path; /* below root */
    bool wants_index; /* of a folder, its index.html */
    bool is_index;    /* and that is what was opened */
    const hob_file_options *options;
    int fd; /* -1 while it is closed */
    struct stat status;
    int root_error; /* why root could not be opened; 0 if it could */
    int read_error; /* why the file could not be read to its end */

    struct range range; /* still to be read of the part that is sent */
    char *piece;        /* NULL until the content begins */
    size_t piece_size;  /* in: how much to read */
};

/*
 * On a thread of the pool.
 */

/* Opens what the path names in the folder, in place of what was open before. */
static int open_in(struct file *self, int folder, const char *path)
{
    int fd = open_beneath(folder, path);
    if (fd < 0)
        return fd;
    if (self->fd >= 0)
        close(self->fd);
    self->fd = fd;
    return fstat(fd, &self->status) < 0 ? -errno : 0;
}

/* No devices and the like; and no folder where there should be its index. */
static bool is_servable(const struct file *self)
{
    mode_t mode = self->status.st_mode;
    return S_ISREG(mode) || (S_ISDIR(mode) && !self->is_index);
}

/* Without a descriptor or memory no folder can be opened. Any other error is one of this folder. */
static int note_root_error(struct file *self, int error)
{
    if (error == EMFILE || error == ENFILE || error == ENOMEM)
        return -error;
    self->root_error = error;
    return -EIO;
}

static int open_file(void *arg)
{
    struct file *self = arg;
    int root = open(self->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return note_root_error(self, errno);
    int err = open_in(self, root, self->path);
    close(root);
    if (err < 0)
        return err;
    if (S_ISDIR(self->status.st_mode) && self->wants_index) {
        self->is_index = true;
        err = open_in(self, self->fd, index_name);
    }
    return err < 0 || is_servable(self) ? err : -ENOENT;
}

/* Fails if the file got shorter than it was: the client was told how much comes. */
static int read_piece(void *arg)
{
    struct file *self = arg;
    size_t done = 0;
    while (done < self->piece_size) {
        ssize_t length = pread(
            self->fd, self->piece + done, self->piece_size - done,
            (off_t)(self->range.first + done));
        if (length > 0) {
            done += (size_t)length;
        } else if (length == 0 || errno != EINTR) {
            self->read_error = length == 0 ? ENODATA : errno;
            return -EIO;
        }
    }
    return 0;
}

/*
 * On the thread of the loop.
 */

/* When more files are asked for than the pool takes, they wait rather than fail. */
static int on_thread(hob_fn *blocking, struct file *file)
{
    for (;;) {
        int err = hob_await(hob_pool_run(hob_file_pool(), blocking, file, NULL));
        if (err != -EAGAIN)
            return err;
        err = hob_sleep(0.01);
        if (err < 0)
            return err;
    }
}

static int send_part(struct file *file, hob_response *res, const struct range *part)
{
    int err = 0;
    file->range = *part;
    while (err == 0 && file->range.length > 0) {
        file->piece_size = file->range.length < PIECE_SIZE ? file->range.length : PIECE_SIZE;
        err = on_thread(read_piece, file);
        if (err == 0)
            err = hob_send(res, file->piece, file->piece_size);
        file->range.first += file->piece_size;
        file->range.length -= file->piece_size;
    }
    return err;
}

/* Sends what comes before a part, or before the end if that is NULL. */
static int
send_delimiter(hob_response *res, const struct byteranges *form, const struct range *part)
{
    size_t length = byteranges_delimit(form, part, NULL, 0);
    char *text = malloc(length + 1);
    if (!text)
        return -ENOMEM;
    byteranges_delimit(form, part, text, length + 1);
    int err = hob_send(res, text, length);
    free(text);
    return err;
}

static int send_several(
    struct file *file, hob_response *res, const struct ranges *parts, const char *content_type)
{
    char type[sizeof("multipart/byteranges; boundary=") + REQUEST_ID_SIZE];
    struct byteranges form = {.type = content_type, .size = (uint64_t)file->status.st_size};
    int err = request_id_make(&res->request->connection->server->request_ids, form.boundary);
    if (err < 0)
        return err;
    snprintf(type, sizeof(type), "multipart/byteranges; boundary=%s", form.boundary);
    err = hob_stream_sized(res, 206, type, byteranges_length(&form, parts));
    for (size_t i = 0; err == 0 && i < parts->count; i++) {
        err = send_delimiter(res, &form, &parts->list[i]);
        if (err == 0)
            err = send_part(file, res, &parts->list[i]);
    }
    return err < 0 ? err : send_delimiter(res, &form, NULL);
}

static int send_one(
    struct file *file, hob_response *res, int status, const struct range *part,
    const char *content_type)
{
    int err = hob_stream_sized(res, status, content_type, part->length);
    return err < 0 ? err : send_part(file, res, part);
}

static int
send_content(struct file *file, hob_response *res, int status, const struct ranges *parts)
{
    const struct range all = {.length = (uint64_t)file->status.st_size};
    const char *type = file->options->content_type;
    if (!type)
        type = content_type_of(file->is_index ? index_name : file->path);
    file->piece = malloc(PIECE_SIZE);
    if (!file->piece)
        return -ENOMEM;
    int err = parts->count > 1
                  ? send_several(file, res, parts, type)
                  : send_one(file, res, status, parts->count ? &parts->list[0] : &all, type);
    if (res->without_content)
        return 0;
    if (file->read_error)
        hob_log(
            HOB_LOG_ERROR, "hob_files: %s in %s cannot be read to its end: %s", file->path,
            file->root, strerror(file->read_error));
    return err;
}

static int add_header(hob_response *res, int err, const char *name, const char *value)
{
    return err < 0 || !value || !*value ? err : hob_response_header(res, name, value);
}

/* For status 200, 206, 304 and 416. */
static int add_headers(
    const struct file *file, hob_response *res, int status, const struct validators *validators,
    const struct ranges *parts)
{
    char content_range[CONTENT_RANGE_SIZE] = "";
    uint64_t size = (uint64_t)file->status.st_size;
    if (parts->count == 1)
        content_range_format(content_range, &parts->list[0], size);
    else if (status == 416)
        snprintf(content_range, sizeof(content_range), "bytes */%" PRIu64, size);
    int err = add_header(res, 0, "Accept-Ranges", "bytes");
    err = add_header(res, err, "ETag", validators->etag);
    err = add_header(res, err, "Last-Modified", validators->last_modified);
    err = add_header(res, err, "Content-Range", content_range);
    return status == 416 ? err
                         : add_header(res, err, "Cache-Control", file->options->cache_control);
}

/* The parts that the client asks for, if they are still of the same file. Returns the status. */
static int find_parts(
    const struct file *file, hob_request *req, const struct validators *validators, time_t now,
    struct ranges *parts)
{
    const char *value = NULL;
    bool is_get = strcmp(hob_request_method(req), "GET") == 0; /* RFC 9110 section 14.2 */
    if (is_get && validators_allow_range(validators, hob_request_header(req, "If-Range"), now))
        value = hob_request_header(req, "Range");
    enum range_answer answer = range_parse(value, (uint64_t)file->status.st_size, parts);
    if (answer == RANGE_UNSATISFIABLE)
        return 416;
    return answer == RANGE_PARTS ? 206 : 200;
}

static int reply_file(struct file *file, hob_request *req, hob_response *res)
{
    const struct conditions conditions = {
        .if_match = hob_request_header_list(req, "If-Match"),
        .if_none_match = hob_request_header_list(req, "If-None-Match"),
        .if_modified_since = hob_request_header(req, "If-Modified-Since"),
        .if_unmodified_since = hob_request_header(req, "If-Unmodified-Since"),
    };
    struct validators validators;
    struct ranges parts = {.count = 0};
    time_t now = time(NULL);
    validators_of(&validators, &file->status, now);
    int status = validators_check(&validators, &conditions, now);
    if (status == 412)
        return response_reply_error(res, status, NULL);
    if (status == 200)
        status = find_parts(file, req, &validators, now, &parts);
    int err = add_headers(file, res, status, &validators, &parts);
    if (err < 0)
        return err;
    if (status == 304)
        return hob_reply(res, status, NULL, NULL, 0);
    if (status == 416)
        return response_reply_error(res, 416, "the file is not as long as that");
    return send_content(file, res, status, &parts);
}

/*
 * Relative links in a folder's index.html are relative to the folder only if the path ends with a
 * slash. The redirect is relative itself, and begins with a dot: so it cannot lead to another host,
 * and fits behind a proxy that serves the path under another one.
 */
static int redirect_to_folder(hob_request *req, hob_response *res)
{
    const char *name = strrchr(hob_request_path(req), '/') + 1;
    const char *query = hob_request_query(req);
    size_t size = strlen(name) + (query ? strlen(query) : 0) + sizeof(".//?");
    char *location = hob_alloc(size);
    if (!location)
        return -ENOMEM;
    snprintf(location, size, "./%s/%s%s", name, query ? "?" : "", query ? query : "");
    int err = hob_response_header(res, "Location", location);
    return err < 0 ? err : response_reply_error(res, 301, NULL);
}

static int refuse_method(hob_response *res)
{
    int err = hob_response_header(res, "Allow", "GET, HEAD");
    return err < 0 ? err : response_reply_error(res, 405, NULL);
}

static int serve_file(struct file *file, hob_request *req, hob_response *res)
{
    int err = on_thread(open_file, file);
    if (file->root_error)
        hob_log(
            HOB_LOG_ERROR, "hob_files: the folder %s cannot be opened: %s", file->root,
            strerror(file->root_error));
    if (err == -EACCES || err == -EPERM)
        return response_reply_error(res, 403, NULL);
    if (err < 0)
        return err;
    if (S_ISDIR(file->status.st_mode))
        return redirect_to_folder(req, res);
    return reply_file(file, req, res);
}

int hob_files(hob_request *req, hob_response *res, const char *root, const char *path)
{
    return hob_files_as(req, res, root, path, &(hob_file_options){0});
}

int hob_files_as(
    hob_request *req, hob_response *res, const char *root, const char *path,
    const hob_file_options *options)
{
    connection_expect_task(req->connection, __func__);
    const char *method = hob_request_method(req);
    const char *own_path = hob_request_path(req);
    if (res->replied)
        return response_too_late(res);
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse_method(res);
    if (!own_path || !path)
        return -ENOMEM; /* the server keeps no strings without memory */
    if (options->content_type && !is_field_value(options->content_type))
        return -EINVAL;
    struct file file = {
        .options = options,
        .root = root,
        .path = path,
        .wants_index = own_path[strlen(own_path) - 1] == '/',
        .fd = -1,
    };
    int err = hob_request_reserve_descriptor(req);
    if (err == 0)
        err = serve_file(&file, req, res);
    if (file.fd >= 0)
        close(file.fd);
    free(file.piece);
    return err;
}
