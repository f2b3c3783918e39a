import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { atKitchen, closeBrowser, openBrowser, openPage, press, scene, untilScene, untilVerdict } from "../support/browser.js";
import { isReal, startKitchen } from "../support/server.js";
import { layWire } from "../support/wire.js";

before(openBrowser);
after(closeBrowser);

// How long it blocks: twice as long as usual, so that a busy machine leaves time to notice it.
const blocked = isReal ? 4000 : 2000;
const blocking = { more: isReal ? ["--time-scale", "2"] : [] };

describe("a blocking order", () => {
    it("is noticed while it lasts, shown, and named afterwards", () => atKitchen(async (page) => {
        await press(page, "Noodles");
        await untilScene(page, ({ lanes }) => lanes.length === 1);
        const asked = Date.now();
        await press(page, "Hard work that blocks");
        await page.waitForFunction(() => window.kitchen.frozen, null, { timeout: blocked - 100 });
        await untilVerdict(page, "The kitchen stands still", 500);
        assert.ok(Date.now() - asked < blocked, `noticed after ${Date.now() - asked} ms`);
        await untilVerdict(page, /“blocking” kept the cook for \d+(\.\d)? s/, 30000);
        assert.equal(await page.evaluate(() => window.kitchen.frozen), false);
        const { freezes, strip } = await scene(page);
        assert.equal(freezes.length, 1);
        assert.ok(freezes[0].to - freezes[0].from >= blocked - 10);
        assert.ok(strip.some(([, from, to]) => to - from >= blocked - 10), "the run is in the strip");
        await untilVerdict(page, "One cook served 2 orders", 30000);
    }, blocking));
});

describe("a machine that stands still", () => {
    it("is no fault of an order", () => atKitchen(async (page, kitchen) => {
        await press(page, "Noodles");
        await untilScene(page, ({ lanes }) => lanes[0]?.state === "awaiting");
        kitchen.signal("SIGSTOP");
        await untilVerdict(page, "something has kept the cook");
        kitchen.signal("SIGCONT");
        await untilVerdict(page, "1 order is cooking");
        const { freezes } = await scene(page);
        assert.deepEqual(freezes.map(({ who }) => who), [null]);
    }));
});

describe("a kitchen that closes", () => {
    it("is said to be away, and begins anew when it is back", async () => {
        let again = null;
        const closeAndOpen = async (page, kitchen) => {
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
            await untilVerdict(page, /1 order is cooking|There are no orders/);
        };
        try {
            await atKitchen(closeAndOpen, { mayComplain: true });
        } finally {
            await again?.stop();
        }
    });
});

/* Collects what the page says until `done(page)` has happened. */
async function saidWhile(page, done) {
    await page.evaluate(() => {
        window.said = new Set();
        const notice = document.getElementById("notice");
        const verdict = document.getElementById("verdict");
        new MutationObserver(() => window.said.add(notice.textContent).add(verdict.textContent))
            .observe(document.querySelector("main"), { childList: true, subtree: true });
    });
    await done(page);
    return page.evaluate(() => [...window.said].join("\n"));
}

describe("a feed that is cut off", () => {
    it("goes on where it was, with what happened meanwhile", async () => {
        const kitchen = await startKitchen();
        const wire = await layWire(kitchen);
        const { page, close } = await openPage(wire.url);
        await press(page, "Noodles");
        await untilScene(page, ({ lanes }) => lanes[0]?.state === "awaiting");
        const { at: cut } = await scene(page);
        const said = await saidWhile(page, async () => {
            wire.cut();
            await page.waitForFunction(() => !window.kitchen.connected);
            const elsewhere = new URL("/orders?dish=french-fries", kitchen.url);
            assert.equal((await fetch(elsewhere, { method: "POST" })).status, 202);
            await untilScene(page, ({ lanes }) => lanes.length === 2);
        });
        assert.doesNotMatch(said, /reached|stands still/);
        const { gaps, lanes } = await scene(page);
        assert.deepEqual(gaps, [], "nothing is missing");
        assert.ok(lanes.every(({ state }) => state !== "unseen"));
        assert.ok(lanes[1].segments[0][1] >= cut, "it began while nobody saw it");
        await close();
        wire.remove();
        await kitchen.stop();
    });
});

describe("a restart without loss", { skip: !isReal && "the one in support/ has none" }, () => {
    it("shows the new kitchen at once, and never says that there is none", () =>
        atKitchen(async (page, kitchen) => {
            const session = () => page.evaluate(() => window.kitchen.session);
            const before = await session();
            const said = await saidWhile(page, async () => {
                kitchen.signal("SIGUSR2");
                await page.waitForFunction((old) => window.kitchen.session !== old, before);
            });
            assert.doesNotMatch(said, /reached|stands still/);
            await press(page, "Noodles");
            await untilVerdict(page, "1 order is cooking");
            process.kill(Number((await session()).split("-")[1]), "SIGTERM");
        }, { mayComplain: true }));
});
