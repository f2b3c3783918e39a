import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { loadPure } from "../support/page.js";
import { hello, messages, play } from "../support/sample.js";

const { Record, sceneOf, stateOf } = loadPure("Record", "sceneOf", "stateOf");

describe("a record", () => {
    it("tells what each lane does at any time", () => {
        const record = play(new Record());
        const does = (id, at) => stateOf(record.lanes.get(id), at);
        assert.deepEqual(does(1, 1100.5), { state: "ready", step: "", left: null });
        assert.deepEqual(does(1, 1101.2), { state: "running", step: "", left: null });
        assert.deepEqual(does(1, 1601.5), { state: "awaiting", step: "boil the egg", left: 1500 });
        assert.equal(does(1, 3101.7).state, "ready");
        assert.equal(does(1, 5000).state, "served");
        assert.equal(does(2, 3110).state, "late");
        assert.deepEqual(does(3, 4000), { state: "awaiting", step: "all of its parts", left: null });
    });

    it("nests the parts of an order under it", () => {
        const { lanes } = sceneOf(play(new Record()), 3200, 10000);
        assert.deepEqual(lanes.map(({ id, depth }) => [id, depth]),
            [[1, 0], [2, 0], [3, 0], [4, 1], [5, 1]]);
        assert.deepEqual(lanes.map(({ parent }) => parent), [0, 0, 0, 3, 3]);
    });

    it("puts a run before what is awaited from its end on, whatever was told first", () => {
        const segmentsOf = (...events) => {
            const record = new Record();
            record.hello({ ...hello, now: 0 });
            record.batch({ now: 9, events: [["b", 1, 1, 0, "noodles"], ...events] });
            return sceneOf(record, 9, 9).lanes[0].segments;
        };
        const told = [["ready", 1, 2], ["run", 2, 2.5], ["await", 2.5, 9, "finish"]];
        assert.deepEqual(segmentsOf(["w", 2.5, 1, "finish", 10], ["x", 2, 1, 0.5]), told);
        assert.deepEqual(segmentsOf(["x", 2, 1, 0.5], ["w", 2.4, 1, "finish", 10]), told);
        assert.deepEqual(segmentsOf(["w", 2, 1, "finish", 10], ["x", 2, 1, 0]),
            [["ready", 1, 2], ["run", 2, 2], ["await", 2, 9, "finish"]]);
        assert.deepEqual(segmentsOf(["x", 2, 1, 0.5], ["r", 4, 1]),
            [["ready", 1, 2], ["run", 2, 2.5], ["ready", 4, 9]]);
    });

    it("claims nothing about the time before the page came, saved and opened too", () => {
        const record = new Record();
        record.hello(hello);
        record.batch({ now: 1000, events: [["b", 100, 1, 0, "noodles"], ["w", 600, 1, "finish", 900]] });
        for (const any of [record, Record.open(record.save())]) {
            assert.deepEqual(sceneOf(any, 1000, 9000).lanes[0].segments,
                [["await", 600, 1000, "finish"]]);
        }
    });

    it("forgets lanes that left the window, and shows none before they began", () => {
        const record = play(new Record());
        assert.deepEqual(sceneOf(record, 1090, 10000).lanes, []);
        const seen = (at) => sceneOf(record, at, 10000).lanes.map(({ id }) => id);
        assert.deepEqual(seen(13109), [1, 2, 3, 4, 5]);
        assert.deepEqual(seen(13110), [1, 3, 4, 5], "2 ended at 3110");
        assert.deepEqual(seen(14105), [3, 4, 5]);
    });

    it("is the same when it was saved and opened", () => {
        const record = play(new Record());
        const opened = Record.open(JSON.parse(JSON.stringify(record.save())));
        for (let at = record.start; at <= record.end; at += 7) {
            assert.deepEqual(sceneOf(opened, at, 2000), sceneOf(record, at, 2000));
        }
    });

    it("refuses what is no record", () => {
        for (const wrong of [null, {}, [], { format: "hob kitchen record 1" }]) {
            assert.throws(() => Record.open(wrong), /not a record/);
        }
    });

    it("begins anew with another session, and goes on with the same", () => {
        const record = play(new Record());
        assert.equal(record.hello({ ...hello, now: 6000 }), false);
        assert.equal(record.lanes.size, 5);
        assert.equal(record.hello({ ...hello, now: 10, session: "two" }), true);
        assert.equal(record.lanes.size, 0);
        assert.equal(record.start, 10);
    });

    it("ends what is not described after a reconnect, and describes nothing twice", () => {
        const record = play(new Record());
        record.away(5300);
        record.hello({ ...hello, now: 6000 });
        record.batch({ now: 6001, events: [["b", 3120, 3, 0, "meal"],
            ["w", 3122, 3, "hob_join_all", null], ["b", 3121.5, 4, 3, "cook_french_fries"],
            ["w", 3123, 4, "the potatoes turn brown", 3000]] });
        assert.equal(stateOf(record.lanes.get(5), 6001).state, "unseen");
        assert.equal(stateOf(record.lanes.get(4), 6001).state, "awaiting");
        assert.equal(record.lanes.get(4).segments.length, 3);
        assert.deepEqual(record.gaps, [{ from: 5300, to: 6000 }]);
    });

    it("has no gap when the feed goes on where it was cut off", () => {
        const record = new Record();
        record.hello({ session: "a", now: 5000, epoch: 0, timeScale: 1, demo: false });
        record.batch({ now: 5100, events: [["b", 5050, 1, 0, "noodles"]] });
        record.away(5300);
        record.resume();
        record.batch({ now: 6000, events: [["e", 5500, 1, "served"]] });
        assert.deepEqual(record.gaps, []);
        assert.equal(record.lanes.get(1).how, "served");
        record.resume();
        assert.deepEqual(record.gaps, []);
    });

    it("names who kept the cook, by the run that did", () => {
        const record = new Record();
        record.hello(hello);
        record.batch({ now: 1010, events: [["b", 1010, 1, 0, "blocking"]] });
        record.freeze(1400);
        record.thaw(3020);
        record.batch({ now: 3020, events: [["s", 1110, 1, 100, "blocking"], ["x", 1010, 1, 2000],
            ["e", 3010, 1, "served"]] });
        const freeze = { from: 1010, to: 3010, who: "blocking", seen: true };
        assert.deepEqual(record.freezes, [freeze]);
        record.batch({ now: 3030, events: [["b", 3020, 2, 0, "noodles"], ["x", 3020, 2, 99]] });
        assert.deepEqual(record.freezes, [freeze], "a short run is nobody's fault");
    });

    it("is bounded in time", () => {
        const record = play(new Record());
        for (let now = 6000; now < 700000; now += 1000) {
            record.batch({ now, events: [], stats: { cooking: 1 } });
        }
        assert.deepEqual([...record.lanes.keys()], [3, 4, 5], "what cooks yet stays");
        assert.ok(record.stats.length <= 310 && record.start >= 390000);
    });

    it("is bounded in events", () => {
        const record = new Record();
        record.hello(hello);
        for (let id = 1; id < 100000; id++) {
            const t = 1000 + id;
            record.batch({ now: t, events: [["b", t, id, 0, "noodles"], ["x", t, id, 0.1],
                ["w", t + 0.1, id, "finish", 0.5], ["e", t + 0.6, id, "served"]] });
        }
        assert.ok(record.size <= 200000, `${record.size} events`);
        assert.ok(record.lanes.size < 70000 && record.lanes.has(99999));
    });

    it("never shows two who have the cook", () => {
        const { strip } = sceneOf(play(new Record()), messages.at(-1).now, 10000);
        assert.equal(strip.length, 7);
        strip.forEach(([, from], i) => assert.ok(i === 0 || from >= strip[i - 1][2]));
    });
});
