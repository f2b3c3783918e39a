/* node bill_of_materials.js FILE: fails if that is no CycloneDX 1.6, and tells why. */
import { readFile } from "node:fs/promises";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const problems = await validator.validate(await readFile(process.argv[2], "utf8"));
if (problems) {
    console.error(problems);
    process.exitCode = 1;
}
