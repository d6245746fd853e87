"""The manifests: valid by Kubernetes' own schemas, of one mind with each other, and with what the bot serves and reads."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from bot.config import Settings, load
from bot.settings_source import SettingsSource
from tests.deployment.dockerfile import stages

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "deploy" / "kubernetes"
MANIFESTS = {path.name: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yaml"))}
KUSTOMIZATION = MANIFESTS.pop("kustomization.yaml")
VERSIONS = (
    "1.27",
    "1.37",
)  # since `unhealthyPodEvictionPolicy` is on by default, and the newest whose schemas are at hand
POD = MANIFESTS["deployment.yaml"]["spec"]["template"]["spec"]
(BOT,) = POD["containers"]
IMAGE = stages(ROOT / "docs" / "deploy" / "Dockerfile")[-1]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MANIFESTS)
def test_kubernetes_knows_each_field(name, version):
    kubernetes_validate.validate(MANIFESTS[name], version, strict=True)


def _misspelled(pod: dict[str, Any]) -> None:
    pod["containers"][0]["livenesProbe"] = pod["containers"][0].pop("livenessProbe")


def _of_the_wrong_type(pod: dict[str, Any]) -> None:
    pod["terminationGracePeriodSeconds"] = "15s"


def _without_what_is_required(pod: dict[str, Any]) -> None:
    del pod["containers"][0]["name"]


@pytest.mark.parametrize("breaks", [_misspelled, _of_the_wrong_type, _without_what_is_required])
def test_a_manifest_that_kubernetes_would_refuse_is_noticed(breaks: Callable[[dict[str, Any]], None]):
    broken = yaml.safe_load((FOLDER / "deployment.yaml").read_text())
    breaks(broken["spec"]["template"]["spec"])
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, VERSIONS[-1], strict=True)


def test_kustomize_applies_all_but_what_people_make_and_use_by_hand():
    by_hand = {"secret.example.yaml", "maintenance-pod.yaml"}
    assert sorted(KUSTOMIZATION["resources"]) == sorted(MANIFESTS.keys() - by_hand)
    assert [image["name"] for image in KUSTOMIZATION["images"]] == [BOT["image"]]


def test_all_of_them_mean_the_same_pod():
    labels = MANIFESTS["deployment.yaml"]["spec"]["template"]["metadata"]["labels"]
    selectors = [
        MANIFESTS["deployment.yaml"]["spec"]["selector"]["matchLabels"],
        MANIFESTS["service.yaml"]["spec"]["selector"],
        MANIFESTS["network-policy.yaml"]["spec"]["podSelector"]["matchLabels"],
        MANIFESTS["disruption-budget.yaml"]["spec"]["selector"]["matchLabels"],
    ]
    assert all(selector == labels for selector in selectors)
    assert [each["secretRef"]["name"] for each in BOT["envFrom"]] == [
        MANIFESTS["secret.example.yaml"]["metadata"]["name"]
    ]
    claims = [
        each["persistentVolumeClaim"]["claimName"]
        for each in POD["volumes"]
        if "persistentVolumeClaim" in each
    ]
    assert claims == [MANIFESTS["volume.yaml"]["metadata"]["name"]]
    assert {each["name"] for each in BOT["volumeMounts"]} == {each["name"] for each in POD["volumes"]}


def test_the_pod_for_maintenance_is_the_bots_without_the_bot():
    """And no Service, policy or budget takes it for the bot."""
    spec = MANIFESTS["maintenance-pod.yaml"]["spec"]
    (shell,) = spec["containers"]
    same = ("automountServiceAccountToken", "enableServiceLinks", "securityContext", "volumes")
    assert {key: spec[key] for key in same} == {key: POD[key] for key in same}
    assert {key: shell[key] for key in ("envFrom", "securityContext", "volumeMounts")} == {
        key: BOT[key] for key in ("envFrom", "securityContext", "volumeMounts")
    }
    bots = MANIFESTS["deployment.yaml"]["spec"]["selector"]["matchLabels"]
    assert MANIFESTS["maintenance-pod.yaml"]["metadata"]["labels"] != bots


def test_two_bots_never_run_beside_each_other():
    spec = MANIFESTS["deployment.yaml"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert MANIFESTS["volume.yaml"]["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_a_restricted_namespace_admits_the_pod():
    """What the Pod Security Standard `restricted` asks of a pod and its containers, and a root that cannot be written."""
    pod, container = POD["securityContext"], BOT["securityContext"]
    assert pod["runAsNonRoot"] is True
    assert pod["seccompProfile"]["type"] in {"RuntimeDefault", "Localhost"}
    assert container["allowPrivilegeEscalation"] is False
    assert container["capabilities"] == {"drop": ["ALL"]}
    assert container["readOnlyRootFilesystem"] is True
    assert {key for volume in POD["volumes"] for key in volume} - {"name"} <= {
        "persistentVolumeClaim",
        "emptyDir",
    }
    assert not POD.keys() & {"hostNetwork", "hostPID", "hostIPC"}
    assert not any("hostPort" in port for port in BOT["ports"])


def test_the_user_is_the_one_to_whom_the_image_gives_its_volume():
    ids = {POD["securityContext"][key] for key in ("runAsUser", "runAsGroup", "fsGroup")}
    assert {str(each) for each in ids} == set(IMAGE.user.split(":"))
    assert {mount["mountPath"] for mount in BOT["volumeMounts"]} == {IMAGE.folder, "/tmp"}  # noqa: S108 - the image's


def environment() -> dict[str, str]:
    """What the bot finds in the pod: the image's variables, the Secret's, and the Deployment's."""
    set_here = {each["name"]: each["value"] for each in BOT["env"]}
    return IMAGE.environment | MANIFESTS["secret.example.yaml"]["stringData"] | set_here


@pytest.fixture
def settings(monkeypatch, tmp_path) -> Settings:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    return load(Settings, SettingsSource(tmp_path / "no.env"))


def test_the_bot_accepts_its_settings_and_serves_where_the_probes_look(settings):
    (port,) = BOT["ports"]
    assert settings.admin_listen == ("0.0.0.0", port["containerPort"])  # noqa: S104 - in a pod
    assert settings.pipeline_bot_database.parent == Path(IMAGE.folder)
    probes = {name: BOT[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {name: probe["path"] for name, probe in probes.items()} == {
        "startupProbe": "/healthz",
        "livenessProbe": "/healthz",
        "readinessProbe": "/readyz",
    }
    assert {probe["port"] for probe in probes.values()} == {port["name"]}
    (served,) = MANIFESTS["service.yaml"]["spec"]["ports"]
    assert served["targetPort"] == port["name"]
    (rule,) = MANIFESTS["network-policy.yaml"]["spec"]["ingress"]
    assert rule["ports"] == [{"port": port["containerPort"]}]
    assert re.search(rf"127\.0\.0\.1', {port['containerPort']},", " ".join(IMAGE.health))


def test_the_pod_has_the_time_that_the_bot_takes_to_stop():
    assert POD["terminationGracePeriodSeconds"] >= 15
