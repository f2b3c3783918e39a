/* Files as responses. open_beneath.h defines which files may be opened. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "byteranges.h"
#include "file_thread.h"
#include "hob/files.h"
#include "hob/http.h"
#include "hob/log.h"
#include "hob/runtime.h"
#include "open_beneath.h"
#include "version.h"

/* The file that is served for its folder. */
static const char index_name[] = "index.html";

/* A file that is sent. Threads of the pool work on it while the coroutine waits. */
struct file {
    const char *root;
    const char *path; /* below root */
    bool wants_index; /* for a folder, open its index.html */
    bool is_index;    /* that was opened */
    const hob_file_options *options;
    int fd; /* -1 while it is closed */
    struct stat status;
    int root_error; /* why root could not be opened; 0 if it could */
};

/*
 * On a thread of the pool.
 */

/* Opens what the path names in the folder, in place of the file that was open before. */
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

/* No devices and the like, and no folder in place of its index. */
static bool is_servable(const struct file *self)
{
    mode_t mode = self->status.st_mode;
    return S_ISREG(mode) || (S_ISDIR(mode) && !self->is_index);
}

/* Any error but a lack of descriptors or memory is one of this folder. */
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

/*
 * On the thread of the loop.
 */

static uint64_t size_of(const struct file *self)
{
    return (uint64_t)self->status.st_size;
}

static int send_part(const struct file *file, hob_response *res, const hob_range *part)
{
    return hob_send_file(res, file->fd, part->first, part->length);
}

/* Sends what comes before a part, or before the end if that is NULL. */
static int send_delimiter(hob_response *res, const struct byteranges *form, const hob_range *part)
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
    const struct file *file, hob_response *res, const hob_ranges *parts, const char *content_type)
{
    struct byteranges form;
    char type[sizeof("multipart/byteranges; boundary=") + sizeof(form.boundary)];
    int err = byteranges_init(&form, content_type, size_of(file));
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
    const struct file *file, hob_response *res, int status, const hob_range *part,
    const char *content_type)
{
    int err = hob_stream_sized(res, status, content_type, part->length);
    return err < 0 ? err : send_part(file, res, part);
}

/* Whether the file is the cause of an error. */
static bool is_of_file(int err)
{
    return err < 0 && err != -EPIPE && err != -ECANCELED && err != -ETIMEDOUT && err != -ENOMEM;
}

static int send_content(
    const struct file *file, hob_request *req, hob_response *res, int status,
    const hob_ranges *parts)
{
    const hob_range all = {.length = size_of(file)};
    const char *type = file->options->content_type;
    if (!type)
        type = hob_content_type(file->is_index ? index_name : file->path);
    int err = parts->count > 1
                  ? send_several(file, res, parts, type)
                  : send_one(file, res, status, parts->count ? &parts->list[0] : &all, type);
    if (is_of_file(err))
        hob_log(
            HOB_LOG_ERROR, "hob_files: %s in %s cannot be read to its end: %s", file->path,
            file->root, strerror(-err));
    return err == -EPIPE && strcmp(hob_request_method(req), "HEAD") == 0 ? 0 : err;
}

static int add_header(hob_response *res, int err, const char *name, const char *value)
{
    return err < 0 || !value || !*value ? err : hob_response_add_header(res, name, value);
}

/* For status 200, 206, 304 and 416. */
static int add_headers(
    const struct file *file, hob_response *res, int status, const hob_validators *version,
    const hob_ranges *parts)
{
    char content_range[CONTENT_RANGE_SIZE] = "";
    if (parts->count == 1)
        content_range_format(content_range, &parts->list[0], size_of(file));
    else if (status == 416)
        snprintf(content_range, sizeof(content_range), "bytes */%" PRIu64, size_of(file));
    int err = hob_response_set_validators(res, version);
    err = add_header(res, err, "Accept-Ranges", "bytes");
    err = add_header(res, err, "Content-Range", content_range);
    return status == 416 ? err
                         : add_header(res, err, "Cache-Control", file->options->cache_control);
}

static int reply_file(const struct file *file, hob_request *req, hob_response *res)
{
    struct version version;
    hob_ranges parts = {.count = 0};
    version_of(&version, &file->status, time(NULL));
    int status = hob_request_check_conditions(req, &version.validators);
    if (status < 0 || status == 412)
        return status < 0 ? status : hob_reply_error(res, status, NULL);
    if (status == 200)
        status = hob_request_ranges(req, &version.validators, size_of(file), &parts);
    int err = add_headers(file, res, status, &version.validators, &parts);
    if (err < 0)
        return err;
    if (status == 304)
        return hob_reply(res, status, NULL, NULL, 0);
    if (status == 416)
        return hob_reply_error(res, 416, "the file is not as long as that");
    return send_content(file, req, res, status, &parts);
}

/*
 * Links in a folder's index.html are relative to the folder only if the path ends with a slash. The
 * redirect is relative and begins with a dot, so it cannot lead to another host, and is right
 * behind a proxy that serves the path below another one.
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
    return hob_redirect(res, 301, location);
}

static int refuse_method(hob_response *res)
{
    int err = hob_response_add_header(res, "Allow", "GET, HEAD");
    return err < 0 ? err : hob_reply_error(res, 405, NULL);
}

static int serve_file(struct file *file, hob_request *req, hob_response *res)
{
    int err = run_on_file_thread(open_file, file);
    if (file->root_error)
        hob_log(
            HOB_LOG_ERROR, "hob_files: the folder %s cannot be opened: %s", file->root,
            strerror(file->root_error));
    if (err == -EACCES || err == -EPERM)
        return hob_reply_error(res, 403, NULL);
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

static bool is_valid(const char *value)
{
    return !value || hob_is_field_value(value);
}

int hob_files_as(
    hob_request *req, hob_response *res, const char *root, const char *path,
    const hob_file_options *options)
{
    const char *method = hob_request_method(req);
    const char *own_path = hob_request_path(req);
    if (hob_response_status(res) != 0)
        return hob_reply_error(res, 500, NULL); /* -EALREADY, as for any second reply */
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse_method(res);
    if (!path)
        return -ENOENT; /* the route has no such name */
    if (!is_valid(options->content_type) || !is_valid(options->cache_control))
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
    return err;
}
