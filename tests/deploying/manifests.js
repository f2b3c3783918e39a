/* Reads the manifests of a folder, and finds what is wrong with them. */
import { readdir, readFile } from "node:fs/promises";
import { parse } from "yaml";
import { schemaProblems } from "./schemas.js";

/* {file: object}. The folder is a URL. */
export async function readManifests(folder) {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml"));
    const read = async (name) => [name, parse(await readFile(new URL(name, folder), "utf8"))];
    return Object.fromEntries(await Promise.all(names.map(read)));
}

/* The number that follows an option in a container's arguments. */
const argument = (container, option) =>
    Number(container.args?.[container.args.indexOf(option) + 1] ?? NaN);

/* The demands of the "restricted" profile of the Pod Security Standards. */
const restricted = (pod, container) => [
    ["runAsNonRoot", pod.securityContext?.runAsNonRoot === true],
    ["runAsUser is not 0", pod.securityContext?.runAsUser !== 0],
    ["seccompProfile", pod.securityContext?.seccompProfile?.type === "RuntimeDefault"],
    ["allowPrivilegeEscalation", container.securityContext?.allowPrivilegeEscalation === false],
    ["capabilities", container.securityContext?.capabilities?.drop?.includes("ALL") === true],
    ["no capability is added", container.securityContext?.capabilities?.add === undefined],
    ["no namespace of the host", !pod.hostNetwork && !pod.hostPID && !pod.hostIPC],
    ["no volumes", pod.volumes === undefined],
];

/* Rules that are in no schema: the needs of hob, and references between the files. */
function rules(manifests) {
    const only = (kind) => Object.values(manifests).find((object) => object.kind === kind) ?? {};
    const deployment = only("Deployment");
    const template = deployment.spec.template;
    const [container] = template.spec.containers;
    const ports = container.ports?.map((port) => port.name) ?? [];
    const selects = (labels) =>
        labels !== undefined &&
        Object.entries(labels).every(([name, value]) => template.metadata.labels[name] === value);
    const scaled = only("HorizontalPodAutoscaler").spec?.scaleTargetRef;
    const kustomization = manifests["kustomization.yaml"];
    const files = Object.keys(manifests).filter((name) => name !== "kustomization.yaml");
    return [
        ...restricted(template.spec, container),
        ["readOnlyRootFilesystem", container.securityContext?.readOnlyRootFilesystem === true],
        ["enableServiceLinks", template.spec.enableServiceLinks === false],
        [
            "terminationGracePeriodSeconds is more than --drain-delay and --grace",
            template.spec.terminationGracePeriodSeconds >
                argument(container, "--drain-delay") + argument(container, "--grace"),
        ],
        ["the Deployment selects its pods", selects(deployment.spec.selector?.matchLabels)],
        ["the Service selects the pods", selects(only("Service").spec?.selector)],
        [
            "the PodDisruptionBudget selects the pods",
            selects(only("PodDisruptionBudget").spec?.selector?.matchLabels),
        ],
        [
            "the NetworkPolicy selects the pods",
            selects(only("NetworkPolicy").spec?.podSelector?.matchLabels),
        ],
        [
            "the Service's port is one of the pods'",
            ports.includes(only("Service").spec?.ports?.[0].targetPort),
        ],
        [
            "the NetworkPolicy's port is one of the pods'",
            ports.includes(only("NetworkPolicy").spec?.ingress?.[0].ports?.[0].port),
        ],
        [
            "the probes' ports are the pods'",
            ports.includes(container.livenessProbe?.httpGet?.port) &&
                ports.includes(container.readinessProbe?.httpGet?.port),
        ],
        [
            "the HorizontalPodAutoscaler scales the Deployment",
            scaled?.kind === "Deployment" && scaled.name === deployment.metadata.name,
        ],
        ["replicas are left to the autoscaler", deployment.spec.replicas === undefined],
        [
            "kustomization.yaml names each file",
            files.sort().join() === [...kustomization.resources].sort().join(),
        ],
    ];
}

/* Sentences; none if all is well. Objects that the schemas refuse get no further check. */
export function problemsOf(manifests) {
    const objects = Object.entries(manifests).filter(([name]) => name !== "kustomization.yaml");
    const problems = objects.flatMap(schemaProblems);
    if (problems.length > 0)
        return problems;
    return rules(manifests)
        .filter(([, holds]) => !holds)
        .map(([rule]) => `not so: ${rule}`);
}
