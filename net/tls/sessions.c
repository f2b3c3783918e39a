#include "sessions.h"

#include <stdlib.h>
#include <string.h>

/*
 * A session takes some kilobytes, with the server's certificates. One of TLS 1.3 serves a single
 * connection, so several are kept for connections that begin at the same time.
 */
enum { SESSIONS_MAX = 128, SESSIONS_OF_KEY_MAX = 8 };

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

/* The newest session of a key, or NULL. */
static struct session *find(const struct sessions *self, const char *key)
{
    for (struct list *link = self->all.prev; link != &self->all; link = link->prev) {
        struct session *session = list_entry(link, struct session, link);
        if (strcmp(session->key, key) == 0)
            return session;
    }
    return NULL;
}

static bool serves_once(const SSL_SESSION *session)
{
    return SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION;
}

/*
 * The session that a new one of this key replaces: the key's oldest if it has `most` of them, or
 * the oldest of all if there is no room. NULL is none.
 */
static struct session *find_replaced(const struct sessions *self, const char *key, size_t most)
{
    size_t count = 0;
    struct session *oldest = NULL;
    for (struct list *link = self->all.prev; link != &self->all; link = link->prev) {
        struct session *session = list_entry(link, struct session, link);
        if (strcmp(session->key, key) == 0) {
            oldest = session;
            count++;
        }
    }
    if (count >= most)
        return oldest;
    return self->count == SESSIONS_MAX ? list_entry(self->all.next, struct session, link) : NULL;
}

void sessions_put(struct sessions *self, const char *key, SSL_SESSION *session)
{
    size_t length = strlen(key);
    struct session *added = malloc(sizeof(*added) + length + 1);
    if (!added) {
        SSL_SESSION_free(session);
        return;
    }
    struct session *before =
        find_replaced(self, key, serves_once(session) ? SESSIONS_OF_KEY_MAX : 1);
    added->session = session;
    memcpy(added->key, key, length + 1);
    list_append(&self->all, &added->link);
    self->count++;
    if (before)
        drop(self, before);
}

SSL_SESSION *sessions_get(struct sessions *self, const char *key)
{
    struct session *found = find(self, key);
    if (!found)
        return NULL;
    SSL_SESSION *session = found->session;
    SSL_SESSION_up_ref(session);
    if (serves_once(session))
        drop(self, found);
    return session;
}
