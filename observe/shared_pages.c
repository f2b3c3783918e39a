#include "shared_pages.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * A text and the place for the next one: whoever dies while he writes leaves the last one as it
 * was. Who reads needs no lock either. He sees by the version whether the text was written over
 * meanwhile, and then takes the next one.
 */
struct page {
    atomic_uint_fast64_t version; /* the text is texts[version % 2] */
    size_t sizes[2];
    char texts[2][SHARED_PAGE_SIZE];
};

struct shared_pages {
    size_t count;
    struct page pages[];
};

static size_t size_of(size_t count)
{
    return sizeof(struct shared_pages) + count * sizeof(struct page);
}

struct shared_pages *shared_pages_new(size_t count)
{
    if (count > (SIZE_MAX - sizeof(struct shared_pages)) / sizeof(struct page))
        return NULL;
    struct shared_pages *self = mmap(
        NULL, size_of(count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE,
        -1, 0);
    if (self == MAP_FAILED)
        return NULL;
    self->count = count;
    return self;
}

void shared_pages_free(struct shared_pages *self)
{
    if (self)
        munmap(self, size_of(self->count));
}

int shared_pages_write(struct shared_pages *self, size_t index, const char *text, size_t size)
{
    struct page *page = &self->pages[index];
    if (size > SHARED_PAGE_SIZE)
        return -EMSGSIZE;
    uint64_t next = atomic_load_explicit(&page->version, memory_order_relaxed) + 1;
    /* Nobody must see what is written now and still find the version before the last. */
    atomic_thread_fence(memory_order_release);
    memcpy(page->texts[next % 2], text, size);
    page->sizes[next % 2] = size;
    atomic_store_explicit(&page->version, next, memory_order_release);
    return 0;
}

/* Of half of a text that is being written it may be any number. */
static size_t length_of(const struct page *page, uint64_t version)
{
    size_t size = page->sizes[version % 2];
    return size <= SHARED_PAGE_SIZE ? size : 0;
}

char *shared_pages_read(const struct shared_pages *self, size_t index)
{
    const struct page *page = &self->pages[index];
    char *text = NULL;
    uint64_t version;
    do {
        version = atomic_load_explicit(&page->version, memory_order_acquire);
        size_t size = length_of(page, version);
        char *room = realloc(text, size + 1);
        if (!room) {
            free(text);
            return NULL;
        }
        text = room;
        memcpy(text, page->texts[version % 2], size);
        text[size] = '\0';
        atomic_thread_fence(memory_order_acquire);
    } while (atomic_load_explicit(&page->version, memory_order_relaxed) != version);
    return text;
}
