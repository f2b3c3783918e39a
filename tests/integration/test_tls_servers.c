/*
 * TLS servers that others have written.
 */
#include <signal.h>

#include "hob/tls.h"
#include "tests/support/eventually.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"
#include "tests/support/test.h"
#include "tests/support/tls_server.h"

TestSuite(tls_servers, .timeout = 60);

struct talk {
    char address[100];
    hob_tls *tls;
    const char *answer; /* to "hob\n" */
};

static int talk(void *arg)
{
    static const char *const protocols[] = {"two", NULL};
    const struct talk *self = arg;
    char answer[10] = "";
    hob_error error;
    hob_conn *conn;
    const hob_connect_options options = {.tls = self->tls, .alpn = protocols, .error = &error};
    int err = hob_connect(self->address, &options, &conn);
    cr_expect_eq(err, 0, "%s", error.text);
    if (err < 0)
        return err;
    cr_expect_str_eq(hob_conn_protocol(conn), "two");
    cr_expect_eq(hob_conn_write(conn, "hob\n", 4), 0);
    cr_expect_eq(hob_conn_read(conn, answer, sizeof(answer) - 1), 4);
    cr_expect_str_eq(answer, self->answer);
    cr_expect_eq(hob_conn_shutdown(conn), 0);
    cr_expect_eq(hob_conn_read(conn, answer, 1), 0, "the server ends as well");
    hob_conn_close(conn);
    return 0;
}

/* Servers print "ACCEPT ADDRESS" when they listen. */
static bool read_address(struct process *server, char address[static 100])
{
    const char *line = strstr(process_output(server), "ACCEPT ");
    return line && strchr(line, '\n') && sscanf(line, "ACCEPT %99s", address) == 1;
}

/* Two times, so that the second one resumes the session of the first. */
static void talk_to(const char *const *command, const char *answer)
{
    struct talk self = {.tls = tls_client(), .answer = answer};
    struct process *server = process_start(command);
    cr_assert(
        eventually(process_has_ended(server) || read_address(server, self.address)), "%s",
        process_errors(server));
    for (int i = 0; i < 2; i++)
        cr_expect_eq(hob_block_on(talk, &self), 0);
    hob_tls_free(self.tls);
    process_tell(server, SIGKILL);
    process_result(server);
}

static char certificate[TLS_PATH_SIZE];
static char key[TLS_PATH_SIZE];

static void write_files(void)
{
    tls_setup();
    tls_write_good(certificate, key);
}

static void talk_to_openssl(const char *version)
{
    const char *const command[] = {
        "/usr/bin/env", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate,
        "-key",         key,       "-alpn",    "one,two", "-rev",        version, NULL};
    talk_to(command, "boh\n");
    tls_teardown();
}

ProcessTest(tls_servers, of_openssl_speak_tls_1_2, .init = write_files)
{
    talk_to_openssl("-tls1_2");
}

ProcessTest(tls_servers, of_openssl_speak_tls_1_3, .init = write_files)
{
    talk_to_openssl("-tls1_3");
}

ProcessTest(tls_servers, of_node_are_understood, .init = write_files)
{
    const char *const ask[] = {"/usr/bin/env", "node", "--version", NULL};
    static const char program[] = REAL_SERVERS "/tls.mjs";
    const char *const command[] = {"/usr/bin/env", "node", program, certificate, key, NULL};
    if (process_result(process_start(ask)) != 0)
        cr_skip("there is no node");
    talk_to(command, "hob\n");
    tls_teardown();
}
