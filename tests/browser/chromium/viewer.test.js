import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { closeBrowser, openBrowser, openPage } from "../support/browser.js";
import { isReal, startKitchen } from "../support/server.js";
import { readInViewer } from "../support/viewer.js";

let browser = null;
before(async () => (browser = await openBrowser()));
after(closeBrowser);

/* Records a trace of the server while two dishes and a meal begin, cook and are late. */
async function recordTrace() {
    const kitchen = await startKitchen();
    const at = (path) => new URL(path, kitchen.url);
    const trace = fetch(at("/trace.json?seconds=2")).then((response) => response.text());
    for (const dish of ["noodles", "french-fries", "meal"]) {
        await fetch(at(`/orders?dish=${dish}&deadline=1`), { method: "POST" });
    }
    const text = await trace;
    await kitchen.stop();
    return text;
}

/* More than 700 events, among them runs that are too short for their clock. */
async function recordRush() {
    const kitchen = await startKitchen();
    const at = (path) => new URL(path, kitchen.url);
    const trace = fetch(at("/trace.json?seconds=3")).then((response) => response.text());
    await fetch(at("/orders?dish=noodles&count=300"), { method: "POST" });
    const text = await trace;
    await kitchen.stop();
    return text;
}

/* The slices of a track, as readInViewer() has them: two with one name that touch are one. */
function writtenSlices(traceEvents, tid) {
    const slices = [];
    const written = traceEvents.filter((event) => event.ph === "X" && event.tid === tid);
    for (const { name, ts, dur } of written.sort((a, b) => a.ts - b.ts)) {
        const last = slices.at(-1);
        if (last && last[0] === name && last[2] === ts) {
            last[2] = ts + dur;
        } else {
            slices.push([name, ts, ts + dur]);
        }
    }
    return slices;
}

/* Each file has an origin of its own. */
function fromTheFirst(slices) {
    return slices.map(([name, begin, end]) => [name, begin - slices[0][1], end - slices[0][1]]);
}

describe("a trace of the server", { skip: !isReal && "the one in support/ makes none" }, () => {
    it("is understood by another's viewer", async () => {
        const { tracks, complaints } = await readInViewer(browser, await recordTrace());
        assert.deepEqual(complaints, []);
        assert.deepEqual(tracks.map(({ name }) => name), ["the cook", "noodles 1",
            "french fries 2", "meal 3", "french fries 4 (part of 3)", "noodles 5 (part of 3)"]);
    });

    it("has the slices in another's viewer that it was written with", async () => {
        const trace = await recordRush();
        const { traceEvents } = JSON.parse(trace);
        assert.ok(traceEvents.length > 700);
        const { tracks, complaints } = await readInViewer(browser, trace);
        assert.deepEqual(complaints, []);
        assert.equal(tracks.length, 301);
        for (const { tid, args } of traceEvents.filter(({ name }) => name === "thread_name")) {
            const expected = writtenSlices(traceEvents, tid);
            const { slices } = tracks.find(({ name }) => name === args.name);
            assert.deepEqual(fromTheFirst(slices), fromTheFirst(expected), args.name);
        }
    });

    it("has no thread that readers take for one that is not known", async () => {
        const { traceEvents } = JSON.parse(await recordTrace());
        const threads = new Map(traceEvents.filter(({ name }) => name === "thread_name")
            .map(({ tid, args }) => [args.name, tid]));
        assert.equal(threads.get("the cook"), 1);
        assert.equal(threads.get("noodles 1"), 2);
        assert.ok(traceEvents.every(({ tid }) => tid > 0));
    });

    it("has slices that follow each other and never overlap", async () => {
        const { traceEvents } = JSON.parse(await recordTrace());
        const slices = traceEvents.filter(({ ph }) => ph === "X");
        assert.ok(slices.length > 20);
        const ends = new Map();
        for (const { tid, ts, dur } of slices.sort((a, b) => a.ts - b.ts)) {
            assert.ok(ts >= (ends.get(tid) || 0), `at ${ts} us of track ${tid}`);
            ends.set(tid, ts + dur);
        }
    });
});

describe("the page", () => {
    const cases = [
        { does: "offers to record a trace", more: [], state: "visible" },
        { does: "does not when that is for operators", more: ["--admin", "127.0.0.1:0"],
            state: "hidden" },
    ];
    for (const { does, more, state } of cases) {
        it(does, async () => {
            const kitchen = await startKitchen({ more });
            const { page, errors, close } = await openPage(kitchen.url);
            await page.getByText("Download the trace").waitFor({ state });
            await close();
            await kitchen.stop();
            assert.deepEqual(errors, []);
        });
    }
});
