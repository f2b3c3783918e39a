"use strict";

/*
 * A lane is an order or a part of one. It is a list of segments, each of which lasts until the next
 * one begins: {t, kind: "ready" | "run" | "await", ...}. Times are milliseconds on the server's
 * clock.
 */

/* Returns the name of a recipe: the name of a part is that of its function, "cook_french_fries". */
function dishOf(name) {
    return name.replace(/^(cook|serve)_/, "").replace(/[_ ]/g, "-");
}

/* Returns the index of the last item that is not later than `t`, or -1. */
function lastBefore(items, t) {
    let low = 0;
    let high = items.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (items[middle].t <= t) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - 1;
}

/* Inserts an item, with a search from the end, since items nearly always arrive in order. */
function insertByTime(items, item, goesBefore) {
    let at = items.length;
    while (at > 0 && (items[at - 1].t > item.t || (goesBefore && goesBefore(items[at - 1])))) {
        at--;
    }
    items.splice(at, 0, item);
}

/* Calls `visit(kind, from, to, segment)` for each segment of the lane between `from` and `at`. */
function forEachSegment(lane, from, at, visit) {
    const { segments } = lane;
    const last = Math.min(at, lane.end);
    let busyUntil = -Infinity;
    for (let i = Math.max(0, lastBefore(segments, from) - 1); i < segments.length; i++) {
        const segment = segments[i];
        if (segment.t > last) {
            break;
        }
        const next = i + 1 < segments.length ? segments[i + 1].t : Infinity;
        const isRun = segment.kind === "run";
        const begin = Math.max(segment.t, busyUntil);
        const end = Math.min(isRun ? segment.t + segment.ms : next, last);
        busyUntil = isRun ? segment.t + segment.ms : busyUntil;
        if (end >= from && (end > begin || isRun)) {
            visit(segment.kind, Math.max(begin, from), end, segment);
        }
    }
}

/* Descriptions of calls that await without the name of a step. */
const CALLS = { hob_join_all: "all of its parts", hob_race_all: "the first of its parts" };

/*
 * Returns the state of the lane at `at`: {state, step, left}. The state is "ready", "running",
 * "awaiting" or how it ended; left is in ms, and null if unknown.
 */
function stateOf(lane, at) {
    if (at >= lane.end) {
        return { state: lane.how, step: "", left: null };
    }
    const segment = lane.segments[lastBefore(lane.segments, at)];
    if (!segment || segment.kind === "ready") {
        return { state: "ready", step: "", left: null };
    }
    if (segment.kind === "run") {
        const running = at <= segment.t + segment.ms;
        return { state: running ? "running" : "ready", step: "", left: null };
    }
    const left = segment.ms === null ? null : Math.max(0, segment.t + segment.ms - at);
    return { state: "awaiting", step: CALLS[segment.step] || segment.step, left };
}
