#include "bench/http/start.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/http/connection.h"
#include "bench/http/usage.h"
#include "bench/measure.h"

/* It ends with this process, also if that is killed. */
static pid_t start(char *const *command)
{
    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0)
        give_up("cannot fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(STDERR_FILENO, STDOUT_FILENO); /* the figures are printed there */
        if (getppid() == parent)
            execvp(command[0], command);
        _exit(127);
    }
    return child;
}

void start_run(uint16_t port, char *const *command)
{
    char pid[32];
    double begin = wall_now();
    pid_t child = start(command);
    wait_for_server(port);
    double answered = wall_now();
    snprintf(pid, sizeof(pid), "%d", (int)child);
    double memory = resident(pid);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    print_figure("start", "time", (answered - begin) * 1e3, "ms");
    print_figure("start", "memory", memory / 1024, "MiB");
}
