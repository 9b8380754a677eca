"""A stand-in for the W&B service on this machine: what wandb's own client asks, from memory.

It speaks the part of the service that pushing, syncing and pulling need: the GraphQL operations by
name, the file stream of a run, and uploads and downloads of files and artifacts. Faults can be set
for the next requests: a status, a delay, or a connection that is closed without an answer.
"""

import base64
import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

import pytest
import wandb

from benchmarks.leaderboard.mirror.session import end_wandb

KEY = "c011a95e" * 5
"""A key that no service knows, in the form of a real one."""
ENTITY = "someone"
"""The owner of the key."""


@dataclass
class Fault:
    """What happens to the next requests whose operation or path has `where` in it."""

    where: str
    status: int = 0
    """Of the answer; 0 closes the connection without one."""
    times: int = 1
    hold: threading.Event | None = None
    """The answer waits for this first."""


@dataclass
class StoredRun:
    """What the service keeps of a run."""

    id: str
    project: str
    fields: dict[str, Any]
    state: str = "running"
    config: dict[str, Any] = field(default_factory=dict)
    history: dict[int, dict[str, Any]] = field(default_factory=dict)
    """By line of the file stream."""
    summary: dict[str, Any] = field(default_factory=dict)
    starts: int = 1
    """How often a client began it."""
    files: dict[str, bytes] = field(default_factory=dict)

    def points(self) -> list[dict[str, Any]]:
        """History without what wandb adds."""
        lines = [self.history[index] for index in sorted(self.history)]
        return [{k: v for k, v in line.items() if not k.startswith("_")} for line in lines]


@dataclass
class StoredArtifact:
    """One version of an artifact."""

    id: str
    collection: str
    kind: str
    project: str
    run: str
    digest: str
    state: str = "PENDING"
    files: dict[str, bytes] = field(default_factory=dict)
    manifest: bytes = b""


class Plant(Protocol):
    """Puts a file in the place of a pushed record, or beside it; returns its content."""

    def __call__(
        self,
        change: Callable[[dict[str, Any]], dict[str, Any]],
        *,
        keep_id: bool = False,
        beside: bool = False,
    ) -> bytes:
        """Plant the record as changed."""


class StandIn:
    """The service; `url` is its address."""

    def __init__(self) -> None:
        self.runs: dict[str, StoredRun] = {}
        self.artifacts: dict[str, StoredArtifact] = {}
        self.operations: list[str] = []
        """Every GraphQL operation and path that was asked, in order."""
        self.unknown: list[str] = []
        self._resuming: set[str] = set()
        self.bodies: list[bytes] = []
        self.faults: list[Fault] = []
        self.accepted = KEY
        self.refusal = "set by the test"
        """What it says with the status of a fault."""
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def count(self, name: str) -> int:
        """How often an operation, or a path with this in it, was asked."""
        return sum(name in operation for operation in self.operations)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None:
                pass

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = json.loads(body) if self.path == "/graphql" else {}
                name = _operation(asked["query"]) if asked else f"{self.command} {self.path}"
                with service._lock:
                    service.operations.append(name)
                    service.bodies.append(body)
                    fault = service._next_fault(name)
                if fault and fault.hold:
                    fault.hold.wait(30)
                if fault and not fault.status:
                    self.close_connection = True
                    return
                if fault and fault.status != 200:
                    self._send(fault.status, {"errors": [{"message": service.refusal}]})
                    return
                if asked and not service._knows(self.headers.get("Authorization", "")):
                    self._send(401, {"errors": [{"message": "invalid API key"}]})
                    return
                with service._lock:
                    try:
                        answer = service._answer(name, asked, body)
                    except (KeyError, StopIteration) as error:
                        service.unknown.append(f"{name}: {error!r}")
                        answer = {}
                self._send(200, answer)

            def _send(self, status: int, content: Any) -> None:
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def handle(self) -> None:
                try:
                    super().handle()
                except OSError:  # the client went away
                    self.close_connection = True

            do_GET = do_POST = do_PUT = _answer

        return Handler

    def _next_fault(self, name: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.where in name:
                fault.times -= 1
                return fault
        return None

    def _knows(self, authorization: str) -> bool:
        _, _, encoded = authorization.partition(" ")
        return base64.b64decode(encoded).decode().endswith(f":{self.accepted}")

    def _answer(self, name: str, asked: dict[str, Any], body: bytes) -> Any:
        if asked:
            found: Callable[..., Any] | None = getattr(self, f"_on_{name}", None)
            if found is None:
                self.unknown.append(f"{name} {asked['query']} {asked.get('variables')}")
                return {"errors": [{"message": f"the stand-in does not know {name}"}]}
            return {"data": found(asked.get("variables") or {})}
        verb, path = name.split(" ", 1)
        if path.endswith("/file_stream"):
            self._stream(path.split("/")[-2], json.loads(body))
            return {}
        if verb == "PUT":
            self._store(path, body)
            return {}
        if path.startswith("/stored/"):
            return self._load(path)
        if path.startswith("/artifactsV2/"):
            *_, owner, md5, name = path.split("/")
            contents = self.artifacts[owner].files.values()
            return next(c for c in contents if hashlib.md5(c).hexdigest() == md5)
        self.unknown.append(name)
        return {}

    def _stream(self, run_id: str, sent: dict[str, Any]) -> None:
        run = self.runs[run_id]
        files = sent.get("files", {})
        history = files.get("wandb-history.jsonl")
        if history:
            for index, line in enumerate(history["content"], history["offset"]):
                run.history[index] = json.loads(line)
        if summary := files.get("wandb-summary.json"):
            run.summary = json.loads(summary["content"][-1])
        if sent.get("complete"):
            run.state = "finished" if sent.get("exitcode") == 0 else "failed"

    def _store(self, path: str, body: bytes) -> None:
        _, _, kind, owner, name = path.split("/", 4)
        if kind == "run":
            self.runs[owner].files[name] = body
        elif kind == "manifest":
            self.artifacts[owner].manifest = body
        else:
            self.artifacts[owner].files[name] = body

    def _load(self, path: str) -> bytes:
        _, _, kind, owner, name = path.split("/", 4)
        if kind == "run":
            return self.runs[owner].files[name]
        artifact = self.artifacts[owner]
        return artifact.manifest if kind == "manifest" else artifact.files[name]

    # Operations, as wandb names them.

    def _on_Viewer(self, v: dict[str, Any]) -> Any:
        return {
            "viewer": {
                "id": "V", "entity": ENTITY, "username": ENTITY, "email": "", "flags": "{}",
                "admin": False, "name": ENTITY, "deletedAt": None, "createdAt": None,
                "photoUrl": None, "apiKeys": {"edges": []}, "teams": {"edges": []},
            }
        }  # fmt: skip

    def _on_ServerFeaturesQuery(self, v: dict[str, Any]) -> Any:
        return {"serverInfo": {"features": []}}

    def _on_OrganizationCoreWeaveOrganizationID(self, v: dict[str, Any]) -> Any:
        return {"entity": {"organization": {"coreWeaveOrganizationId": None}}}

    def _on_UpsertBucket(self, v: dict[str, Any]) -> Any:
        run = self.runs.get(v["name"])
        config = {k: part["value"] for k, part in json.loads(v["config"] or "{}").items()}
        if run is not None and v["displayName"] and run.id in self._resuming:
            self._resuming.discard(run.id)
            run.starts, run.state = run.starts + 1, "running"
        elif run is None or v["displayName"]:  # a client begins it
            starts = 1 if run is None else run.starts + 1
            run = StoredRun(v["name"], v["project"], fields=v, starts=starts)
            self.runs[run.id] = run
        run.config.update(config)
        bucket = {
            "id": f"bucket-{run.id}", "name": run.id, "displayName": run.fields["displayName"],
            "description": None, "config": json.dumps({}), "sweepName": None,
            "historyLineCount": 0,
            "project": {"id": "P", "name": run.project, "entity": {"id": "E", "name": ENTITY}},
        }  # fmt: skip
        return {"upsertBucket": {"bucket": bucket, "inserted": run.starts == 1}}

    def _on_RunResumeStatus(self, v: dict[str, Any]) -> Any:
        run = self.runs.get(v["name"])
        if run is None:
            return {"model": {"bucket": None}}
        self._resuming.add(run.id)
        tail = [json.dumps(run.history[max(run.history)])] if run.history else []
        config = {key: {"value": value} for key, value in run.config.items()}
        bucket = {
            "name": run.id, "wandbConfig": '{"t": 1}', "historyLineCount": len(run.history),
            "eventsLineCount": 0, "logLineCount": 0, "historyTail": json.dumps(tail),
            "eventsTail": "[]", "summaryMetrics": json.dumps(run.summary),
            "config": json.dumps(config), "tags": run.fields["tags"],
        }  # fmt: skip
        return {"model": {"bucket": bucket}}

    def _on_CreateRunFiles(self, v: dict[str, Any]) -> Any:
        files = [
            {"name": name, "uploadUrl": f"{self.url}/stored/run/{v['run']}/{name}"}
            for name in v["files"]
        ]
        return {"createRunFiles": {"runID": v["run"], "uploadHeaders": [], "files": files}}

    def _on_GetDefaultEntity(self, v: dict[str, Any]) -> Any:
        return {"viewer": {"id": "V", "entity": ENTITY}}

    def _on_Runs(self, v: dict[str, Any]) -> Any:
        mine = [run for run in self.runs.values() if run.project == v["project"]]
        if not mine:
            return {"project": None}
        edges = [{"node": self._run_node(run), "cursor": run.id} for run in mine]
        page = {"endCursor": None, "hasNextPage": False}
        return {
            "project": {
                "internalId": "1", "runCount": len(mine), "readOnly": False,
                "runs": {"edges": edges, "pageInfo": page},
            }
        }  # fmt: skip

    def _on_Run(self, v: dict[str, Any]) -> Any:
        run = self.runs.get(v["name"])
        return {"project": {"internalId": "1", "run": run and self._run_node(run)}}

    def _run_node(self, run: StoredRun) -> dict[str, Any]:
        config = {key: {"value": value} for key, value in run.config.items()}
        return {
            "id": f"bucket-{run.id}", "name": run.id, "displayName": run.fields["displayName"],
            "tags": run.fields["tags"], "group": run.fields["groupName"],
            "jobType": run.fields["jobType"], "state": run.state, "sweepName": None,
            "config": json.dumps(config), "summaryMetrics": json.dumps(run.summary),
            "systemMetrics": "{}", "commit": None, "readOnly": False, "description": None,
            "notes": None, "createdAt": "2026-01-01T00:00:00Z", "heartbeatAt": None,
            "historyLineCount": len(run.history), "historyKeys": None, "projectId": "1",
            "user": {"name": ENTITY, "username": ENTITY},
        }  # fmt: skip

    def _on_ArtifactType(self, v: dict[str, Any]) -> Any:
        return {"project": {"artifact": None}}

    def _on_CreateArtifact(self, v: dict[str, Any]) -> Any:
        sent = v["input"]
        for known in self.artifacts.values():
            if (known.collection, known.digest) == (
                sent["artifactCollectionName"], sent["digest"],
            ):  # fmt: skip
                break
        else:
            known = StoredArtifact(
                f"artifact-{len(self.artifacts)}", sent["artifactCollectionName"],
                sent["artifactTypeName"], sent["projectName"], sent["runName"], sent["digest"],
            )  # fmt: skip
            self.artifacts[known.id] = known
        latest = {"latestArtifact": None}
        created = {"id": known.id, "state": known.state, "artifactSequence": latest}
        return {"createArtifact": {"artifact": created}}

    def _on_CreateArtifactManifest(self, v: dict[str, Any]) -> Any:
        url = f"{self.url}/stored/manifest/{v['artifactID']}/manifest"
        file = {"id": "F", "uploadUrl": url, "uploadHeaders": []}
        manifest = {"id": f"manifest-{v['artifactID']}", "file": file}
        return {"createArtifactManifest": {"artifactManifest": manifest}}

    def _on_CreateArtifactFiles(self, v: dict[str, Any]) -> Any:
        nodes = [
            {
                "id": f"F{index}", "name": file["name"], "displayName": None,
                "storagePath": file["name"], "uploadHeaders": [], "uploadMultipartUrls": None,
                "uploadUrl": f"{self.url}/stored/artifact/{file['artifactID']}/{file['name']}",
                "artifact": {"id": file["artifactID"]},
            }
            for index, file in enumerate(v["input"]["artifactFiles"])
        ]  # fmt: skip
        return {"createArtifactFiles": {"files": {"edges": [{"node": node} for node in nodes]}}}

    def _on_CommitArtifact(self, v: dict[str, Any]) -> Any:
        artifact = self.artifacts[v["artifactID"]]
        artifact.state = "COMMITTED"
        return {"commitArtifact": {"artifact": {"id": artifact.id, "digest": artifact.digest}}}

    def _on_ArtifactByID(self, v: dict[str, Any]) -> Any:
        return {"artifact": self._artifact_node(self.artifacts[v["id"]])}

    def _on_RunOutputArtifacts(self, v: dict[str, Any]) -> Any:
        mine = [a for a in self.artifacts.values() if a.run == v["run"] and a.state == "COMMITTED"]
        edges = [{"node": self._artifact_node(artifact), "cursor": "c"} for artifact in mine]
        page = {"__typename": "PageInfo", "endCursor": None, "hasNextPage": False}
        found = {"totalCount": len(mine), "pageInfo": page, "edges": edges}
        return {"project": {"run": {"artifacts": found}}}

    def _on_FetchArtifactManifest(self, v: dict[str, Any]) -> Any:
        url = f"{self.url}/stored/manifest/{v['id']}/manifest"
        return {"artifact": {"currentManifest": {"file": {"directUrl": url}}}}

    def _artifact_node(self, artifact: StoredArtifact) -> dict[str, Any]:
        project = {
            "id": "P", "internalId": "1", "name": artifact.project, "entity": {"name": ENTITY},
        }  # fmt: skip
        sequence = {
            "__typename": "ArtifactSequence", "name": artifact.collection, "project": project,
        }  # fmt: skip
        return {
            "__typename": "Artifact", "id": artifact.id, "artifactSequence": sequence,
            "versionIndex": 0, "artifactType": {"name": artifact.kind}, "description": None,
            "metadata": "{}", "ttlDurationSeconds": -2, "ttlIsInherited": True, "tags": [],
            "historyStep": None, "state": artifact.state, "digest": artifact.digest,
            "size": sum(map(len, artifact.files.values())), "digestAlgorithm": "MANIFEST_MD5",
            "commitHash": artifact.id, "fileCount": len(artifact.files), "aliases": [],
            "createdAt": "2026-01-01T00:00:00Z", "updatedAt": None,
        }  # fmt: skip


def _operation(query: str) -> str:
    found = re.search(r"(?:query|mutation)\s+(\w+)", query)
    assert found is not None
    return found[1]


@contextmanager
def own_wandb(folder: Path, **more: str) -> Iterator[pytest.MonkeyPatch]:
    """Settings, cache and credentials of wandb that belong to one place, and short waits."""
    settings = {
        "ERROR_REPORTING": "false",
        "DATA_DIR": str(folder / "home/data"),
        "CACHE_DIR": str(folder / "home/cache"),
        "CONFIG_DIR": str(folder / "home/config"),
        "HTTP_TIMEOUT": "20",
        "INIT_TIMEOUT": "30",
        "FINISH_TIMEOUT": "30",
        **more,
    }
    for kind in ("GRAPHQL", "FILE_STREAM", "FILE_TRANSFER"):
        settings[f"_{kind}_RETRY_MAX"] = "1"
        settings[f"_{kind}_RETRY_WAIT_MIN_SECONDS"] = "1"  # whole ones
        settings[f"_{kind}_RETRY_WAIT_MAX_SECONDS"] = "1"
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("WANDB_")]:
            patch.delenv(name)
        for name, value in settings.items():
            patch.setenv(f"WANDB_{name}", value)
        patch.setenv("NETRC", str(folder / "home/netrc"))
        patch.chdir(folder)
        yield patch
        end_wandb(wandb)


@contextmanager
def serving(folder: Path) -> Iterator[StandIn]:
    """A stand-in that the client finds and has a key for, and that was asked nothing unknown."""
    stand_in = StandIn()
    with own_wandb(folder, BASE_URL=stand_in.url, API_KEY=KEY, MODE="online"):
        stand_in.start()
        yield stand_in
        for fault in stand_in.faults:
            if fault.hold:
                fault.hold.set()
    stand_in.stop()
    assert stand_in.unknown == []
