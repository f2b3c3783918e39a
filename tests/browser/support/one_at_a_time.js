import assert from "node:assert/strict";

/* The next one begins when the one before has ended; times are rounded to microseconds. */
export function assertOneAtATime(strip) {
    strip.forEach(([id, from], i) => assert.ok(i === 0 || from >= strip[i - 1][2] - 0.002,
        `${id} has the cook while ${i > 0 && strip[i - 1][0]} does`));
}
