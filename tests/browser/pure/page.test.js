import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { buildPage, files, scripts } from "../support/page.js";

describe("the page", () => {
    it("is made of all scripts that there are", () => {
        assert.deepEqual([...scripts].sort(), files.filter((name) => name.endsWith(".js")).sort());
    });

    it("is one document that asks for nothing else", () => {
        const { html } = buildPage();
        const external = html.match(/(src|href)="(?!data:|\/)[^"]*"|@import|url\(/g);
        assert.equal(external, null);
        assert.equal(html.includes(" style="), false, "the policy forbids styles in the document");
        assert.equal(html.match(/<\/script>/g).length, 1);
        assert.ok(html.length < 100000, `${html.length} characters`);
    });
});
