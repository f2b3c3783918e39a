/* One to three sentences that describe the view. */

function count(number, one, many) {
    return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

function secondsText(ms) {
    const seconds = ms / 1000;
    return seconds < 100 ? seconds.toFixed(1) : Math.round(seconds).toLocaleString("en");
}

function shareText(share) {
    const percent = share * 100;
    const isTiny = percent > 0 && percent < 0.1;
    return isTiny ? "less than 0.1 %" : `${Number(percent.toFixed(percent < 10 ? 1 : 0))} %`;
}

function freezeText({ from, to, who }, at) {
    const seconds = secondsText(Math.min(to, at) - from);
    const keeper = who === null ? "something" : `“${who}”`;
    return to > at
        ? `The kitchen stands still: ${keeper} has kept the cook for ${seconds} s, ` +
            "and no other order is served."
        : `${keeper} kept the cook for ${seconds} s, and all other orders waited.`;
}

/* The result of the sitting: the pans of many orders, and one cook. */
function cookingText({ orders, cooking, inTurn, took }, stats) {
    const done = `${secondsText(inTurn)} s of cooking were done in ${secondsText(took)} s.`;
    if (cooking === 0) {
        return `One cook served ${count(orders, "order", "orders")}: ${done}`;
    }
    const who = `${count(cooking, "order is", "orders are")} cooking, and there is one cook.`;
    const hands = stats ? ` Her hands are busy ${shareText(stats.busy)} of the time.` : "";
    return `${who}${hands} ${done}`;
}

/* The orders that are not visible, if several processes have a kitchen each. */
function workersText({ worker, workers }) {
    return workers > 1
        ? `This is worker ${worker} of ${workers}, each with one cook. The others are not shown, ` +
            "and may get some of your orders."
        : "";
}

/* `view` is {connected, ghost, stats, freeze}; freeze is the one to describe, or null. */
function verdictOf({ connected, ghost, stats, freeze, at }) {
    if (!connected) {
        return "The kitchen cannot be reached. The page keeps trying, and shows its last state.";
    }
    if (freeze) {
        return freezeText(freeze, at);
    }
    if (ghost.orders === 0) {
        return "There are no orders yet, and the cook waits. Order something.";
    }
    return cookingText(ghost, stats);
}

/*
 * Returns the freeze to describe at `at`: a present one, or one that ended less than 4 s ago. If
 * the kitchen names no coroutine, the machine or the network was busy, and there is nothing to
 * describe.
 */
function freezeAt(record, at) {
    return record.freezes.findLast(({ from, to, who }) =>
        from <= at && to > at - (who === null ? 0 : 4000)) || null;
}
