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

/* The value of an option, "--option=value", in a container's arguments. */
const argument = (container, option) =>
    container.args?.find((text) => text.startsWith(`${option}=`))?.slice(option.length + 1);

/* The demands of the "restricted" profile of the Pod Security Standards. */
const restricted = (pod, container) => [
    ["runAsNonRoot", pod.securityContext?.runAsNonRoot === true],
    ["runAsUser is not 0", pod.securityContext?.runAsUser !== 0],
    ["seccompProfile", pod.securityContext?.seccompProfile?.type === "RuntimeDefault"],
    ["allowPrivilegeEscalation", container.securityContext?.allowPrivilegeEscalation === false],
    ["capabilities", container.securityContext?.capabilities?.drop?.includes("ALL") === true],
    ["no capability is added", container.securityContext?.capabilities?.add === undefined],
    ["no namespace of the host", !pod.hostNetwork && !pod.hostPID && !pod.hostIPC],
];

/* Where hob reads the certificate: a Secret, which Kubernetes replaces while the container runs. */
function certificateRules(pod, container) {
    const mount = container.volumeMounts?.[0];
    const [volume, ...others] = pod.volumes ?? [];
    return [
        ["the only volume is a Secret", volume?.secret !== undefined && others.length === 0],
        ["the Secret is mounted", volume !== undefined && mount?.name === volume.name],
        ["it is mounted read-only", mount?.readOnly === true],
        ["it is a folder, whose files change", mount?.subPath === undefined],
        [
            "--tls-certificate is in the Secret",
            argument(container, "--tls-certificate") === `${mount?.mountPath}/tls.crt`,
        ],
        ["--tls-key is in the Secret", argument(container, "--tls-key") === `${mount?.mountPath}/tls.key`],
    ];
}

/* Whether the port of that name is the one of the address in an option. */
function listens(container, name, option) {
    const port = container.ports?.find((port) => port.name === name)?.containerPort;
    return Number(argument(container, option)?.match(/:(\d+)$/)?.[1]) === port;
}

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
        ...certificateRules(template.spec, container),
        ["the port https is that of --listen", listens(container, "https", "--listen")],
        ["the port admin is that of --admin", listens(container, "admin", "--admin")],
        [
            "Prometheus asks the port admin",
            listens(container, "admin", "--admin") &&
                argument(container, "--admin").endsWith(
                    `:${template.metadata.annotations?.["prometheus.io/port"]}`,
                ),
        ],
        ["readOnlyRootFilesystem", container.securityContext?.readOnlyRootFilesystem === true],
        ["enableServiceLinks", template.spec.enableServiceLinks === false],
        [
            "terminationGracePeriodSeconds is more than --drain-delay and --grace",
            template.spec.terminationGracePeriodSeconds >
                Number(argument(container, "--drain-delay")) + Number(argument(container, "--grace")),
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
            "the NetworkPolicy's ports are the pods'",
            ports.join() === only("NetworkPolicy").spec?.ingress?.[0].ports?.map(({ port }) => port).join(),
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
