#include "decoding.h"

#include <errno.h>
#include <stdlib.h>

#include "codings/coding.h"
#include "http/syntax.h"

enum { CODINGS_MAX = 3 }; /* of one body */

/* One of the codings of a body. */
struct stage {
    const struct coding *coding;
    void *decoder;
    uint64_t taken; /* bytes of input so far */
    uint64_t made;  /* bytes of content so far */
    bool whole;     /* the content may end here */
    size_t begin;   /* of the input that is left */
    size_t end;
    uint8_t in[4096];
};

struct decoding {
    hob_fetched *fetched;
    size_t count;
    struct stage stages[]; /* the first one decodes the body, each further one the result */
};

static int fail(const struct decoding *self, const struct stage *stage, const char *reason)
{
    return fetched_fail(
        self->fetched, -EPROTO, "decoding %s: %s", stage->coding->name,
        reason ? reason : "it is broken");
}

/*
 * Running a decoder.
 */

/* Decodes the input of a step, until there is content. */
static enum decoded decode(const struct stage *stage, struct decode_step *step)
{
    size_t room = step->out_size, left;
    enum decoded result;
    do {
        left = step->in_size;
        result = stage->coding->decode(stage->decoder, step);
    } while (result <= DECODED_WHOLE && step->out_size == room && step->in_size > 0 &&
             step->in_size < left);
    return result;
}

/*
 * A few bytes of input can decode to endless content, of which the next stage may make nothing. So
 * the limit is for each stage.
 */
static bool is_bomb(const struct decoding *self, const struct stage *stage)
{
    const hob_client_options *options = &self->fetched->client->options;
    return stage->made > options->body_limit &&
           stage->made / options->decoded_ratio >= stage->taken;
}

/* Returns how much content there is, 0 if more input is needed, or a negative errno. */
static int run(const struct decoding *self, struct stage *stage, uint8_t *out, size_t size)
{
    struct decode_step step = {
        stage->in + stage->begin, stage->end - stage->begin, out, size, NULL};
    enum decoded result = decode(stage, &step);
    size_t made = size - step.out_size;
    size_t begin = stage->end - step.in_size;
    stage->taken += begin - stage->begin;
    stage->made += made;
    stage->begin = begin;
    stage->whole = result == DECODED_WHOLE;
    if (result == DECODED_NO_MEMORY)
        return fetched_fail(
            self->fetched, -ENOMEM, "no memory for decoding %s", stage->coding->name);
    if (result == DECODED_BROKEN)
        return fail(self, stage, step.reason);
    if (is_bomb(self, stage))
        return fetched_fail(
            self->fetched, -EOVERFLOW, "decoding %s: it is more than %zu times its encoded size",
            stage->coding->name, self->fetched->client->options.decoded_ratio);
    return (int)made;
}

/*
 * Reading.
 */

/* A body without any bytes is an empty body in every coding. */
static int end(const struct decoding *self, const struct stage *stage)
{
    if (stage->whole || stage->taken == 0)
        return 0;
    return fail(self, stage, "the body ends before its content does");
}

static int read_stage(struct decoding *self, size_t index, uint8_t *data, size_t size)
{
    struct stage *stage = &self->stages[index];
    int length = run(self, stage, data, size);
    while (length == 0) {
        if (stage->begin < stage->end)
            return fail(self, stage, NULL);
        int more = index > 0 ? read_stage(self, index - 1, stage->in, sizeof(stage->in))
                             : fetched_read_encoded(self->fetched, stage->in, sizeof(stage->in));
        if (more <= 0)
            return more < 0 ? more : end(self, stage);
        stage->begin = 0;
        stage->end = (size_t)more;
        length = run(self, stage, data, size);
    }
    return length;
}

int decoding_read(struct decoding *self, void *data, size_t size)
{
    return read_stage(self, self->count - 1, data, size);
}

/*
 * Beginning.
 */

static const struct coding *find(const hob_codings *codings, const char *name, size_t length)
{
    for (size_t i = 0; i < codings->count; i++) {
        const struct coding *coding = codings->list[i];
        bool alias = coding->alias && element_is(name, length, coding->alias);
        if (alias || element_is(name, length, coding->name))
            return coding;
    }
    return NULL;
}

/* Adds the codings that a field names. Returns how many there are, or a negative errno. */
static int
add_listed(hob_fetched *fetched, const char *list, const struct coding **found, size_t count)
{
    const char *name;
    size_t length;
    while (list_next(&list, &name, &length)) {
        if (length == 0 || element_is(name, length, "identity"))
            continue;
        if (count == CODINGS_MAX)
            return fetched_fail(fetched, -EPROTO, "more than %d content codings", CODINGS_MAX);
        found[count] = find(fetched->client->options.codings, name, length);
        if (!found[count++])
            return fetched_fail(
                fetched, -EPROTO, "the content coding %.*s was not asked for", (int)length, name);
    }
    return (int)count;
}

/* The codings in the order in which they were applied. */
static int find_all(hob_fetched *fetched, const struct coding **found)
{
    const struct head *head = &fetched->reader.head;
    const char *list;
    int count = 0;
    for (size_t i = 0; count >= 0 && (list = head_find_nth(head, "Content-Encoding", i)); i++)
        count = add_listed(fetched, list, found, (size_t)count);
    return count;
}

/* The coding that was applied last is decoded first. */
static struct decoding *
decoding_new(hob_fetched *fetched, const struct coding *const *codings, size_t count)
{
    struct decoding *self = calloc(1, sizeof(*self) + count * sizeof(self->stages[0]));
    if (!self)
        return NULL;
    self->fetched = fetched;
    while (self->count < count) {
        struct stage *stage = &self->stages[self->count];
        stage->coding = codings[count - 1 - self->count];
        stage->decoder = stage->coding->open();
        if (!stage->decoder) {
            decoding_free(self);
            return NULL;
        }
        self->count++;
    }
    return self;
}

int decoding_begin(hob_fetched *fetched)
{
    const struct coding *codings[CODINGS_MAX];
    if (fetched->reader.framing == FRAMING_NONE)
        return 0;
    int count = find_all(fetched, codings);
    if (count <= 0)
        return count;
    fetched->decoding = decoding_new(fetched, codings, (size_t)count);
    if (!fetched->decoding)
        return fetched_fail(fetched, -ENOMEM, "no memory for decoding the body");
    head_remove(&fetched->reader.head, "Content-Encoding");
    head_remove(&fetched->reader.head, "Content-Length");
    return 0;
}

void decoding_free(struct decoding *self)
{
    if (!self)
        return;
    for (size_t i = 0; i < self->count; i++)
        self->stages[i].coding->close(self->stages[i].decoder);
    free(self);
}
