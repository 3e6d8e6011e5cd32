"""The starter decks teach every line of the study notes and every system the notes name, in both languages."""

import re

import pytest

from tests.starter_decks import DECKS, LANGUAGES, STUDY_NOTES, lines_of, notes_in, opened

WITHOUT_CARDS = {
    int(line): reason
    for line, reason in re.findall(r"^\| (\d+) \| `.*` \| (.+) \|$", (DECKS / "README.md").read_text(), re.MULTILINE)
}
"""The lines that carry nothing to learn, from the one place that lists them."""

SYSTEMS = {
    "IaaS": r"\bIaaS\b",
    "PaaS": r"\bPaaS\b",
    "SaaS": r"\bSaaS\b",
    "Mesos": r"Mesos",
    "Docker Swarm": r"Swarm",
    "Borg": r"\bBorg\b",
    "Borgmaster": r"Borgmaster",
    "Borglet": r"Borglet",
    "Paxos": r"Paxos",
    "Kubernetes, its name": r"[Hh]elmsman|舵手",
    "IPVS": r"IPVS",
    "LVS": r"\bLVS\b|Linux Virtual Server",
    "Apache httpd": r"httpd",
    "kubectl": r"kubectl",
    "scheduler": r"kube-scheduler",
    "replication controller": r"replication controller|ReplicationController",
    "etcd": r"etcd",
    "etcd v2 and v3": r"etcd.*v[23]|v[23].*etcd",
    "Raft": r"Raft",
    "structure of etcd": r"multi-version|compaction|多版本|压缩",
    "kubelet": r"kubelet",
    "container runtime": r"container runtime|容器运行时",
    "Docker as a runtime": r"dockershim",
    "kube-apiserver": r"kube-apiserver",
    "controller manager": r"kube-controller-manager",
    "kube-proxy": r"kube-proxy",
    "CoreDNS": r"CoreDNS",
    "Dashboard": r"Dashboard",
    "Ingress": r"Ingress",
    "federation": r"[Ff]ederation|联邦",
    "Prometheus": r"Prometheus",
    "ELK": r"Elasticsearch",
    "Pod": r"\bPods?\b",
    "bare Pod": r"bare Pod|裸 Pod",
    "controlled Pod": r"ReplicaSet|Deployment",
    "pause": r"\bpause\b",
    "ReplicationController": r"ReplicationController",
    "ReplicaSet": r"ReplicaSet",
    "Deployment": r"Deployment",
    "rolling update": r"[Rr]olling update|滚动更新",
    "rollback": r"rollout undo",
    "HPA": r"HorizontalPodAutoscaler|\bHPA\b",
    "StatefulSet": r"StatefulSet",
    "DaemonSet": r"DaemonSet",
    "Job": r"\bJob\b",
    "CronJob": r"CronJob",
    "service discovery": r"service discovery|服务发现|environment variables|环境变量",
    "round robin": r"[Rr]ound[- ]robin|轮询",
    "Squid": r"Squid",
    "Pod to Pod": r"Pod on another node|another Pod|另一节点上",
    "Pod to Service": r"cluster IP|集群 IP",
    "overlay network": r"overlay|覆盖网络|叠加网络",
    "flannel": r"flannel",
    "flannel and etcd": r"flannel.*etcd|etcd.*flannel",
    "storage choices": r"emptyDir|PersistentVolumeClaim",
    "scheduling to chosen nodes": r"nodeSelector|node affinity|节点亲和性",
    "authentication": r"[Aa]uthenticat|认证",
    "authorisation": r"RBAC",
    "admission": r"[Aa]dmission|准入",
    "Helm": r"Helm",
    "kubeadm": r"kubeadm",
    "certificate lifetimes": r"certificates?.*(year|expire|renew)|证书.*(年|到期|续)",
    "high availability": r"control plane nodes?|control-plane|控制平面节点|高可用",
    "CI/CD": r"[Cc]ontinuous (integration|delivery|deployment)|持续(集成|交付|部署)",
    "Harbor": r"Harbor",
    "hostnamectl": r"hostnamectl",
    "hosts": r"/etc/hosts",
    "minikube": r"minikube",
    "namespaced resources": r"namespaced|命名空间",
    "cluster-scoped resources": r"cluster-scoped|cluster scope|集群作用域|集群级|集群范围",
    "metadata": r"metadata|元数据",
    "YAML manifests": r"apiVersion",
}
"""What the notes name, and how a card that teaches it shows so in either language."""

LINES_OF_SYSTEMS = {
    "controlled Pod": 79,
    "Pod to Pod": 90,
    "Pod to Service": 95,
    "Docker as a runtime": 60,
    "etcd v2 and v3": 53,
    "structure of etcd": 55,
    "storage choices": 33,
    "scheduling to chosen nodes": 34,
    "high availability": 38,
    "certificate lifetimes": 37,
    "namespaced resources": 121,
    "cluster-scoped resources": 122,
    "metadata": 123,
}
"""Where words alone would prove little: the line a card with them must rest on."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_with_content_has_a_note(language: str) -> None:
    content = {number for number, line in enumerate(STUDY_NOTES, 1) if line.strip()}
    covered = {line for _, note in notes_in(language) for line in lines_of(note)}
    assert content - covered == WITHOUT_CARDS.keys()
    assert covered <= content


def test_the_lines_without_cards_are_quoted_as_they_stand() -> None:
    listed = re.findall(r"^\| (\d+) \| `(.*)` \| .+ \|$", (DECKS / "README.md").read_text(), re.MULTILINE)
    assert [(number, STUDY_NOTES[int(number) - 1].strip()) for number, _ in listed] == listed
    assert all(len(reason) > 10 for reason in WITHOUT_CARDS.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_the_notes_name_has_cards(system: str, language: str) -> None:
    named = re.compile(SYSTEMS[system], re.DOTALL)
    line = LINES_OF_SYSTEMS.get(system)
    teaching = [
        note.guid
        for _, note in notes_in(language)
        if named.search(opened("\n".join(note.fields))) and (line is None or line in lines_of(note))
    ]
    assert teaching
