#include "modules/files/open_beneath.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "tests/support/folder.h"
#include "tests/support/test.h"

#define NAME_50  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define NAME_250 NAME_50 NAME_50 NAME_50 NAME_50 NAME_50

static void add_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", folder_path(path));
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
}

/* root/ is what may be opened; secret lies beside it. */
static int open_root(void)
{
    folder_add_text("secret", "secret");
    folder_add_folder("root");
    folder_add_folder("root/sub");
    folder_add_folder("root/sub/deep");
    folder_add_folder("root/.git");
    folder_add_text("root/file", "file");
    folder_add_text("root/a b", "space");
    folder_add_text("root/%2e%2e", "percent");
    folder_add_text("root/back\\..\\slash", "backslash");
    folder_add_text("root/dot.dot..", "dots");
    folder_add_text("root/" NAME_250 "xxxxx", "long");
    folder_add_text("root/sub/file", "sub file");
    folder_add_text("root/sub/deep/file", "deep file");
    folder_add_text("root/sub/.hidden", "secret");
    folder_add_text("root/.git/config", "secret");
    folder_add_link("root/link", "file");
    folder_add_link("root/out", "../secret");
    folder_add_link("root/absolute", "/etc/passwd");
    folder_add_link("root/up", "..");
    folder_add_link("root/folder", "sub");
    folder_add_link("root/sub/loop", "loop");
    folder_add_link("root/magic", "/proc/self/root");
    folder_add_link("root/nowhere", "missing");
    add_socket("root/socket");
    int fd = open(folder_path("root"), O_PATH | O_DIRECTORY);
    cr_assert_geq(fd, 0, "%m");
    return fd;
}

/* content NULL: it is refused with -ENOENT; "": it is a folder. */
static const struct {
    const char *path;
    const char *content;
} cases[] = {
    {"file", "file"},
    {"sub/file", "sub file"},
    {"sub/deep/file", "deep file"},
    {"a b", "space"},
    {"%2e%2e", "percent"},
    {"back\\..\\slash", "backslash"},
    {"dot.dot..", "dots"},
    {NAME_250 "xxxxx", "long"},
    {"", ""},
    {"sub", ""},
    {"sub/", ""},
    {"sub/deep/", ""},
    /* not there */
    {"missing", NULL},
    {"sub/missing", NULL},
    {"missing/file", NULL},
    {"FILE", NULL},
    {"file/", NULL},
    {"file/file", NULL},
    {"file\n", NULL},
    {NAME_250 "xxxxxx", NULL},
    {NAME_250 "xxxxxx/file", NULL},
    {"socket", NULL},
    /* out of the folder */
    {"..", NULL},
    {"../", NULL},
    {"../secret", NULL},
    {"../root/file", NULL},
    {"sub/..", NULL},
    {"sub/../file", NULL},
    {"sub/../../secret", NULL},
    {"sub/../../root/file", NULL},
    {"sub/deep/../../../secret", NULL},
    {"/", NULL},
    {"/etc/passwd", NULL},
    {"//etc/passwd", NULL},
    {"sub//file", NULL},
    {"sub//", NULL},
    {"%2e%2e/secret", NULL},
    {"..\\secret", NULL},
    {"..%2fsecret", NULL},
    /* hidden */
    {".", NULL},
    {"./", NULL},
    {"./file", NULL},
    {"sub/.", NULL},
    {"sub/./file", NULL},
    {"...", NULL},
    {".git", NULL},
    {".git/config", NULL},
    {"sub/.hidden", NULL},
    /* symbolic links */
    {"link", NULL},
    {"link/", NULL},
    {"out", NULL},
    {"absolute", NULL},
    {"up", NULL},
    {"up/", NULL},
    {"up/secret", NULL},
    {"up/root/file", NULL},
    {"folder", NULL},
    {"folder/", NULL},
    {"folder/file", NULL},
    {"sub/loop", NULL},
    {"magic/etc/passwd", NULL},
    {"nowhere", NULL},
};

static void expect_folder(int fd, const char *path)
{
    struct stat status;
    cr_expect_eq(fstat(fd, &status), 0);
    cr_expect(S_ISDIR(status.st_mode), "\"%s\"", path);
}

static void expect_content(int fd, const char *path, const char *content)
{
    char text[32] = "";
    cr_expect_geq(read(fd, text, sizeof(text) - 1), 0);
    cr_expect_str_eq(text, content, "\"%s\": %s", path, text);
}

static void expect_cases(int root)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *path = cases[i].path;
        int fd = open_beneath(root, path);
        if (!cases[i].content)
            cr_expect_eq(fd, -ENOENT, "\"%s\": %d", path, fd);
        else if (*cases[i].content)
            expect_content(fd, path, cases[i].content);
        else
            expect_folder(fd, path);
        if (fd >= 0)
            close(fd);
    }
    cr_expect_eq(dup(root), root + 1, "nothing is left open");
}

Test(open_beneath, finds_what_is_below_and_nothing_else)
{
    expect_cases(open_root());
}

Test(open_beneath, does_so_on_kernels_without_openat2)
{
    int root = open_root();
    forbid_openat2(ENOSYS);
    expect_cases(root);
}

Test(open_beneath, does_so_in_containers_that_forbid_openat2)
{
    int root = open_root();
    forbid_openat2(EPERM);
    expect_cases(root);
}

/* A FIFO without a writer would block the thread. */
Test(open_beneath, does_not_wait_for_a_writer, .timeout = 10)
{
    int root = open_root();
    cr_assert_eq(mkfifo(folder_path("root/fifo"), 0644), 0);
    int fd = open_beneath(root, "fifo");
    cr_expect_geq(fd, 0);
    close(fd);
}

Test(open_beneath, closes_on_exec)
{
    int fd = open_beneath(open_root(), "file");
    cr_expect_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

Test(open_beneath, other_errors_are_told)
{
    int root = open_root();
    close(root);
    cr_expect_eq(open_beneath(root, "file"), -EBADF);
    cr_expect_eq(open_beneath(root, ""), -EBADF);
}
