/* The preferences of a client: Accept, Accept-Encoding and the like (RFC 9110 section 12.5). */
#include <string.h>

#include "hob/http.h"
#include "hob/text.h"
#include "http/syntax.h"

/* A part of a text. */
struct part {
    const char *text;
    size_t length;
};

/* Takes the next part off a text whose parts semicolons separate, without spaces around it. */
static bool take_part(struct part *rest, struct part *part)
{
    if (rest->length == 0)
        return false;
    const char *semicolon = memchr(rest->text, ';', rest->length);
    part->length = semicolon ? (size_t)(semicolon - rest->text) : rest->length;
    size_t taken = part->length + (semicolon ? 1 : 0);
    part->text = trim(rest->text, &part->length);
    rest->text += taken;
    rest->length -= taken;
    return true;
}

static bool is_same(struct part a, struct part b)
{
    return a.length == b.length && hob_text_equals_any_case_n(a.text, b.text, a.length);
}

static bool is_text(struct part part, const char *text)
{
    return is_same(part, (struct part){text, strlen(text)});
}

/* Splits "version=1.0" at the "=", and takes the quotes off the value. */
static void split_parameter(struct part parameter, struct part *name, struct part *value)
{
    const char *equals = memchr(parameter.text, '=', parameter.length);
    const char *end = parameter.text + parameter.length;
    *name = (struct part){parameter.text, (size_t)((equals ? equals : end) - parameter.text)};
    *value = (struct part){equals ? equals + 1 : end, 0};
    value->length = (size_t)(end - value->text);
    if (value->length >= 2 && *value->text == '"' && end[-1] == '"') {
        value->text++;
        value->length -= 2;
    }
}

/* Reads a qvalue, "0.5" as 500 (RFC 9110 section 12.4.2). Any other text is 0. */
static int parse_weight(struct part text)
{
    const char *at = text.text;
    const char *end = at + text.length;
    int weight = 0;
    if (at < end && (*at == '0' || *at == '1'))
        weight = 1000 * (*at++ - '0');
    if (at == end || *at++ != '.')
        return weight;
    for (int unit = 100; at < end && *at >= '0' && *at <= '9'; unit /= 10)
        weight += unit * (*at++ - '0');
    return weight < 1000 ? weight : 1000;
}

/* How specific an element is that matches the name. */
enum specificity {
    SPECIFICITY_NONE,
    SPECIFICITY_ANY,   /* a wildcard for all names */
    SPECIFICITY_RANGE, /* a wildcard for all subtypes of its type */
    SPECIFICITY_NAME,  /* the name itself; each parameter that both have adds 1 */
};

static int match_name(struct part range, struct part name)
{
    const char *slash = memchr(name.text, '/', name.length);
    if (is_same(range, name))
        return SPECIFICITY_NAME;
    if (is_text(range, slash ? "*/*" : "*"))
        return SPECIFICITY_ANY;
    if (!slash || range.length < 2 || range.text[range.length - 1] != '*')
        return SPECIFICITY_NONE;
    struct part type = {name.text, (size_t)(slash + 1 - name.text)};
    return is_same((struct part){range.text, range.length - 1}, type) ? SPECIFICITY_RANGE
                                                                      : SPECIFICITY_NONE;
}

/* Returns 1 if the parameters have this one, -1 if they have it with another value, else 0. */
static int match_parameter(struct part parameters, struct part name, struct part value)
{
    struct part parameter, other_name, other_value;
    while (take_part(&parameters, &parameter)) {
        split_parameter(parameter, &other_name, &other_value);
        if (is_same(name, other_name))
            return is_same(value, other_value) ? 1 : -1;
    }
    return 0;
}

/*
 * Compares the parameters of an element with those of the name. Returns -1 if one has another
 * value, else how many are the same. Sets *weight if there is a q.
 */
static int match_parameters(struct part element, struct part parameters, int *weight)
{
    int count = 0;
    struct part parameter, name, value;
    while (take_part(&element, &parameter)) {
        split_parameter(parameter, &name, &value);
        if (is_text(name, "q")) {
            *weight = parse_weight(value);
            continue;
        }
        int match = match_parameter(parameters, name, value);
        if (match < 0)
            return -1;
        count += match;
    }
    return count;
}

/* Returns the preference for a name by one element, such as "text/plain;version=0.0.4;q=0.5". */
static hob_preference preference_in(struct part element, const char *name)
{
    struct part range, type;
    struct part parameters = {name, strlen(name)};
    int weight = 1000;
    if (!take_part(&element, &range) || !take_part(&parameters, &type))
        return (hob_preference){0};
    int specificity = match_name(range, type);
    int same = match_parameters(element, parameters, &weight);
    if (specificity == SPECIFICITY_NONE || same < 0)
        return (hob_preference){0};
    bool named = specificity == SPECIFICITY_NAME;
    return (hob_preference){weight, named && weight > 0, specificity + (named ? same : 0)};
}

hob_preference hob_preference_for(const char *list, const char *name)
{
    hob_preference best = {0};
    struct part element;
    while (list_next(&list, &element.text, &element.length)) {
        hob_preference next = preference_in(element, name);
        if (next.specificity > best.specificity ||
            (next.specificity == best.specificity && next.weight > best.weight))
            best = next;
    }
    return best;
}
