/*
 * The page notices by itself that the cook is kept from the pans. While every pan is on the stove
 * there is nothing to tell, so silence is no sign; that something was due and did not come is one,
 * but a pan may take longer than was said. So the page asks, and who does not answer stands still.
 */

const ASK_AFTER = 100; /* ms that something is due */
const ANSWER_WITHIN = 400; /* ms, for anything that was asked */
const HEARTBEAT = 1000; /* ms; a batch comes at least as often */

/*
 * When the next message is due at the latest. `heard` is when the last one came; `promised` is when
 * the server took an order that was not seen yet, or Infinity: all on the server's clock.
 */
function dueAt(record, heard, promised) {
    let due = Math.min(heard + HEARTBEAT, promised);
    for (const lane of record.lanes.values()) {
        const wakes = lane.end === Infinity ? wakesAt(lane) : Infinity;
        if (wakes > heard - HEARTBEAT) { /* what was due before that was lost, not late */
            due = Math.min(due, wakes);
        }
    }
    return Math.max(heard, due);
}

function wakesAt(lane) {
    const last = lane.segments[lane.segments.length - 1];
    if (last.kind === "await") {
        return last.ms === null ? Infinity : last.t + last.ms;
    }
    return last.t;
}

/*
 * Since when the kitchen stands still, or null: neither an answer to what was `asked` came (at
 * Infinity if nothing was) nor anything else.
 */
function stillSince(now, heard, asked) {
    const since = Math.max(heard, asked);
    return now - since > ANSWER_WITHIN ? since : null;
}
