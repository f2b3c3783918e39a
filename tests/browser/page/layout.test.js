import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { closeBrowser, openBrowser, openPage, press } from "../support/browser.js";
import { startKitchen } from "../support/server.js";

before(openBrowser);
after(closeBrowser);

describe("on a telephone", () => {
    it("names are broken between words, and so is the recipe", async () => {
        const kitchen = await startKitchen();
        const many = new URL("/orders?dish=noodles&count=1000&deadline=0.01", kitchen.url);
        await fetch(many, { method: "POST" });
        const { page, close } = await openPage(kitchen.url);
        await press(page, "A meal: both");
        const fries = page.getByRole("rowheader", { name: /^100[12] french fries$/ });
        await fries.waitFor();
        for (const width of [320, 360, 412]) {
            await page.setViewportSize({ width, height: 740 });
            const { rows, overhang } = await page.evaluate(() => {
                const { scrollWidth, clientWidth } = document.getElementById("recipe");
                return { overhang: scrollWidth - clientWidth,
                    rows: [...document.querySelectorAll("#orders tr")].map((row) =>
                        [row.textContent, row.offsetHeight, row.querySelector("th button").offsetHeight]) };
            });
            assert.ok(rows.length >= 3);
            rows.forEach(([text, height, name]) =>
                assert.ok(height < 120 && name < 65, `${text}: ${height}, ${name} at ${width}`));
            assert.equal(overhang, 0, "the recipe is cut off");
        }
        await close();
        await kitchen.stop();
    });
});
