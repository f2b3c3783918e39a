/* Files as responses. What may be opened says open_beneath.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "content_type.h"
#include "hob/log.h"
#include "hob/runtime.h"
#include "open_beneath.h"
#include "range.h"
#include "response.h"
#include "validators.h"

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
    int fd;           /* -1 while it is closed */
    struct stat status;
    int root_error; /* why root could not be opened; 0 if it could */
    int read_error; /* why the file could not be read to its end */

    struct range range; /* what is still to be read */
    char *piece;
    size_t piece_size; /* in: how much to read */
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

static int open_file(void *arg)
{
    struct file *self = arg;
    int root = open(self->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        self->root_error = errno;
        return -EIO;
    }
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
        int err = hob_await(hob_offload(blocking, file));
        if (err != -EAGAIN)
            return err;
        err = hob_sleep(0.01);
        if (err < 0)
            return err;
    }
}

static int send_pieces(struct file *file, hob_response *res)
{
    int err = 0;
    while (err == 0 && file->range.length > 0) {
        file->piece_size = file->range.length < PIECE_SIZE ? file->range.length : PIECE_SIZE;
        err = on_thread(read_piece, file);
        if (err == 0)
            err = response_send(res, file->piece, file->piece_size);
        file->range.first += file->piece_size;
        file->range.length -= file->piece_size;
    }
    return err;
}

static int send_content(struct file *file, hob_response *res, int status)
{
    file->piece = malloc(PIECE_SIZE);
    if (!file->piece)
        return -ENOMEM;
    const char *type = content_type_of(file->is_index ? index_name : file->path);
    int err = response_begin(res, status, type, file->range.length);
    if (err == 0 && !res->without_content)
        err = send_pieces(file, res);
    if (file->read_error)
        hob_log(
            HOB_LOG_ERROR, "hob_files: %s in %s cannot be read to its end: %s", file->path,
            file->root, strerror(file->read_error));
    free(file->piece);
    return err;
}

static int add_validators(hob_response *res, const struct validators *validators)
{
    int err = hob_response_header(res, "Accept-Ranges", "bytes");
    if (err == 0)
        err = hob_response_header(res, "ETag", validators->etag);
    if (err == 0 && *validators->last_modified)
        err = hob_response_header(res, "Last-Modified", validators->last_modified);
    return err;
}

/* Which part is sent, and of how much; of none, just the latter (RFC 9110 section 14.4). */
static int add_content_range(hob_response *res, enum range_answer answer, const struct file *file)
{
    char text[80];
    const struct range *range = &file->range;
    uint64_t size = (uint64_t)file->status.st_size;
    if (answer == RANGE_PART)
        snprintf(
            text, sizeof(text), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range->first,
            range->first + range->length - 1, size);
    else
        snprintf(text, sizeof(text), "bytes */%" PRIu64, size);
    return hob_response_header(res, "Content-Range", text);
}

/* The range, if the client asks for one and it is still one of the same file. */
static enum range_answer
find_range(struct file *file, hob_request *req, const struct validators *validators, time_t now)
{
    const char *value = NULL;
    bool is_get = strcmp(hob_request_method(req), "GET") == 0; /* RFC 9110 section 14.2 */
    if (is_get && validators_allow_range(validators, hob_request_header(req, "If-Range"), now))
        value = hob_request_header(req, "Range");
    return range_parse(value, (uint64_t)file->status.st_size, &file->range);
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
    time_t now = time(NULL);
    validators_of(&validators, &file->status, now);
    int status = validators_check(&validators, &conditions, now);
    if (status == 412)
        return response_reply_error(res, status, NULL);
    int err = add_validators(res, &validators);
    if (err < 0)
        return err;
    if (status == 304)
        return hob_reply(res, status, NULL, NULL, 0);

    enum range_answer answer = find_range(file, req, &validators, now);
    if (answer != RANGE_ALL)
        err = add_content_range(res, answer, file);
    if (err < 0)
        return err;
    if (answer == RANGE_UNSATISFIABLE)
        return response_reply_error(res, 416, "the file is not as long as that");
    return send_content(file, res, answer == RANGE_PART ? 206 : 200);
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
    connection_expect_task(req->connection, __func__);
    const char *method = hob_request_method(req);
    const char *own_path = hob_request_path(req);
    if (res->replied)
        return -EALREADY;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse_method(res);
    if (!own_path || !path)
        return -ENOMEM; /* the server keeps no strings without memory */
    struct file file = {
        .root = root,
        .path = path,
        .wants_index = own_path[strlen(own_path) - 1] == '/',
        .fd = -1,
    };
    int err = serve_file(&file, req, res);
    if (file.fd >= 0)
        close(file.fd);
    return err;
}
