import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { atKitchen, closeBrowser, openBrowser, press, scene, untilScene } from "../support/browser.js";
import { startKitchen } from "../support/server.js";

before(openBrowser);
after(closeBrowser);

describe("orders", () => {
    it("show a meal's parts under it", () => atKitchen(async (page) => {
        await press(page, "A meal: both");
        await untilScene(page, ({ lanes }) => lanes.length === 3);
        const { lanes } = await scene(page);
        assert.deepEqual(lanes.map(({ depth }) => depth), [0, 1, 1]);
        assert.ok(lanes.slice(1).every(({ parent }) => parent === lanes[0].id));
        assert.ok(await page.locator("#neighbours").isHidden(), "there are none");
    }));

    it("are cancelled from the table, and where they are chosen", () => atKitchen(async (page) => {
        await press(page, "Noodles");
        await press(page, "French fries");
        await untilScene(page, ({ lanes }) => lanes.length === 2);
        const [noodles, fries] = (await scene(page)).lanes.map(({ id }) => id);
        await page.getByRole("row")
            .getByRole("button", { name: `Cancel order ${noodles}`, exact: true }).click();
        await untilScene(page, ({ lanes }) => lanes[0].state === "cancelled");
        await page.locator("#cancel").filter({ hasText: `Cancel order ${fries}` }).click();
        await untilScene(page, ({ lanes }) => lanes[1].state === "cancelled");
        await page.getByRole("row").filter({ hasText: "cancelled" }).nth(1).waitFor();
        await page.locator("#cancel:disabled").waitFor();
    }));

    it("are cancelled as the button says, at any time", () => atKitchen(async (page) => {
        await press(page, "Noodles");
        await page.locator("#cancel").filter({ hasText: "Cancel order 1" }).waitFor();
        const label = await page.evaluate(async () => {
            document.querySelector("[data-order=french-fries]").click();
            while (window.kitchen.chosen === 1) {
                await new Promise((done) => requestAnimationFrame(done));
            }
            const button = document.getElementById("cancel");
            button.click();
            return button.textContent;
        });
        const { lanes } = await untilScene(page, (seen) =>
            seen.lanes.some(({ state }) => state === "cancelled"));
        const { id } = lanes.find(({ state }) => state === "cancelled");
        assert.equal(label, `Cancel order ${id}`);
    }));

    it("are late when their deadline is over", () => atKitchen(async (page) => {
        await press(page, "Noodles, within 2 s");
        await untilScene(page, ({ lanes }) => lanes[0]?.state === "late");
        await page.getByRole("row").filter({ hasText: "too late" }).waitFor();
    }));

    it("mark the line of the recipe that they are at, at any time", () => atKitchen(async (page) => {
        await press(page, "Noodles");
        await page.locator("#recipe [aria-current]").waitFor();
        /* The wait of the lane and the marked line, at each frame. */
        const shown = await page.evaluate(async () => {
            const seen = new Set();
            let state = "";
            while (state !== "served") {
                await new Promise((done) => requestAnimationFrame(done));
                const [lane] = window.kitchen.scene().lanes;
                const line = document.querySelector("#recipe [aria-current]")?.textContent.trim();
                seen.add(lane.state === "awaiting" ? `${lane.step}: ${line}` : "");
                ({ state } = lane);
            }
            return [...seen].filter(Boolean);
        });
        const steps = ["boil the egg", "prepare the raw noodles", "boil the noodles", "finish"];
        assert.deepEqual(shown, steps.map((step, i) =>
            `${step}: ${i === 0 ? "int " : ""}err = hob_await(${step.replaceAll(" ", "_")}(order));`));
        await press(page, "A meal: both");
        await page.locator("#recipe [aria-current]").filter({ hasText: "hob_join(" }).waitFor();
    }));

    it("wait at the neighbour's that cooks them", async () => {
        const neighbour = await startKitchen();
        try {
            await atKitchen(async (page) => {
                await page.getByLabel("Cooked by").selectOption("b");
                await press(page, "Noodles");
                await untilScene(page, ({ lanes }) => lanes[0]?.step === "at the neighbour's");
                const row = page.getByRole("row").filter({ hasText: "on another stove" });
                await row.filter({ hasText: "at the neighbour's" }).waitFor();
                await row.getByRole("button", { name: "Cancel order 1", exact: true }).click();
                await untilScene(page, ({ lanes }) => lanes[0].state === "cancelled");
            }, { more: ["--upstream", `b=${neighbour.url}`] });
        } finally {
            await neighbour.stop();
        }
    });

    it("go when they leave the window", () => atKitchen(async (page) => {
        await page.locator("#span").selectOption("1000");
        await press(page, "Noodles, within 2 s");
        await untilScene(page, ({ lanes }) => lanes[0]?.state === "late");
        await untilScene(page, ({ lanes }) => lanes.length === 0);
    }));

    it("that the kitchen refuses are said to be", () => atKitchen(async (page) => {
        await page.evaluate(() => {
            document.querySelector("[data-order=noodles]").dataset.order = "dragon";
        });
        await press(page, "Noodles");
        await page.getByRole("status").filter({ hasText: "The kitchen refused it: dish" }).waitFor();
    }, { mayComplain: true }));
});
