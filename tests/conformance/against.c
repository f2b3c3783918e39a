/*
 * usage: against HOST PORT NAME
 *
 * Runs the cases of HTTP/1.1 on any server and prints a line for each: its table, its name, its
 * section, what hob does, NAME, what that server did, how it compares, and the note, with tabs
 * between them. The server has to answer every path with 200 and a text that has the path in it,
 * but /204 and the like with that status.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "talk.h"

struct outcome {
    int statuses[RESPONSES_MAX + 1]; /* without 100; 0 ends them */
    enum fate fate;
    bool smuggled; /* the request that is hidden in another was answered */
};

/* A status line may stand anywhere: that there is none in a text is up to the server's handler. */
static int status_at(const char *text)
{
    bool begins = strncmp(text, "HTTP/1.", 7) == 0 && isdigit((unsigned char)text[7]) &&
                  text[8] == ' ' && isdigit((unsigned char)text[9]);
    return begins ? (int)strtol(text + 9, NULL, 10) : 0;
}

static struct outcome outcome_of(const struct talk *self)
{
    struct outcome outcome = {.fate = self->ended_before_probe ? CLOSED : WAITS};
    const char *input = self->input ? self->input : "";
    size_t count = 0;
    for (size_t i = 0; i < self->before_probe && count < RESPONSES_MAX; i++) {
        int status = status_at(input + i);
        if (status > 100)
            outcome.statuses[count++] = status;
    }
    if (count == 0 && self->before_probe > 0 && status_at(input) == 0)
        outcome.statuses[0] = 200; /* HTTP/0.9 has no status line */
    if (!self->ended_before_probe && strstr(input + self->before_probe, "/probe"))
        outcome.fate = KEPT;
    outcome.smuggled = strstr(input, "/smuggled") != NULL;
    return outcome;
}

static struct outcome outcome_expected(const struct http_case *self)
{
    struct outcome outcome = {.fate = self->fate};
    for (size_t i = 0, count = 0; i < RESPONSES_MAX; i++) {
        if (self->statuses[i] > 100)
            outcome.statuses[count++] = self->statuses[i];
    }
    return outcome;
}

static int answered(const struct outcome *self)
{
    int count = 0;
    for (size_t i = 0; self->statuses[i]; i++)
        count += self->statuses[i] < 400;
    return count;
}

/* The more requests are answered, and the longer the connection is kept, the more lenient. */
static int leniency(const struct outcome *self)
{
    static const int of_fate[] = {[CLOSED] = 0, [WAITS] = 1, [KEPT] = 2};
    return (self->smuggled ? 100 : 0) + 3 * answered(self) + of_fate[self->fate];
}

static const char *compare(const struct http_case *c, const struct outcome *seen)
{
    struct outcome expected = outcome_expected(c);
    if (c->routing)
        return "not compared";
    if (seen->smuggled)
        return "answered the hidden one";
    int difference = leniency(seen) - leniency(&expected);
    if (difference != 0)
        return difference > 0 ? "more lenient" : "stricter";
    bool same = memcmp(seen->statuses, expected.statuses, sizeof(expected.statuses)) == 0;
    return same ? "same" : "another status";
}

static void print_outcome(const struct outcome *self)
{
    static const char *const names[] = {[KEPT] = "kept", [CLOSED] = "closed", [WAITS] = "waits"};
    for (size_t i = 0; self->statuses[i]; i++)
        printf("%d ", self->statuses[i]);
    printf("%s\t", names[self->fate]);
}

static void print_case(
    const struct case_table *table, const struct http_case *c, const struct talk *talk,
    const char *name)
{
    struct outcome expected = outcome_expected(c);
    struct outcome seen = outcome_of(talk);
    printf("%s\t%s\t%s\t", table->name, c->name, c->section);
    print_outcome(&expected);
    printf("%s\t", name);
    print_outcome(&seen);
    printf("%s\t%s\n", compare(c, &seen), c->note ? c->note : "");
}

static size_t count_cases(void)
{
    size_t count = 0;
    for (size_t i = 0; i < TABLE_COUNT; i++)
        count += case_tables[i]->count;
    return count;
}

static void set_bytes(struct talk *talks)
{
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        for (size_t j = 0; j < case_tables[i]->count; j++, talks++) {
            talks->bytes = case_bytes(&case_tables[i]->cases[j], &talks->size);
            if (!talks->bytes)
                abort();
        }
    }
}

static void print_all(const struct talk *talks, const char *name)
{
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        for (size_t j = 0; j < case_tables[i]->count; j++, talks++)
            print_case(case_tables[i], &case_tables[i]->cases[j], talks, name);
    }
}

int main(int argc, char **argv)
{
    static const char probe[] = "GET /probe HTTP/1.1\r\nHost: h\r\n\r\n";
    if (argc != 4) {
        fprintf(stderr, "usage: against HOST PORT NAME\n");
        return 2;
    }
    size_t count = count_cases();
    struct talk *talks = calloc(count, sizeof(*talks));
    if (!talks)
        return EXIT_FAILURE;
    set_bytes(talks);
    bool reached = talks_hold(talks, count, argv[1], argv[2], probe, sizeof(probe) - 1);
    if (reached)
        print_all(talks, argv[3]);
    else
        fprintf(stderr, "against: cannot connect to %s port %s\n", argv[1], argv[2]);
    talks_free(talks, count);
    free(talks);
    return reached ? EXIT_SUCCESS : EXIT_FAILURE;
}
