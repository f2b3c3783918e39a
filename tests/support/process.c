#include "tests/support/process.h"

#include <criterion/hooks.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/eventually.h"
#include "tests/support/sanitizers.h"

/* Those of this test: each test runs in a process of its own. */
static struct process processes[128];
static size_t process_count;

/*
 * Standard error, and how it is shown. The test's process makes a file that the one which runs all
 * tests finds by its name: only there it is known whether the test failed.
 */

static void name_errors_file(
    char *name, size_t size, pid_t runner, const struct criterion_test *test, size_t index)
{
    snprintf(
        name, size, P_tmpdir "/hob-%d-%s-%s-%zu", (int)runner, test->category, test->name, index);
}

/* Shows the end of it: a log can be long. */
static void show_file(const char *name)
{
    char text[8192];
    FILE *file = fopen(name, "r");
    if (!file)
        return;
    if (fseek(file, -(long)sizeof(text), SEEK_END) < 0)
        rewind(file); /* it is shorter */
    size_t size = fread(text, 1, sizeof(text), file);
    fwrite(text, 1, size, stderr);
    fclose(file);
}

static void end_errors_files(const struct criterion_test *test, bool failed)
{
    char name[PATH_MAX];
    for (size_t i = 0;; i++) {
        name_errors_file(name, sizeof(name), getpid(), test, i);
        if (access(name, F_OK) < 0)
            return;
        if (failed) {
            fprintf(stderr, "%s, standard error of its process %zu:\n", test->name, i);
            show_file(name);
        }
        unlink(name);
    }
}

ReportHook(POST_TEST)(struct criterion_test_stats *stats)
{
    end_errors_files(stats->test, stats->test_status == CR_STATUS_FAILED);
}

ReportHook(TEST_CRASH)(struct criterion_test_stats *stats)
{
    end_errors_files(stats->test, true);
}

static struct process *make_process(void)
{
    char name[PATH_MAX];
    cr_assert_lt(process_count, sizeof(processes) / sizeof(processes[0]));
    name_errors_file(name, sizeof(name), getppid(), criterion_current_test, process_count);

    struct process *self = &processes[process_count++];
    self->output_file = memfd_create("output", MFD_CLOEXEC);
    unlink(name); /* in case it is left from a run that was killed */
    self->errors_file = open(name, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    cr_assert_geq(self->output_file, 0);
    cr_assert_geq(self->errors_file, 0, "%s: %m", name);
    return self;
}

/* Returns whether this is the child. Processes that it leaves behind become children of this one.
 */
static bool fork_child(struct process *self)
{
    fflush(NULL); /* or the child would print it once more */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    self->pid = fork();
    cr_assert_geq(self->pid, 0, "%m");
    if (self->pid > 0)
        return false;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    dup2(self->output_file, STDOUT_FILENO);
    dup2(self->errors_file, STDERR_FILENO);
    return true;
}

struct process *process_start(const char *const *argv)
{
    struct process *self = make_process();
    if (fork_child(self)) {
        char *const *arguments; /* as execv() wants them, though it changes nothing */
        memcpy(&arguments, &argv, sizeof(arguments));
        execv(argv[0], arguments);
        perror(argv[0]);
        _exit(127);
    }
    return self;
}

struct process *process_fork(int (*run)(void *arg), void *arg)
{
    struct process *self = make_process();
    if (fork_child(self)) {
        int result = run(arg);
        /* exit() would run what Criterion wants to be done at the end of the test. */
        _exit(has_leaks() ? EXIT_FAILURE : result);
    }
    return self;
}

void process_tell(struct process *self, int signal)
{
    self->told = true;
    cr_assert_eq(kill(self->pid, signal), 0);
}

bool process_has_ended(struct process *self)
{
    int status;
    if (!self->ended && waitpid(self->pid, &status, WNOHANG) == self->pid) {
        self->ended = true;
        self->result = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    return self->ended;
}

int process_result(struct process *self)
{
    bool ended = eventually(process_has_ended(self));
    cr_assert(ended, "process %d does not end", (int)self->pid);
    return self->result;
}

void process_continue_as(struct process *self, pid_t new_process)
{
    cr_assert_eq(process_result(self), 0, "%d", self->result);
    self->pid = new_process;
    self->ended = false;
    self->told = false;
}

/* Kills a child of this process that no struct process is about. Returns whether there was one. */
static bool kill_orphan(void)
{
    char text[64] = "";
    snprintf(text, sizeof(text), "/proc/self/task/%d/children", (int)getpid());
    FILE *children = fopen(text, "r");
    if (!children)
        return false;
    bool found = fgets(text, sizeof(text), children) != NULL;
    fclose(children);
    if (!found)
        return false;
    pid_t pid = (pid_t)strtol(text, NULL, 10);
    kill(pid, SIGKILL);
    return waitpid(pid, NULL, 0) == pid;
}

static void expect_no_sanitizer_report(struct process *self)
{
    const char *errors = process_errors(self);
    cr_expect_null(strstr(errors, "Sanitizer"));
    cr_expect_null(strstr(errors, "runtime error"));
}

void processes_end(void)
{
    for (size_t i = 0; i < process_count; i++) {
        struct process *process = &processes[i];
        if (!process_has_ended(process)) {
            if (!process->told)
                process_tell(process, SIGTERM);
            cr_expect_eq(process_result(process), 0, "%d", process->result);
        }
        expect_no_sanitizer_report(process);
    }
}

void processes_kill(void)
{
    for (size_t i = 0; i < process_count; i++) {
        struct process *process = &processes[i];
        if (process->pid > 0 && !process_has_ended(process)) {
            kill(process->pid, SIGKILL);
            waitpid(process->pid, NULL, 0);
        }
        free(process->output);
        free(process->errors);
    }
    while (kill_orphan())
        ;
}

static const char *read_file(int file, char **text)
{
    struct stat stat;
    cr_assert_eq(fstat(file, &stat), 0);
    free(*text);
    *text = malloc((size_t)stat.st_size + 1);
    cr_assert_not_null(*text);
    ssize_t length = pread(file, *text, (size_t)stat.st_size, 0);
    cr_assert_geq(length, 0);
    (*text)[length] = '\0';
    return *text;
}

const char *process_output(struct process *self)
{
    return read_file(self->output_file, &self->output);
}

const char *process_errors(struct process *self)
{
    return read_file(self->errors_file, &self->errors);
}

static size_t count_entries(const struct process *self, const char *folder)
{
    char path[64];
    size_t count = 0;
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)self->pid, folder);
    DIR *entries = opendir(path);
    cr_assert_not_null(entries, "%s: %m", path);
    for (struct dirent *entry; (entry = readdir(entries));)
        count += entry->d_name[0] != '.';
    closedir(entries);
    return count;
}

size_t process_threads(const struct process *self)
{
    return count_entries(self, "task");
}

size_t process_descriptors(const struct process *self)
{
    return count_entries(self, "fd");
}

size_t process_resident_bytes(const struct process *self)
{
    char text[128] = "";
    char *end;
    snprintf(text, sizeof(text), "/proc/%d/statm", (int)self->pid);
    FILE *file = fopen(text, "r");
    cr_assert_not_null(file);
    cr_assert_not_null(fgets(text, sizeof(text), file));
    fclose(file);
    strtoul(text, &end, 10); /* pages of address space; pages in memory follow */
    return strtoul(end, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

double process_cpu_seconds(const struct process *self)
{
    clockid_t clock;
    struct timespec used;
    cr_assert_eq(clock_getcpuclockid(self->pid, &clock), 0);
    cr_assert_eq(clock_gettime(clock, &used), 0);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}
