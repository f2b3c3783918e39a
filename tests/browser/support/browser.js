/* A browser at the page of a kitchen, for each test its own. */
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

import { startKitchen } from "./server.js";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

let browser = null;

export async function openBrowser() {
    browser = await chromium.launch({
        executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: FLAGS });
    return browser;
}

export async function closeBrowser() {
    await browser.close();
}

/* `options` are those of a browser's context; `scripts` run before the page's. */
export async function openPage(url, options = {}, scripts = []) {
    const viewport = { width: 1280, height: 900 };
    const context = await browser.newContext({ viewport, ...options });
    const page = await context.newPage();
    const errors = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("request", (request) => {
        const { protocol, origin } = new URL(request.url());
        if (!["data:", "blob:"].includes(protocol) && origin !== new URL(url).origin) {
            errors.push(`asks for ${request.url()}`);
        }
    });
    for (const path of scripts) {
        await page.addInitScript({ path });
    }
    await page.goto(url);
    await page.waitForFunction(() => window.kitchen.connected);
    return { page, errors, close: () => context.close() };
}

/* Runs `test(page, kitchen)` on a kitchen of its own; the console must stay empty. */
export async function atKitchen(test, { options, scripts, mayComplain = false } = {}) {
    const kitchen = await startKitchen();
    try {
        const { page, errors, close } = await openPage(kitchen.url, options, scripts);
        await test(page, kitchen);
        await close();
        assert.deepEqual(mayComplain ? [] : errors, []);
    } finally {
        await kitchen.stop();
    }
}

export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

export const scene = (page, at) => page.evaluate((time) => window.kitchen.scene(time), at);

/* Waits until `condition(scene)` holds for what is shown. */
export async function untilScene(page, condition, timeout = 10000) {
    const end = Date.now() + timeout;
    let seen = await scene(page);
    while (!condition(seen)) {
        assert.ok(Date.now() < end, `waited in vain; last: ${JSON.stringify(seen).slice(0, 2000)}`);
        await page.waitForTimeout(50);
        seen = await scene(page);
    }
    return seen;
}

export const verdict = (page) => page.locator("#verdict").textContent();

export const untilVerdict = (page, pattern, timeout = 10000) =>
    page.locator("#verdict").filter({ hasText: pattern }).waitFor({ timeout });
