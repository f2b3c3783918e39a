#include "sessions.h"

#include <stdlib.h>
#include <string.h>

/* A session takes some kilobytes, with the server's certificates. */
enum { SESSIONS_MAX = 64 };

struct session {
    struct list link;
    SSL_SESSION *session;
    char key[];
};

void sessions_init(struct sessions *self)
{
    *self = (struct sessions){.count = 0};
    list_init(&self->all);
}

static void drop(struct sessions *self, struct session *session)
{
    list_remove(&session->link);
    self->count--;
    SSL_SESSION_free(session->session);
    free(session);
}

void sessions_clear(struct sessions *self)
{
    struct list *link = self->all.next;
    while (link != &self->all) {
        struct session *session = list_entry(link, struct session, link);
        link = link->next;
        drop(self, session);
    }
}

static struct session *find(const struct sessions *self, const char *key)
{
    for (struct list *link = self->all.next; link != &self->all; link = link->next) {
        struct session *session = list_entry(link, struct session, link);
        if (strcmp(session->key, key) == 0)
            return session;
    }
    return NULL;
}

void sessions_put(struct sessions *self, const char *key, SSL_SESSION *session)
{
    size_t length = strlen(key);
    struct session *before = find(self, key);
    struct session *added = malloc(sizeof(*added) + length + 1);
    if (!added) {
        SSL_SESSION_free(session);
        return;
    }
    if (!before && self->count == SESSIONS_MAX)
        before = list_entry(self->all.next, struct session, link);
    if (before)
        drop(self, before);
    added->session = session;
    memcpy(added->key, key, length + 1);
    list_append(&self->all, &added->link);
    self->count++;
}

SSL_SESSION *sessions_get(struct sessions *self, const char *key)
{
    struct session *found = find(self, key);
    if (!found)
        return NULL;
    SSL_SESSION *session = found->session;
    SSL_SESSION_up_ref(session);
    if (SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION)
        drop(self, found);
    return session;
}
