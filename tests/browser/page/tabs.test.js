import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { closeBrowser, openBrowser, openPage, openTab, press, scene, untilScene, untilVerdict }
    from "../support/browser.js";
import { startKitchen } from "../support/server.js";

before(openBrowser);
after(closeBrowser);

/* As a browser does for a tab that is left or chosen; to one that is automated all are visible. */
const setHidden = (page, hidden) => page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { configurable: true, value });
    document.dispatchEvent(new Event("visibilitychange"));
}, hidden);

/* Runs `test(tabs)` on so many pages of one browser. */
async function atTabs(count, opened, test) {
    const kitchen = await startKitchen();
    try {
        const { page, errors, close } = await openPage(kitchen.url);
        const tabs = [page];
        while (tabs.length < count) {
            await opened(tabs.at(-1));
            tabs.push((await openTab(page.context(), kitchen.url)).page);
        }
        await test(tabs);
        await close();
        assert.deepEqual(errors, []);
    } finally {
        await kitchen.stop();
    }
}

/* A browser has six connections for a host. */
describe("many tabs", () => {
    it("hold no connection while they are hidden, and catch up when they are shown", () =>
        atTabs(7, (tab) => setHidden(tab, true), async (tabs) => {
            const [first, last] = [tabs[0], tabs[6]];
            await press(last, "Noodles");
            await untilScene(last, ({ lanes }) => lanes[0]?.state === "awaiting");
            await setHidden(last, true);
            await setHidden(first, false);
            const { lanes, gaps, freezes } = await untilScene(first, (seen) => seen.lanes.length === 1);
            assert.deepEqual([gaps, freezes], [[], []]);
            assert.notEqual(lanes[0].segments[0][0], "await", "it knows how the order began");
            await untilVerdict(first, "1 order is cooking");
            await press(first, "French fries");
            await untilScene(first, (seen) => seen.lanes.length === 2);
        }));

    it("lend the connection of a feed to an order, if all of them are seen", () =>
        atTabs(6, () => {}, async (tabs) => {
            const { at: ordered } = await scene(tabs[5]);
            await press(tabs[5], "Noodles");
            await untilScene(tabs[5], ({ lanes }) => lanes[0]?.state === "awaiting");
            await untilVerdict(tabs[5], "1 order is cooking");
            for (const tab of tabs) {
                const { freezes } = await untilScene(tab, ({ gaps, lanes }) =>
                    gaps.length === 0 && lanes.length === 1);
                /* A browser that opens six windows may keep all of them from their feeds. */
                assert.deepEqual(freezes.filter(({ from }) => from > ordered), []);
            }
        }));
});
