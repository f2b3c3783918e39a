/*
 * A doubly linked list whose links are members of the structs in it, so that adding and removing
 * allocate nothing and cannot fail. A list is a ring that includes its head.
 */
#ifndef HOB_RUNTIME_LIST_H
#define HOB_RUNTIME_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next;
    struct list *prev;
};

/* The struct of this type that has the link as this member. */
/* clang-format off */
#define list_entry(link, type, member) ((type *)(void *)((char *)(link) - offsetof(type, member)))
/* clang-format on */

static inline void list_init(struct list *list)
{
    list->next = list;
    list->prev = list;
}

static inline bool list_empty(const struct list *list)
{
    return list->next == list;
}

static inline void list_append(struct list *list, struct list *link)
{
    link->prev = list->prev;
    link->next = list;
    list->prev->next = link;
    list->prev = link;
}

/* Does nothing to a link that is in no list, if it was initialised by list_init(). */
static inline void list_remove(struct list *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    list_init(link);
}

#endif
