import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";

import { atKitchen, closeBrowser, openBrowser, press, scene, untilScene }
    from "../support/browser.js";

before(openBrowser);
after(closeBrowser);

/* As a visitor who drags it: to `at`, in ms since the start of the record. */
function scrub(page, at) {
    return page.locator("#scrubber").evaluate((scrubber, value) => {
        scrubber.value = value;
        scrubber.dispatchEvent(new Event("input", { bubbles: true }));
    }, String(at));
}

/* The content of both canvases after the next frame. */
function pictures(page) {
    return page.evaluate(async () => {
        const frame = () => new Promise((done) => requestAnimationFrame(done));
        await frame();
        await frame();
        return ["strip", "lanes-canvas"].map((id) => document.getElementById(id).toDataURL());
    });
}

describe("the time", () => {
    it("shows in replay what it showed live", () => atKitchen(async (page) => {
        await press(page, "A meal: both");
        await press(page, "Noodles, within 2 s");
        const seen = [];
        for (let i = 0; i < 8; i++) {
            await page.waitForTimeout(400);
            seen.push(await scene(page));
        }
        for (const live of seen) {
            assert.deepEqual(await scene(page, live.at), live);
        }
        assert.ok(seen.some(({ lanes }) => lanes.length === 4));
    }));

    it("draws an opened record as it was drawn when it was saved", () => atKitchen(async (page) => {
        await press(page, "A meal: both");
        await press(page, "Noodles, within 2 s");
        await untilScene(page, ({ lanes }) => lanes.some(({ state }) => state === "late"));
        const { start, begin } = await page.evaluate(() => ({ start: window.kitchen.start,
            begin: window.kitchen.scene().lanes[0].segments[0][1] }));
        /* All of them before the newest time when the first is shown: the scrubber ends there. */
        const times = [500, 1200, 1900].map((ms) => Math.round((begin + ms - start) / 10) * 10);
        const drawn = [];
        for (const at of times) {
            await scrub(page, at);
            drawn.push(await pictures(page));
        }
        const [download] = await Promise.all(
            [page.waitForEvent("download"), press(page, "Save the record")]);
        const saved = await download.path();
        assert.equal(JSON.parse(await readFile(saved, "utf8")).format, "hob kitchen record 1");
        await page.locator("#open").setInputFiles({ name: "kitchen-record.json",
            mimeType: "application/json", buffer: await readFile(saved) });
        await page.getByRole("status").filter({ hasText: "saved record" }).waitFor();
        for (const [i, at] of times.entries()) {
            await scrub(page, at);
            assert.deepEqual(await pictures(page), drawn[i], `at ${at} ms`);
        }
        assert.notDeepEqual(drawn[0], drawn[1]);
        await press(page, "Live");
        await page.waitForFunction(() =>
            window.kitchen.connected && window.kitchen.mode === "live");
    }));

    it("pauses, goes slowly, and begins again", () => atKitchen(async (page) => {
        const at = () => page.evaluate(() => window.kitchen.at);
        await press(page, "Noodles");
        await untilScene(page, ({ lanes }) => lanes.length === 1);
        await press(page, "Pause");
        const paused = await at();
        await page.waitForTimeout(300);
        assert.equal(await at(), paused);
        await press(page, "⅒×");
        await page.waitForTimeout(1000);
        const slow = (await at()) - paused;
        assert.ok(slow > 50 && slow < 250, `${slow} ms in about a second`);
        await press(page, "Replay from the start");
        assert.ok((await at()) < paused);
        await press(page, "Live");
        await page.waitForFunction((time) => window.kitchen.at > time + 1000, paused);
    }));

    it("opens nothing that is no record", () => atKitchen(async (page) => {
        for (const text of ["[]", "no JSON", "{\"format\":\"hob kitchen record 1\"}"]) {
            const file = { name: "x.json", mimeType: "application/json" };
            await page.locator("#open").setInputFiles({ ...file, buffer: Buffer.from(text) });
            await page.getByRole("status").filter({ hasText: "cannot be opened" }).waitFor();
            await press(page, "Noodles");
            await page.getByRole("status").filter({ hasText: "Ordered" }).waitFor();
        }
    }));
});
