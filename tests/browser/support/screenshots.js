/* Draws the pictures of docs/: npm run screenshots */
import { fileURLToPath } from "node:url";

import { closeBrowser, openBrowser, openPage, press, untilScene } from "./browser.js";
import { startKitchen } from "./server.js";

const file = (name) => fileURLToPath(new URL(`../../../docs/${name}.png`, import.meta.url));

async function shoot(name, options, act) {
    const kitchen = await startKitchen();
    const { page, close } = await openPage(kitchen.url, options);
    await act(page);
    await page.screenshot({ path: file(name) });
    await close();
    await kitchen.stop();
}

async function cookDinner(page) {
    const dishes = ["Noodles", "A meal: both", "French fries", "Noodles, within 2 s", "Noodles"];
    for (const dish of dishes) {
        await press(page, dish);
        await page.waitForTimeout(350);
    }
    await page.waitForTimeout(1800);
}

async function stopEverything(page) {
    await cookDinner(page);
    await press(page, "Hard work that blocks");
    await page.waitForTimeout(1300);
}

async function rush(page) {
    await press(page, "A rush of 1,000");
    await untilScene(page, ({ lanes }) => lanes.length === 1000);
    await page.waitForTimeout(2500);
}

const wide = { viewport: { width: 1280, height: 900 } };

await openBrowser();
await shoot("kitchen-light", { ...wide, colorScheme: "light" }, cookDinner);
await shoot("kitchen-dark", { ...wide, colorScheme: "dark" }, cookDinner);
await shoot("kitchen-frozen", { ...wide, colorScheme: "light" }, stopEverything);
await shoot("kitchen-rush", { ...wide, colorScheme: "light" }, rush);
await shoot("kitchen-narrow", { viewport: { width: 320, height: 1400 } }, cookDinner);
await closeBrowser();
