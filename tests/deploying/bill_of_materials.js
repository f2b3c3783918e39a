/*
 * node bill_of_materials.js FILE: fails if that is no CycloneDX 1.6, or a package URL in it is not
 * escaped as its specification says, and says why.
 */
import { readFile } from "node:fs/promises";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";

/*
 * Letters, digits, ".", "-", "_", "~" and ":" stand for themselves, everything else is
 * percent-encoded (github.com/package-url/purl-spec, "Character encoding").
 */
const escaped = (text) => encodeURIComponent(text).replaceAll("%3A", ":")
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/* Whether it names this package in this version, as in pkg:deb/debian/NAME@VERSION?arch=amd64. */
const isPurlOf = ({ name, version, purl }) => purl.replace(/\?arch=[a-z0-9]+$/, "") ===
    `pkg:deb/debian/${escaped(name)}@${escaped(version)}`;

const text = await readFile(process.argv[2], "utf8");
const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const problems = await validator.validate(text) ??
    JSON.parse(text).components.filter((component) => !isPurlOf(component));
if (problems.length !== 0) {
    console.error(problems);
    process.exitCode = 1;
}
