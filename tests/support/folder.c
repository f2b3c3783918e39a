#include "tests/support/folder.h"
#include "tests/support/criterion.h"
#include "tests/support/formatted.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char folder[64];
static pid_t owner;

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    return remove(path);
}

static void remove_folder(void)
{
    if (getpid() == owner) /* and not a copy of it, such as a server */
        nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void make_folder(void)
{
    snprintf(folder, sizeof(folder), "/tmp/hob-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder), "%m");
    owner = getpid();
    atexit(remove_folder);
}

const char *folder_path(const char *path)
{
    if (folder[0] == '\0')
        make_folder();
    return *path ? formatted("%s/%s", folder, path) : folder;
}

const char *folder_socket(void)
{
    return formatted("unix:%s", folder_path("sock"));
}

bool folder_is_empty(void)
{
    return rmdir(folder) == 0 && mkdir(folder, 0700) == 0;
}

void folder_add_folder(const char *path)
{
    cr_assert_eq(mkdir(folder_path(path), 0755), 0, "%s: %s", path, strerror(errno));
}

void folder_add(const char *path, const void *content, size_t size)
{
    const struct timespec times[] = {{.tv_sec = FOLDER_TIME}, {.tv_sec = FOLDER_TIME}};
    FILE *file = fopen(folder_path(path), "w");
    cr_assert_not_null(file, "%s: %s", path, strerror(errno));
    cr_assert_eq(fwrite(content, 1, size, file), size);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(utimensat(AT_FDCWD, folder_path(path), times, 0), 0);
}

void folder_add_text(const char *path, const char *text)
{
    folder_add(path, text, strlen(text));
}

void folder_add_link(const char *path, const char *target)
{
    cr_assert_eq(symlink(target, folder_path(path)), 0, "%s: %s", path, strerror(errno));
}

void forbid_openat2(int err)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)err),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};
    cr_assert_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    cr_assert_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0, "%s", strerror(errno));
}
