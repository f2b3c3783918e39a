#include "tests/support/real_servers.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "tests/support/eventually.h"
#include "tests/support/folder.h"
#include "tests/support/listening.h"
#include "tests/support/test.h"

void skip_without(const char *program)
{
    const char *const ask[] = {"/usr/bin/env", program, "-v", NULL};
    if (process_result(process_start(ask)) != 0)
        cr_skip("there is no %s", program);
}

static bool accepts(const struct sockaddr *address, socklen_t size)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = connect(fd, address, size) == 0;
    close(fd);
    return connected;
}

struct process *start_at_socket(const char *const *argv, const char *socket)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", folder_path(socket));
    struct process *process = process_start(argv);
    bool listens = eventually(accepts((const struct sockaddr *)&address, sizeof(address)));
    cr_assert(listens, "%s", process_errors(process));
    return process;
}

void add_served_files(void)
{
    char *large = malloc(LARGE_SIZE);
    cr_assert_not_null(large);
    for (size_t i = 0; i < LARGE_SIZE; i++)
        large[i] = (char)('a' + i % 7 * i % 11); /* which is coded in a tenth or so */
    folder_add_text("hello.txt", "hello");
    folder_add("large", large, LARGE_SIZE);
    free(large);
}

/* `server` is the content of the server's block, behind its address. */
static void start_nginx_with(const char *name, const char *server)
{
    char file[64], config[2048], prefix[256];
    snprintf(
        config, sizeof(config),
        "daemon off; user root; worker_processes 1; pid %s.pid; error_log stderr;\n"
        "events {}\n"
        "http { access_log off; client_body_temp_path body; proxy_temp_path proxy;\n"
        "  fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;\n"
        "  gzip on; gzip_types *; gzip_min_length 1;\n"
        "  server { listen unix:%s;\n%s } }\n",
        name, folder_path(name), server);
    snprintf(file, sizeof(file), "%s.conf", name);
    folder_add_text(file, config);
    snprintf(prefix, sizeof(prefix), "%s", folder_path(""));
    const char *const argv[] = {"/usr/bin/env", "nginx", "-p", prefix, "-c", file, NULL};
    start_at_socket(argv, name);
}

void start_nginx(void)
{
    start_nginx_with(
        "nginx", "root .;\n"
                 "location /moved { return 301 /hello.txt; }\n"
                 "location /empty { return 204; }\n"
                 "location /small { client_max_body_size 1000; }\n");
}

void start_nginx_before(const char *address)
{
    char server[512];
    snprintf(
        server, sizeof(server),
        "client_max_body_size 0; proxy_buffering off; location / { proxy_pass http://%s; }",
        address);
    start_nginx_with("nginx-before", server);
}

struct process *start_haproxy_before(const char *address)
{
    char config[1024], file[256];
    snprintf(
        config, sizeof(config),
        "defaults\n mode http\n option abortonclose\n"
        " timeout connect 9s\n timeout client 9s\n timeout server 9s\n"
        "frontend front\n bind unix@%s\n default_backend back\n"
        "backend back\n server one %s\n",
        folder_path("haproxy"), address);
    folder_add_text("haproxy.cfg", config);
    snprintf(file, sizeof(file), "%s", folder_path("haproxy.cfg"));
    const char *const argv[] = {"/usr/bin/env", "haproxy", "-db", "-f", file, NULL};
    return start_at_socket(argv, "haproxy");
}

void start_apache(char url[static 256])
{
    char config[2048], root[256], file[256];
    struct listening listening = listening_refuse(); /* a port that is free */
    const struct sockaddr_in address = listening.address.ipv4;
    snprintf(root, sizeof(root), "%s", folder_path("."));
    cr_assert_eq(chmod(root, 0755), 0); /* it gives up the rights of root */
    snprintf(
        config, sizeof(config),
        "ServerRoot %s\nServerName localhost\nListen %s\nPidFile apache.pid\n"
        "ErrorLog /dev/stderr\nDefaultRuntimeDir .\nMutex file:. default\n"
        "User www-data\nGroup www-data\n"
        "LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\n"
        "LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so\n"
        "LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so\n"
        "StartServers 1\nThreadsPerChild 4\nMaxRequestWorkers 4\nServerLimit 1\n"
        "DocumentRoot .\nRedirect permanent /moved /hello.txt\n"
        "<Location /small>\nLimitRequestBody 1000\n</Location>\n",
        root, listening.text);
    folder_add_text("apache.conf", config);
    snprintf(file, sizeof(file), "%s", folder_path("apache.conf"));
    const char *const argv[] = {"/usr/bin/env", "apache2", "-f", file, "-DFOREGROUND", NULL};
    snprintf(url, 256, "http://%s", listening.text);
    listening_close(&listening);
    struct process *apache = process_start(argv);
    bool listens = eventually(accepts((const struct sockaddr *)&address, sizeof(address)));
    cr_assert(listens, "%s", process_errors(apache));
}

void start_node(void)
{
    char path[500];
    snprintf(path, sizeof(path), "%s/upstream.mjs", REAL_CLIENTS);
    const char *const argv[] = {"/usr/bin/env", "node", path, folder_path("node"), NULL};
    start_at_socket(argv, "node");
}
