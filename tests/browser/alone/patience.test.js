import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { atKitchen, closeBrowser, openBrowser, press, scene, untilScene, untilVerdict }
    from "../support/browser.js";

before(openBrowser);
after(closeBrowser);

describe("a standstill", () => {
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
