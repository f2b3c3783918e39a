import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { loadPure } from "../support/page.js";
import { play } from "../support/sample.js";

const { Clock, Playhead, Record, dueAt, stillSince } =
    loadPure("Clock", "Playhead", "Record", "dueAt", "stillSince");

describe("the playhead", () => {
    it("follows the newest time while it is live", () => {
        const playhead = new Playhead();
        playhead.tick(16, 0, 500, true);
        assert.equal(playhead.at, 500);
    });

    it("stands while paused, and moves at its rate while it plays", () => {
        const playhead = new Playhead();
        playhead.seek(100);
        playhead.tick(16, 0, 500, true);
        assert.deepEqual([playhead.mode, playhead.at], ["paused", 100]);
        playhead.play(0.25);
        playhead.tick(100, 0, 500, true);
        assert.equal(playhead.at, 125);
    });

    it("is live when it has caught up, and paused at the end of a saved record", () => {
        for (const [growing, mode] of [[true, "live"], [false, "paused"]]) {
            const playhead = new Playhead();
            playhead.seek(490);
            playhead.play(1);
            playhead.tick(16, 0, 500, growing);
            assert.deepEqual([playhead.mode, playhead.at], [mode, 500]);
        }
    });

    it("moves on when its time is no longer in the record", () => {
        const playhead = new Playhead();
        playhead.seek(10);
        playhead.tick(16, 100, 500, true);
        assert.equal(playhead.at, 100);
    });
});

describe("the clock", () => {
    it("goes by the message that was least late", () => {
        const clock = new Clock();
        clock.hear(1000, 50);
        clock.hear(1040, 130);
        assert.ok(Math.abs(clock.server(130) - 1080) < 0.1);
        clock.hear(1100, 140);
        assert.equal(clock.server(140), 1100);
    });
});

describe("silence", () => {
    it("is suspicious when a pan is done or a heartbeat is missing", () => {
        const record = new Record();
        record.hello({ now: 0, session: "one" });
        record.batch({ now: 10, events: [["b", 0, 1, 0, "noodles"], ["w", 1, 1, "egg", 2000]] });
        assert.equal(dueAt(record, 10, Infinity), 1010, "the heartbeat");
        assert.equal(dueAt(record, 1500, Infinity), 2001, "the egg");
        assert.equal(dueAt(record, 2010, Infinity), 2010, "the egg still");
        assert.equal(dueAt(record, 3500, Infinity), 4500, "an egg that was lost");
        assert.equal(dueAt(record, 1500, 1600), 1600, "an order that was taken");
    });

    it("is suspicious when who is ready does not get the cook", () => {
        const record = play(new Record()); /* 5 stands ready since 5124 */
        assert.equal(dueAt(record, 5200, Infinity), 5200);
    });

    it("is no sign where nobody knows how long a pan takes", () => {
        const record = new Record();
        record.hello({ now: 0, session: "one" });
        record.batch({ now: 10, events: [["b", 0, 1, 0, "meal"], ["w", 1, 1, "hob_join_all", null]] });
        assert.equal(dueAt(record, 500, Infinity), 1500);
    });

    it("is a standstill when what was asked has no answer", () => {
        assert.equal(stillSince(690, 200, 300), null);
        assert.equal(stillSince(701, 200, 300), 300);
        assert.equal(stillSince(701, 350, 300), null, "something came since");
        assert.equal(stillSince(9000, 200, Infinity), null, "nothing was asked");
    });
});
