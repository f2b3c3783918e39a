import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";

import { atKitchen, closeBrowser, openBrowser, press, scene, untilScene, untilVerdict }
    from "../support/browser.js";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

before(openBrowser);
after(closeBrowser);

async function violations(page) {
    const { violations: all } = await page.evaluate(() => window.axe.run());
    return all.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(" ")}`);
}

/* By how many CSS pixels the page is wider than the screen. */
const overhang = (page) => page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe("for everyone", () => {
    for (const [width, colorScheme] of [[320, "light"], [1280, "dark"], [3840, "light"]]) {
        it(`has no barrier, ${colorScheme}, ${width} pixels wide`, () => atKitchen(async (page) => {
            await press(page, "A meal: both");
            await press(page, "Noodles");
            await page.getByRole("row").filter({ hasText: "boil the egg" }).first().waitFor();
            assert.deepEqual(await violations(page), []);
            assert.ok((await overhang(page)) <= 0, "it scrolls sideways");
        }, { options: { colorScheme, viewport: { width, height: 900 } }, scripts: [axe] }));
    }

    it("stays within the screen with text twice as large", () => atKitchen(async (page) => {
        await page.evaluate(() => {
            document.documentElement.style.fontSize = "200%";
        });
        await press(page, "Noodles");
        await untilScene(page, ({ lanes }) => lanes.length === 1);
        assert.ok((await overhang(page)) <= 0);
    }, { options: { viewport: { width: 640, height: 900 } } }));

    it("can be used by keyboard alone, and shows where one is", () => atKitchen(async (page) => {
        const reached = new Set();
        const tabTo = async (selector, key = "Tab") => {
            for (let i = 0; i < 60; i++) {
                await page.keyboard.press(key);
                const { outline, name, found } = await page.evaluate((wanted) => {
                    const element = document.activeElement;
                    const style = getComputedStyle(element);
                    return { outline: `${style.outlineStyle} ${style.outlineWidth}`,
                        name: element.id || element.textContent.trim() || element.tagName,
                        found: element.matches(wanted) };
                }, selector);
                assert.match(outline, /^(solid|auto) [1-9]/, `${name} has no visible focus`);
                reached.add(name);
                if (found) {
                    return;
                }
            }
            assert.fail(`${selector} is not reached`);
        };
        await tabTo("[data-order=french-fries]");
        await page.keyboard.press("Enter");
        await tabTo("[data-order=noodles]");
        await page.keyboard.press("Space");
        /* For so long that both are still there when the time is put back a little. */
        await untilScene(page, ({ at, lanes }) =>
            lanes.length === 2 && lanes[1].segments[0]?.[1] < at - 1000);
        const [fries, noodles] = (await scene(page)).lanes.map(({ id }) => id);
        await tabTo("#lanes");
        await page.keyboard.press("ArrowUp");
        assert.equal(await page.evaluate(() => window.kitchen.chosen), fries);
        await page.keyboard.press("ArrowDown");
        assert.equal(await page.evaluate(() => window.kitchen.chosen), noodles);
        await tabTo("#pause");
        await page.keyboard.press("Enter");
        await tabTo("#scrubber");
        const before = await page.evaluate(() => window.kitchen.at);
        await page.keyboard.press("ArrowLeft");
        await page.keyboard.press("ArrowLeft");
        assert.ok((await page.evaluate(() => window.kitchen.at)) < before);
        await tabTo(`[aria-label="Cancel order ${noodles}"]`);
        await page.keyboard.press("Enter");
        await tabTo("#live", "Shift+Tab");
        await page.keyboard.press("Enter");
        await untilScene(page, ({ lanes }) => lanes[1].state === "cancelled");
    }));

    it("keeps the focus in the table while rows come and change", () => atKitchen(async (page) => {
        await press(page, "Noodles");
        const cancel = page.getByRole("button", { name: /^Cancel order \d+$/ }).last();
        await cancel.focus();
        await press(page, "French fries");
        await page.getByRole("row").filter({ hasText: "french fries" }).waitFor();
        await cancel.focus();
        await page.waitForTimeout(2200);
        assert.match(await page.evaluate(() => document.activeElement.ariaLabel), /^Cancel order/);
    }));

    it("says to a screen reader what is new, not every number", () => atKitchen(async (page) => {
        await page.evaluate(() => {
            window.said = [];
            new MutationObserver(() => window.said.push([performance.now(),
                document.getElementById("spoken").textContent]))
                .observe(document.getElementById("spoken"), { childList: true, characterData: true,
                    subtree: true });
        });
        await press(page, "French fries");
        await untilVerdict(page, "One cook served 1 order");
        await page.waitForFunction(() => window.said.at(-1)[1].includes("served 1 order"));
        const said = await page.evaluate(() => window.said);
        assert.ok(said.length <= 3, JSON.stringify(said));
        said.forEach(([at], i) => assert.ok(i === 0 || at - said[i - 1][0] >= 1900));
    }));

    it("does not move between batches for who wants no motion", () => atKitchen(async (page) => {
        await press(page, "Noodles");
        await untilScene(page, ({ lanes }) => lanes[0]?.state === "awaiting");
        await page.waitForTimeout(1000);
        const drawn = await page.evaluate(async () => {
            const canvas = document.getElementById("lanes-canvas");
            let [changes, before] = [0, canvas.toDataURL()];
            for (let i = 0; i < 40; i++) {
                await new Promise((done) => setTimeout(done, 20));
                const now = canvas.toDataURL();
                changes += now === before ? 0 : 1;
                before = now;
            }
            return changes;
        });
        assert.ok(drawn <= 3, `${drawn} pictures in 0.8 s`);
    }, { options: { reducedMotion: "reduce" } }));
});
