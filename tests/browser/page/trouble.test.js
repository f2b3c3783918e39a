import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { atKitchen, closeBrowser, openBrowser, openPage, press, scene, untilScene, untilVerdict,
    verdict } from "../support/browser.js";
import { startKitchen } from "../support/server.js";
import { layWire } from "../support/wire.js";

before(openBrowser);
after(closeBrowser);

describe("a blocking order", () => {
    it("is noticed while it lasts, shown, and named afterwards", () => atKitchen(async (page) => {
        await press(page, "Noodles");
        await untilScene(page, ({ lanes }) => lanes.length === 1);
        const asked = Date.now();
        await press(page, "Hard work that blocks");
        await page.waitForFunction(() => window.kitchen.frozen, null, { timeout: 1500 });
        await untilVerdict(page, "The kitchen stands still", 500);
        assert.ok(Date.now() - asked < 1500, `noticed after ${Date.now() - asked} ms`);
        await untilVerdict(page, /“blocking” kept the cook for [2-9]\.\d s/);
        assert.equal(await page.evaluate(() => window.kitchen.frozen), false);
        const { freezes, strip } = await scene(page);
        assert.equal(freezes.length, 1);
        assert.ok(freezes[0].to - freezes[0].from >= 1990);
        assert.ok(strip.some(([, from, to]) => to - from >= 1990), "the run is in the strip");
        await untilVerdict(page, "One cook served 2 orders");
    }));

    it("is noticed when somebody else ordered it", () => atKitchen(async (page, kitchen) => {
        await press(page, "Noodles");
        await untilScene(page, ({ lanes }) => lanes[0]?.state === "awaiting");
        const answer = fetch(new URL("/orders?dish=blocking", kitchen.url), { method: "POST" });
        await page.waitForFunction(() => window.kitchen.frozen, null, { timeout: 2500 });
        await untilVerdict(page, /“blocking” kept the cook/);
        await answer;
    }));

    it("is none when it is offloaded", () => atKitchen(async (page) => {
        await press(page, "The same work, offloaded");
        await untilScene(page, ({ lanes }) => lanes[0]?.state === "awaiting");
        await untilScene(page, ({ lanes }) => lanes[0]?.state === "served");
        assert.deepEqual((await scene(page)).freezes, []);
    }));

    it("is not suspected while pans cook, nor without any", () => atKitchen(async (page) => {
        await page.waitForTimeout(2500);
        await press(page, "Noodles");
        await untilVerdict(page, "One cook served 1 order");
        assert.deepEqual((await scene(page)).freezes, []);
    }));
});

describe("a machine that stands still", () => {
    it("is no fault of an order", () => atKitchen(async (page, kitchen) => {
        await press(page, "Noodles");
        await untilScene(page, ({ lanes }) => lanes[0]?.state === "awaiting");
        kitchen.signal("SIGSTOP");
        await untilVerdict(page, "it seems that somebody keeps the cook");
        kitchen.signal("SIGCONT");
        await untilVerdict(page, "1 order is cooking");
        const { freezes } = await scene(page);
        assert.deepEqual(freezes.map(({ who }) => who), [null]);
    }));
});

describe("a kitchen that closes", () => {
    it("is said to be away, and begins anew when it is back", async () => {
        let again = null;
        await atKitchen(async (page, kitchen) => {
            await press(page, "Noodles");
            await untilScene(page, ({ lanes }) => lanes.length === 1);
            const before = await page.evaluate(() => window.kitchen.session);
            await kitchen.stop();
            await page.getByRole("status").filter({ hasText: "cannot be reached" }).waitFor();
            await untilVerdict(page, "cannot be reached");
            again = await startKitchen({ port: kitchen.port });
            const back = page.getByRole("status").filter({ hasText: "is back" });
            await back.waitFor({ timeout: 20000 });
            assert.notEqual(await page.evaluate(() => window.kitchen.session), before);
            assert.deepEqual((await scene(page)).lanes, []);
            await press(page, "Noodles");
            await untilScene(page, ({ lanes }) => lanes.length === 1);
            assert.match(await verdict(page), /1 order is cooking|Nobody/);
        }, { mayComplain: true });
        await again.stop();
    });
});

describe("a feed that is cut off", () => {
    it("goes on where it was, with what happened meanwhile", async () => {
        const kitchen = await startKitchen();
        const wire = await layWire(kitchen);
        const { page, close } = await openPage(wire.url);
        await press(page, "Noodles");
        await untilScene(page, ({ lanes }) => lanes[0]?.state === "awaiting");
        wire.cut();
        await page.getByRole("status").filter({ hasText: "cannot be reached" }).waitFor();
        const { at: cut } = await scene(page);
        const elsewhere = new URL("/orders?dish=french-fries", kitchen.url);
        assert.equal((await fetch(elsewhere, { method: "POST" })).status, 202);
        await page.getByRole("status").filter({ hasText: "is back" }).waitFor();
        const { at, gaps, lanes } = await untilScene(page, (seen) => seen.lanes.length === 2);
        assert.deepEqual(gaps, [], "nothing is missing");
        assert.ok(lanes.every(({ state }) => state !== "unseen"));
        const [[, begin]] = lanes[1].segments;
        assert.ok(begin >= cut && begin < at - 500, "it began while nobody saw it");
        await close();
        wire.remove();
        await kitchen.stop();
    });
});
