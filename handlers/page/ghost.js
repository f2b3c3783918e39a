/*
 * The ghost is a cook who waits at each pan until it is done. Her time for the same orders is the
 * sum of their cooking; the real time is from the first order until the last is done. Both are for
 * a sitting: the orders since the kitchen was last empty.
 */

/* Returns how long the lane and its parts cooked until `at`, in ms, without finished pans. */
function cookedBy(lane, at) {
    let cooked = 0;
    forEachSegment(lane, lane.begin, at, (kind, begin, end, segment) => {
        const forParts = kind === "await" && lane.parts.length > 0 && !(segment.ms > 0);
        if (kind !== "ready" && !forParts) {
            cooked += Math.min(end - begin, segment.ms ?? Infinity);
        }
    });
    const begun = lane.parts.filter((part) => part.begin <= at);
    return begun.reduce((sum, part) => sum + cookedBy(part, at), cooked);
}

/* Returns the orders of the sitting at `at`, or of the last one before. */
function sittingAt(record, at) {
    let sitting = [];
    let until = -Infinity;
    for (const order of record.orders) {
        if (order.begin > at) {
            break;
        }
        if (order.begin > until) {
            sitting = [];
        }
        sitting.push(order);
        until = Math.max(until, order.end);
    }
    return sitting;
}

/* {orders, cooking, inTurn, took}: counts, and times in ms. */
function ghostAt(record, at) {
    const sitting = sittingAt(record, at);
    if (sitting.length === 0) {
        return { orders: 0, cooking: 0, inTurn: 0, took: 0 };
    }
    const end = Math.min(at, sitting.reduce((last, order) => Math.max(last, order.end), 0));
    return {
        orders: sitting.length,
        cooking: sitting.filter((order) => order.end > at).length,
        inTurn: sitting.reduce((sum, order) => sum + cookedBy(order, at), 0),
        took: end - sitting[0].begin,
    };
}
