import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { atKitchen, closeBrowser, openBrowser, openTab, OVER_HTTP2, press, untilScene }
    from "../support/browser.js";
import { isReal } from "../support/server.js";

before(openBrowser);
after(closeBrowser);

describe("the page over HTTP/2", { skip: !isReal && "the server in support/ has no TLS" }, () => {
    /* With HTTP/1.1 a browser has six connections for a host, and the seventh tab would wait. */
    it("has its feed in seven visible tabs, and none lends it to an order", () =>
        atKitchen(async (page, { url }) => {
            const tabs = [page];
            while (tabs.length < 7) {
                tabs.push((await openTab(page.context(), url)).page);
            }
            await press(tabs[6], "Noodles");
            for (const tab of tabs) {
                const { gaps } = await untilScene(tab, ({ lanes }) => lanes[0]?.state === "awaiting");
                assert.deepEqual(gaps, []);
                assert.ok(await tab.evaluate(() => window.kitchen.connected));
            }
        }, OVER_HTTP2));

    it("orders each dish of a rush by a request of its own", () => atKitchen(async (page) => {
        await press(page, "A rush of 100");
        await untilScene(page, ({ lanes }) =>
            lanes.length === 100 && lanes.every(({ state }) => state === "awaiting"));
        const protocols = await page.evaluate(() => performance.getEntriesByType("resource")
            .filter(({ name }) => name.includes("/orders?")).map((entry) => entry.nextHopProtocol));
        assert.deepEqual(protocols, Array(100).fill("h2"));
    }, OVER_HTTP2));
});
