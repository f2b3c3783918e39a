import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { atKitchen, closeBrowser, openBrowser, press, scene, untilScene, untilVerdict, verdict }
    from "../support/browser.js";

before(openBrowser);
after(closeBrowser);

/* The next one begins when the one before has ended; times are rounded to microseconds. */
function assertOneAtATime(strip) {
    strip.forEach(([id, from], i) => assert.ok(i === 0 || from >= strip[i - 1][2] - 0.002,
        `${id} has the cook while ${i > 0 && strip[i - 1][0]} does`));
}

describe("orders", () => {
    it("cook at once, with one cook: ten fries and ten noodles", () => atKitchen(async (page) => {
        await page.evaluate(() => {
            for (let i = 0; i < 10; i++) {
                document.querySelector("[data-order=french-fries]").click();
                document.querySelector("[data-order=noodles]").click();
            }
        });
        await untilScene(page, ({ lanes }) =>
            lanes.filter(({ state }) => state === "awaiting").length === 20);
        await untilVerdict(page, "20 orders are cooking, and there is one cook.");
        await untilVerdict(page, "One cook served 20 orders");
        const [, cooked, took] = (await verdict(page)).match(/: ([\d.]+) s of .* in ([\d.]+) s/);
        assert.equal(Math.round(cooked), 100);
        assert.ok(took >= 6 && took < 9, `took ${took} s`);
        const { strip } = await scene(page);
        assert.ok(strip.length >= 60, "each order had the cook three times at least");
        assertOneAtATime(strip);
    }));

    it("come in a rush of 100, done as soon as the longest", () => atKitchen(async (page) => {
        await press(page, "A rush of 100");
        await untilScene(page, ({ lanes }) => lanes.length === 100);
        await untilVerdict(page, "One cook served 100 orders", 15000);
        const [, cooked, took] = (await verdict(page)).match(/: ([\d.]+) s of .* in ([\d.]+) s/);
        assert.equal(Math.round(cooked / 10), 50);
        assert.ok(took < 9, `took ${took} s`);
        assertOneAtATime((await scene(page)).strip);
    }));
});

describe("a thousand orders", () => {
    for (const each of [false, true]) {
        it(`are shown at 30 frames a second, ${each ? "each by itself" : "as one area"}`, () =>
            atKitchen(async (page) => {
                if (each) {
                    await press(page, "Each order, however many");
                }
                await press(page, "A rush of 1,000");
                await untilScene(page, ({ lanes }) => lanes.length === 1000);
                assert.equal(await page.evaluate(() => window.kitchen.crowd), !each);
                await page.waitForTimeout(1000);
                let frames = 0;
                for (let i = 0; i < 3; i++) {
                    await page.waitForTimeout(1000);
                    frames += await page.evaluate(() => window.kitchen.fps);
                }
                assert.ok(frames > 90, `${frames} frames in 3 s`);
                await untilVerdict(page, "One cook served 1,000 orders", 20000);
            }));
    }
});
