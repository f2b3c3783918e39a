#include "tests/support/real_servers.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include "tests/support/eventually.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

void skip_without(const char *program)
{
    const char *const ask[] = {"/usr/bin/env", program, "-v", NULL};
    if (process_result(process_start(ask)) != 0)
        cr_skip("there is no %s", program);
}

static bool accepts(const hob_address *address)
{
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = connect(fd, &address->any, address->length) == 0;
    close(fd);
    return connected;
}

static struct process *start_at(const char *const *argv, const hob_address *address)
{
    struct process *process = process_start(argv);
    bool listens = eventually(accepts(address));
    cr_assert(listens, "%s", process_errors(process));
    return process;
}

struct process *start_at_socket(const char *const *argv, const char *socket)
{
    char text[256];
    hob_address address;
    snprintf(text, sizeof(text), "unix:%s", folder_path(socket));
    cr_assert_eq(hob_address_parse(text, &address), 0, "%s", text);
    return start_at(argv, &address);
}

/* A port of 127.0.0.1 that is free. */
static struct listening free_port(void)
{
    struct listening self = listening_refuse();
    listening_close(&self);
    return self;
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

/* `begin` is what comes before all else, and `end` behind it. */
static void write_nginx_config(const char *name, const char *begin, const char *end)
{
    char file[64], config[4096];
    snprintf(
        config, sizeof(config),
        "%s daemon off; user root; worker_processes 1; pid %s.pid; error_log stderr;\n"
        "events {}\n%s",
        begin, name, end);
    snprintf(file, sizeof(file), "%s.conf", name);
    folder_add_text(file, config);
}

/* `server` is the content of the server's block, behind its address. */
static void start_nginx_with(const char *name, const char *server)
{
    char file[64], http[2048], prefix[256];
    snprintf(
        http, sizeof(http),
        "http { access_log off; client_body_temp_path body; proxy_temp_path proxy;\n"
        "  fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;\n"
        "  gzip on; gzip_types *; gzip_min_length 1;\n"
        "  server { listen unix:%s;\n%s } }\n",
        folder_path(name), server);
    write_nginx_config(name, "", http);
    snprintf(file, sizeof(file), "%s.conf", name);
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

void start_nginx_before(const char *url, const char *directives)
{
    char server[1024];
    snprintf(
        server, sizeof(server),
        "client_max_body_size 0; proxy_buffering off; %s\nlocation / { proxy_pass %s; }",
        directives, url);
    start_nginx_with("nginx-before", server);
}

void start_nginx_stream_before(const char *address, struct listening *front)
{
    char stream[512], prefix[256];
    *front = free_port();
    snprintf(
        stream, sizeof(stream),
        "stream { server { listen %s; proxy_pass %s; proxy_protocol on; } }\n", front->text,
        address);
    write_nginx_config(
        "nginx-stream", "load_module /usr/lib/nginx/modules/ngx_stream_module.so;", stream);
    snprintf(prefix, sizeof(prefix), "%s", folder_path(""));
    const char *const argv[] = {"/usr/bin/env",      "nginx", "-p", prefix, "-c",
                                "nginx-stream.conf", NULL};
    start_at(argv, &front->address);
}

/* `sections` follows the defaults. Writes the path of the file. */
static void write_haproxy_config(const char *mode, const char *sections, char path[static 256])
{
    char config[2048];
    snprintf(
        config, sizeof(config),
        "defaults\n mode %s\n timeout connect 9s\n timeout client 9s\n timeout server 9s\n%s", mode,
        sections);
    folder_add_text("haproxy.cfg", config);
    snprintf(path, 256, "%s", folder_path("haproxy.cfg"));
}

struct process *start_haproxy_before(const char *address)
{
    char sections[1024], file[256];
    const char *const argv[] = {"/usr/bin/env", "haproxy", "-db", "-f", file, NULL};
    snprintf(
        sections, sizeof(sections),
        "listen all\n bind unix@%s\n option abortonclose\n server one %s\n", folder_path("haproxy"),
        address);
    write_haproxy_config("http", sections, file);
    return start_at_socket(argv, "haproxy");
}

struct process *
start_haproxy_tcp_before(const char *address, const char *bind, struct listening *front)
{
    char sections[1024], file[256];
    const char *const argv[] = {"/usr/bin/env", "haproxy", "-db", "-f", file, NULL};
    *front = free_port();
    snprintf(
        sections, sizeof(sections), "listen all\n bind %s %s\n server one %s\n", front->text, bind,
        address);
    write_haproxy_config("tcp", sections, file);
    return start_at(argv, &front->address);
}

void start_apache(struct listening *listening)
{
    char config[2048], root[256], file[256];
    *listening = free_port();
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
        root, listening->text);
    folder_add_text("apache.conf", config);
    snprintf(file, sizeof(file), "%s", folder_path("apache.conf"));
    const char *const argv[] = {"/usr/bin/env", "apache2", "-f", file, "-DFOREGROUND", NULL};
    start_at(argv, &listening->address);
}

void start_node(void)
{
    char path[500];
    snprintf(path, sizeof(path), "%s/upstream.mjs", REAL_CLIENTS);
    const char *const argv[] = {"/usr/bin/env", "node", path, folder_path("node"), NULL};
    start_at_socket(argv, "node");
}
