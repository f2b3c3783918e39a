/* A browser at the page of a kitchen, for each test its own. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium, firefox } from "playwright-core";

import { startKitchen } from "./server.js";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

const isFirefox = process.env.BROWSER === "firefox";

let browser = null;

const installed = (...paths) => paths.find((path) => path && existsSync(path));

/* Firefox as it is packaged speaks WebDriver BiDi; playwright-core calls it "moz-firefox". */
function launch(prefs = {}) {
    return isFirefox
        ? firefox.launch({ channel: "moz-firefox", firefoxUserPrefs: prefs,
            executablePath: installed(process.env.FIREFOX, "/usr/bin/firefox-esr", "/usr/bin/firefox") })
        : chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
            args: FLAGS });
}

export async function openBrowser() {
    browser = await launch();
    return browser;
}

export async function closeBrowser() {
    await browser.close();
}

/* The preferences of a visitor are an option of a context in Chromium, and of the browser in Firefox. */
async function newContext(options) {
    const viewport = { width: 1280, height: 900 };
    const prefs = {};
    if (options.colorScheme === "dark") {
        prefs["layout.css.prefers-color-scheme.content-override"] = 0;
    }
    if (options.reducedMotion === "reduce") {
        prefs["ui.prefersReducedMotion"] = 1;
    }
    const own = isFirefox && Object.keys(prefs).length > 0 ? await launch(prefs) : null;
    const context = await (own || browser).newContext({ viewport, ...options });
    return { context, close: () => (own || context).close() };
}

/* `options` are those of a browser's context; `scripts` run before the page's. */
export async function openPage(url, options = {}, scripts = []) {
    const { context, close } = await newContext(options);
    return { ...(await openTab(context, url, scripts)), close };
}

export async function openTab(context, url, scripts = []) {
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
    return { page, errors };
}

/* For atKitchen(): a kitchen that is reached over HTTP/2, which browsers speak over TLS only. */
export const OVER_HTTP2 = { more: ["--tls-self-signed"], options: { ignoreHTTPSErrors: true } };

/* Runs `test(page, kitchen)` on a kitchen of its own; the console must stay empty. */
export async function atKitchen(test, { options, scripts, more, mayComplain = false } = {}) {
    const kitchen = await startKitchen({ more });
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
