"""Which parts of a Kubernetes cluster the starter decks teach, and where they stand when the cluster is drawn.

A part is a tag, an area is one of the twelve decks. Both editions have the same tags, and their decks the same guids.
"""

from itertools import chain
from typing import NamedTuple

from app.errors import N_

KUBERNETES = "kubernetes"
"""The guid of the deck that holds the twelve."""


class Part(NamedTuple):
    """A component, and the tag of the notes about it."""

    name: str
    tag: str


class Group(NamedTuple):
    """Parts of an area side by side, row under row. `head`: what they are together; None: nothing but the area."""

    rows: tuple[tuple[Part, ...], ...]
    head: Part | None = None


class Area(NamedTuple):
    """A deck, by its guid, and the parts it is about. `columns`: how many of the picture's twelve it takes; `narrow`:
    how many parts stand beside each other on a phone. An area without a guid is nothing but its part."""

    topic: str
    name: str
    columns: int
    groups: tuple[Group, ...]
    narrow: int = 2


def _rows(*rows: tuple[Part, ...]) -> tuple[Group, ...]:
    return (Group(rows),)


KUBECTL = Part("kubectl", "kubectl")
API_SERVER = Part(N_("API server"), "kube-apiserver")
KUBELET = Part("kubelet", "kubelet")

OUTSIDE = (
    Area("", "", 2, _rows((KUBECTL,))),
    Area(
        "manifests",
        N_("Resource manifests"),
        5,
        _rows(
            (
                Part("YAML", "yaml"),
                Part(N_("Objects"), "objects"),
                Part(N_("Labels"), "labels"),
                Part(N_("Namespaces"), "namespaces"),
            )
        ),
    ),
    Area(
        "packaging",
        N_("Packaging and delivery"),
        5,
        _rows(
            (
                Part("Helm", "helm"),
                Part(N_("Charts"), "charts"),
                Part("Harbor", "harbor"),
                Part("CI/CD", "ci-cd"),
            )
        ),
    ),
)
COMPONENTS = Area(
    "component-roles",
    N_("Component roles"),
    12,
    (
        Group(
            (
                (API_SERVER,),
                (
                    Part("etcd", "etcd"),
                    Part(N_("kube-scheduler"), "kube-scheduler"),
                    Part(N_("Controller manager"), "kube-controller-manager"),
                ),
            ),
            Part(N_("Control plane"), "control-plane"),
        ),
        Group(
            (
                (
                    KUBELET,
                    Part("kube-proxy", "kube-proxy"),
                    Part(N_("Container runtime"), "container-runtime"),
                ),
                (Part(N_("Pods"), "pods"),),
            ),
            Part(N_("Node"), "node"),
        ),
    ),
)
RUNNING = (
    Area(
        "controller-types",
        N_("Controller types"),
        6,
        _rows(
            (
                Part("Deployment", "deployment"),
                Part("ReplicaSet", "replicaset"),
                Part("StatefulSet", "statefulset"),
                Part("DaemonSet", "daemonset"),
            ),
            (
                Part("Job", "job"),
                Part("CronJob", "cronjob"),
                Part(N_("Autoscaling"), "hpa"),
                Part(N_("Rolling update"), "rolling-update"),
            ),
        ),
    ),
    Area(
        "scheduling",
        N_("Scheduling"),
        3,
        _rows(
            (Part(N_("Taints"), "taints"), Part(N_("Affinity"), "node-affinity")),
            (Part(N_("Requests"), "requests"), Part(N_("Limits"), "limits")),
        ),
    ),
    Area(
        "security",
        N_("Security"),
        3,
        _rows(
            (Part(N_("Authentication"), "authentication"), Part(N_("Authorization"), "authorization")),
            (Part("RBAC", "rbac"), Part(N_("Admission"), "admission")),
        ),
    ),
)
CONNECTING = (
    Area(
        "service-classes",
        N_("Service classes"),
        4,
        _rows(
            (Part("Service", "services"), Part("DNS", "dns"), Part(N_("Discovery"), "service-discovery")),
            (
                Part("ClusterIP", "cluster-ip"),
                Part("NodePort", "node-port"),
                Part("LoadBalancer", "load-balancer"),
            ),
        ),
        narrow=3,
    ),
    Area(
        "networking",
        N_("Networking"),
        4,
        _rows(
            (Part("Ingress", "ingress"), Part(N_("Pod network"), "pod-network"), Part("Flannel", "flannel")),
            (Part(N_("Balancing"), "load-balancing"), Part(N_("Overlay"), "overlay-network"), Part("IPVS", "ipvs")),
        ),
        narrow=3,
    ),
    Area(
        "storage",
        N_("Storage"),
        4,
        _rows(
            (
                Part(N_("Volumes"), "volumes"),
                Part(N_("Claims"), "persistent-volume-claims"),
                Part(N_("Classes"), "storage-classes"),
            ),
            (Part("emptyDir", "emptydir"), Part("ConfigMap", "configmap"), Part("Secret", "secrets")),
        ),
        narrow=3,
    ),
)
AROUND = (
    Area(
        "observability",
        N_("Observability"),
        4,
        _rows(
            (Part("Prometheus", "prometheus"), Part(N_("Metrics"), "metrics")),
            (Part(N_("Logging"), "logging"), Part("Elastic Stack", "elk")),
        ),
    ),
    Area(
        "installation",
        N_("Installation"),
        4,
        _rows(
            (Part("kubeadm", "kubeadm"), Part("minikube", "minikube")),
            (Part(N_("Certificates"), "certificates"), Part(N_("High availability"), "high-availability")),
        ),
    ),
    Area(
        "history",
        N_("History and cloud models"),
        4,
        _rows(
            (Part("Borg", "borg"), Part("Kubernetes", "kubernetes")),
            (Part(N_("Cloud models"), "cloud"), Part(N_("Containers"), "containers")),
        ),
    ),
)
INSIDE: tuple[tuple[Area, ...], ...] = ((COMPONENTS,), RUNNING, CONNECTING)
AREAS: tuple[Area, ...] = (*OUTSIDE, *chain(*INSIDE), *AROUND)


def parts_of(area: Area) -> list[Part]:
    """An area's parts, each group's head before them."""
    return [part for group in area.groups for part in ((group.head,) if group.head else ()) + tuple(chain(*group.rows))]


_OTHER_TAGS = """
access-modes addons alerting api-versions architecture backup bare-pods cgroups cluster-manager cncf cni
concepts consensus controllers coredns cpu dashboard docker endpointslice eviction expansion external-name
features federation gateway-api go headless history host-name hostpath iaas images ingress-class
init-containers linux lvs manifests memory mesos monitoring multi-cluster network-policy networking nftables
node-labels node-selector open-source paas packages persistent-volumes pod-affinity pod-lifecycle
pod-security ports probes provisioning proxies reclaim-policy registry releases replicationcontroller
requirements rollback saas scaling scheduling security service-accounts service-types session-affinity
single-machine squid stateful stateless static-pods storage swap swarm templates tls tokens tolerations
troubleshooting upgrades values versions virtual-machines workloads
"""
LEFT_OUT = frozenset(_OTHER_TAGS.split())
"""The tags that are not drawn by themselves: each is part of the area of its deck."""
