import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { loadPure } from "../support/page.js";
import { play } from "../support/sample.js";

const { Record, currentLine, freezeAt, ghostAt, parseRecipe, tableRows, verdictOf, workersText } =
    loadPure("Record", "currentLine", "freezeAt", "ghostAt", "parseRecipe", "tableRows", "verdictOf",
        "workersText");

const recipe = (name) =>
    readFileSync(new URL(`../../../handlers/${name}.c`, import.meta.url), "utf8");

describe("the workers", () => {
    it("are spoken of when there are several", () => {
        assert.equal(workersText({ session: "of an older server" }), "");
        assert.equal(workersText({ worker: 1, workers: 1 }), "");
        assert.match(workersText({ worker: 2, workers: 4 }), /^This is worker 2 of 4, .* not shown/);
    });
});

describe("the ghost", () => {
    it("takes the sum of the cooking, where the cook takes the longest", () => {
        const record = new Record();
        record.hello({ now: 0, session: "one" });
        const events = [];
        for (let id = 1; id <= 20; id++) {
            const ms = id <= 10 ? 4000 : 6000;
            events.push(["b", 0, id, 0, "dish"], ["w", 0, id, "cook", ms], ["e", ms, id, "served"]);
        }
        record.batch({ now: 9000, events });
        assert.deepEqual(ghostAt(record, 9000),
            { orders: 20, cooking: 0, inTurn: 100000, took: 6000 });
        assert.deepEqual(ghostAt(record, 5000),
            { orders: 20, cooking: 10, inTurn: 90000, took: 5000 });
        assert.match(verdictOf({ connected: true, ghost: ghostAt(record, 9000), freeze: null }),
            /served 20 orders: 100 s of cooking were done in 6.0 s/);
    });

    it("counts the parts of a meal and not its wait for them", () => {
        const record = new Record();
        record.hello({ now: 0, session: "one" });
        record.batch({ now: 9000, events: [["b", 0, 1, 0, "meal"],
            ["w", 0, 1, "hob_join_all", null], ["b", 0, 2, 1, "noodles"], ["w", 0, 2, "a", 6000],
            ["b", 0, 3, 1, "french fries"], ["w", 0, 3, "b", 4000], ["e", 4000, 3, "served"], ["e", 6000, 2, "served"],
            ["e", 6000, 1, "served"]] });
        assert.equal(ghostAt(record, 9000).inTurn, 10000);
    });

    it("does not count a pan that is done and waits for the cook", () => {
        const record = new Record();
        record.hello({ now: 0, session: "one" });
        record.batch({ now: 9000, events: [["b", 0, 1, 0, "noodles"], ["w", 0, 1, "cook", 1000],
            ["r", 4000, 1], ["e", 5000, 1, "served"]] });
        assert.deepEqual(ghostAt(record, 9000),
            { orders: 1, cooking: 0, inTurn: 1000, took: 5000 });
    });

    it("counts anew when the kitchen was empty", () => {
        const record = new Record();
        record.hello({ now: 0, session: "one" });
        record.batch({ now: 9000, events: [["b", 0, 1, 0, "dish"], ["e", 1000, 1, "served"],
            ["b", 5000, 2, 0, "dish"], ["w", 5000, 2, "cook", 500], ["e", 5500, 2, "served"]] });
        assert.equal(ghostAt(record, 4000).orders, 1);
        assert.deepEqual(ghostAt(record, 9000), { orders: 1, cooking: 0, inTurn: 500, took: 500 });
    });
});

describe("the verdict", () => {
    const ghost = { orders: 3, cooking: 3, inTurn: 6000, took: 2000 };
    const view = { connected: true, ghost, stats: { busy: 0.004 }, freeze: null, at: 5000 };

    it("says what cooks, how busy the hands are and what it came to", () => {
        assert.equal(verdictOf(view), "3 orders are cooking, and there is one cook. " +
            "Her hands are busy 0.4 % of the time. 6.0 s of cooking were done in 2.0 s.");
    });

    it("invites when there is nothing to say", () => {
        assert.match(verdictOf({ ...view, ghost: { orders: 0 } }), /There are no orders yet/);
    });

    it("speaks of a freeze first, and names who it was as soon as it is known", () => {
        const freeze = { from: 4000, to: Infinity, who: null };
        assert.match(verdictOf({ ...view, freeze }),
            /stands still: something has kept the cook for 1.0 s/);
        assert.match(verdictOf({ ...view, freeze: { from: 2000, to: 4000, who: "blocking" } }),
            /“blocking” kept the cook for 2.0 s/);
    });

    it("forgets a freeze after a while", () => {
        const record = play(new Record());
        record.freeze(2000);
        record.thaw(3000);
        record.batch({ now: 3001, events: [["s", 3000, 1, 990, "blocking"]] });
        assert.equal(freezeAt(record, 1999), null);
        assert.equal(freezeAt(record, 6999).from, 2000);
        assert.equal(freezeAt(record, 7000), null);
    });

    it("accuses nobody when the kitchen names nobody", () => {
        const record = play(new Record());
        record.freeze(2000);
        record.thaw(3000);
        assert.equal(freezeAt(record, 2999).from, 2000);
        assert.equal(freezeAt(record, 3000), null);
    });

    it("says when the kitchen is away", () => {
        assert.match(verdictOf({ ...view, connected: false }), /^The kitchen cannot be reached/);
    });
});

describe("the current line", () => {
    const lineAt = (source, name, events, at) => {
        const record = new Record();
        record.hello({ now: 0, session: "one" });
        record.batch({ now: 100, events: [["b", 0, 1, 0, name], ...events] });
        const line = currentLine(parseRecipe(source), record.lanes.get(1), at);
        return line < 0 ? null : source.split("\n")[line].trim();
    };

    it("is the one that calls the step, for every step of the recipes", () => {
        const steps = { french_fries: ["the potatoes turn brown", "end cooking"],
            noodles: ["boil the egg", "prepare the raw noodles", "boil the noodles", "finish"] };
        for (const [name, all] of Object.entries(steps)) {
            for (const step of all) {
                const line = lineAt(recipe(name), name, [["w", 10, 1, step, 20]], 20);
                const call = step.replace("the potatoes", "potatoes").replaceAll(" ", "_");
                assert.match(line, new RegExp(`hob_await\\(${call}\\(`));
            }
        }
    });

    it("is the call, where no step was named", () => {
        const events = [["w", 10, 1, "hob_join_all", null]];
        assert.match(lineAt(recipe("meal"), "meal", events, 20), /hob_join\(/);
    });

    it("is the one after the last await while it runs or is ready", () => {
        const source = recipe("french_fries");
        const events = [["x", 1, 1, 5], ["w", 6, 1, "the potatoes turn brown", 20], ["r", 26, 1],
            ["x", 27, 1, 5]];
        assert.match(lineAt(source, "french fries", events, 2), /^cut_potatoes\(/);
        assert.match(lineAt(source, "french fries", events, 10), /potatoes_turn_brown/);
        assert.match(lineAt(source, "french fries", events, 26.5), /^add_other_ingredients\(/);
        assert.match(lineAt(source, "french fries", events, 28), /^add_other_ingredients\(/);
    });

    it("is none after the end, and for a step that stands nowhere", () => {
        const source = recipe("noodles");
        assert.equal(lineAt(source, "noodles", [["e", 50, 1, "served"]], 60), null);
        assert.equal(lineAt(source, "noodles", [["w", 10, 1, "dance", 5]], 12), null);
    });
});

describe("the rows of the table", () => {
    it("are the newest orders first, with their parts", () => {
        const { rows, more } = tableRows(play(new Record()), 3200, 10000);
        assert.deepEqual(rows.map(({ id }) => id), [3, 4, 5, 2, 1]);
        assert.equal(more, 0);
        assert.deepEqual(rows[1], { id: 4, depth: 1, name: "french fries", state: "on the stove",
            step: "the potatoes turn brown", left: "2.9 s", cooks: true });
        assert.deepEqual([rows[3].state, rows[3].cooks], ["too late", false]);
    });

    it("are bounded, and tell how many were left off", () => {
        const record = new Record();
        record.hello({ now: 0, session: "one" });
        const begin = (_, i) => ["b", 1, i + 1, 0, "noodles"];
        record.batch({ now: 10, events: Array.from({ length: 1000 }, begin) });
        const { rows, more } = tableRows(record, 10, 10000);
        assert.deepEqual([rows.length, rows[0].id, more], [50, 1000, 950]);
    });
});
