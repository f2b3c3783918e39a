#include "offers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int offers_gather(struct offers *self, const struct markets *markets, const char *goods)
{
    hob_future *asked[MARKETS_MAX];
    self->count = markets->count;
    for (size_t i = 0; i < markets->count; i++) {
        self->all[i] = (struct offer){
            .client = markets->client,
            .market = &markets->all[i],
            .goods = goods,
            .patience = markets->patience,
        };
        asked[i] = hob_async(ask_market, &self->all[i]);
    }
    return hob_join_all(asked, markets->count);
}

const struct offer *offers_best(const struct offers *self)
{
    const struct offer *best = NULL;
    for (size_t i = 0; i < self->count; i++) {
        const struct offer *offer = &self->all[i];
        if (offer->result == 0 && (!best || offer->cents < best->cents))
            best = offer;
    }
    return best;
}

static const char *reason(int result)
{
    switch (result) {
    case -ETIMEDOUT:
        return "late";
    case -ENODATA:
        return "not sold there";
    case -EPROTO:
    case -EOVERFLOW:
        return "not understood";
    default:
        return "closed";
    }
}

static void write_offer(FILE *out, const struct offer *offer)
{
    fprintf(out, "{\"market\":\"%s\",", offer->market->name);
    if (offer->result == 0)
        fprintf(out, "\"cents\":%ld}", offer->cents);
    else
        fprintf(out, "\"error\":\"%s\"}", reason(offer->result));
}

static void write_offers(FILE *out, const struct offers *self, const char *goods)
{
    const struct offer *best = offers_best(self);
    fprintf(out, "{\"goods\":\"%s\",\"offers\":[", goods);
    for (size_t i = 0; i < self->count; i++) {
        fputs(i > 0 ? "," : "", out);
        write_offer(out, &self->all[i]);
    }
    fprintf(
        out, best ? "],\"best\":\"%s\"}\n" : "],\"best\":null}\n", best ? best->market->name : "");
}

static int reply_offers(hob_response *res, const struct offers *offers, const char *goods)
{
    char *json = NULL;
    size_t size;
    FILE *out = open_memstream(&json, &size);
    if (!out)
        return -ENOMEM;
    write_offers(out, offers, goods);
    int err = fclose(out) == 0 ? hob_reply_json(res, 200, json) : -ENOMEM;
    free(json);
    return err;
}

int serve_offers(hob_request *req, hob_response *res)
{
    struct offers offers;
    const char *goods = hob_path_value(req, "goods");
    if (!goods)
        return -ENOMEM;
    if (!goods_are_valid(goods))
        return hob_reply_text(res, 404, "goods are a word of letters, digits and dashes\n");
    int err = offers_gather(&offers, hob_state(req), goods);
    if (err < 0)
        return err;
    return reply_offers(res, &offers, goods);
}
