/* The orders as rows of a table, the accessible form of the lanes. */

const ROWS = 50;

const STATE_WORDS = {
    ready: "ready, waits for the cook",
    running: "the cook is at it",
    awaiting: "on the stove",
    away: "on another stove",
    served: "served",
    cancelled: "cancelled",
    late: "too late",
    failed: "failed",
    unseen: "ended while this page was away",
};

/* The step of an order that a neighbour cooks, as handlers/delivery.c names it. */
const AWAY = "at the neighbour's";

/* While the kitchen is blocked, a finished pan waits until it is noticed. */
function leftText(left) {
    if (left === null) {
        return "";
    }
    return left > 0 ? `${secondsText(left)} s` : "done";
}

function rowOf(lane, depth, at) {
    const { state, step, left } = stateOf(lane, at);
    return {
        id: lane.id,
        depth,
        name: lane.dish.replace(/-/g, " "),
        state: STATE_WORDS[step === AWAY ? "away" : state] || state,
        step,
        left: leftText(left),
        cooks: at < lane.end,
    };
}

/* Returns {rows, more}: the newest orders first, each followed by its parts; `more` are omitted. */
function tableRows(record, at, span) {
    const orders = [];
    record.forEachSeen(at - span, at, (lane, depth) => {
        if (depth === 0) {
            orders.unshift([]);
        }
        orders[0].push([lane, depth]);
    });
    const rows = [];
    let shown = 0;
    while (shown < orders.length && rows.length < ROWS) {
        orders[shown++].forEach(([lane, depth]) => rows.push(rowOf(lane, depth, at)));
    }
    return { rows, more: orders.length - shown };
}
