import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { loadPure } from "../support/page.js";

const { Clock, Playhead } = loadPure("Clock", "Playhead");

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
