/* Holds objects against the schemas of Kubernetes, which kubernetes-models has. */
import { createRequire } from "node:module";
import ts from "typescript";

const require = createRequire(import.meta.url);

/* Missing fields, and values that are not of their field's type. */
function violations(object) {
    try {
        const models = require(`kubernetes-models/${object.apiVersion}/${object.kind}`);
        new models[object.kind](object).validate();
        return [];
    } catch (error) {
        return [error.message];
    }
}

const options = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    lib: ["lib.es2020.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
};
const host = ts.createCompilerHost(options);
const parsed = new Map();

/*
 * Fields that there are not: the schemas allow them, and a cluster ignores them, so that a misspelt
 * probe would be none. The type of a literal does not allow them.
 */
function unknownFields({ apiVersion, kind, ...fields }) {
    const name = new URL("manifest.ts", import.meta.url).pathname;
    const source = `import type { I${kind} } from "kubernetes-models/${apiVersion}/${kind}";
        export const manifest: I${kind} = ${JSON.stringify({ apiVersion, kind, ...fields })};`;
    const getSourceFile = (file, ...rest) => {
        if (file === name)
            return ts.createSourceFile(name, source, ts.ScriptTarget.Latest);
        if (!parsed.has(file))
            parsed.set(file, host.getSourceFile(file, ...rest));
        return parsed.get(file);
    };
    const program = ts.createProgram([name], options, { ...host, getSourceFile });
    return program
        .getSemanticDiagnostics(program.getSourceFile(name))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

/* The mistakes of an object, as sentences that begin with the name of its file. */
export function schemaProblems([file, object]) {
    const problems = [...violations(object), ...unknownFields(object)];
    return problems.map((problem) => `${file}: ${problem}`);
}
