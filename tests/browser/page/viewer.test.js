import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { closeBrowser, openBrowser, openPage } from "../support/browser.js";
import { isReal, startKitchen } from "../support/server.js";
import { readInViewer } from "../support/viewer.js";

let browser = null;
before(async () => (browser = await openBrowser()));
after(closeBrowser);

/* What the server records while two dishes and a meal begin, cook and are late. */
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

describe("a trace of the server", { skip: !isReal && "the one in support/ makes none" }, () => {
    it("is understood by another's viewer", async () => {
        const { tracks, complaints } = await readInViewer(browser, await recordTrace());
        assert.deepEqual(complaints, []);
        assert.deepEqual(tracks, ["the cook", "noodles 1", "french fries 2", "meal 3",
            "french fries 4 (part of 3)", "noodles 5 (part of 3)"]);
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
